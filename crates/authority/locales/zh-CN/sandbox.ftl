# 沙箱管局的全部文字。
site-name = 备案管局
site-ribbon = 沙箱 SANDBOX
site-ribbon-note = 这里不是真正的备案管理系统，只用于演示、培训和测试，数据不会送到任何机关。
site-lang = English
site-clock = 沙箱时间
nav = 主导航
skip = 跳到正文
nav-home = 首页
nav-phone = 手机短信
nav-verify = 短信核验
nav-desk = 审核台
nav-lookup = 公共查询

home-bureau = { $province }通信管理局（沙箱）
home-title = 代替管局的沙箱
home-lead = 接入商的平台按真实接口向这里报送，手机收到核验码，审核员在这里作出决定。与管局只有两点不同：时间可以拨快，故障可以预约。
home-phone = 每个手机收到的短信，按号码查看。
home-verify = 主体负责人和网站负责人填写验证码的地方。
home-desk = 看报送的全部内容和附件，通过或者退回。
home-lookup = 按域名、备案号或主办者名称查询已备案的网站。
home-count-sms = { $count } 条短信
home-count-verify = { $count } 件待核验
home-count-desk = { $count } 件待审核
home-count-lookup = { $count } 个主体已备案
home-flow = 一次备案怎样经过这里
home-step-1 = 接入商报送
home-step-1-note = 通过 SOAP 接口，序号连续，每个序号只受理一次。
home-step-2 = 机器校验
home-step-2-note = 格式、代码、域名和证件冲突，结果由接入商下载。
home-step-3 = 短信核验
home-step-3-note = 24 小时内由收到短信的人填写，共可填错 5 次。
home-step-4 = 人工审核
home-step-4-note = 审核员在审核台作出决定，或由策略自动通过。
home-step-5 = 发放备案号
home-step-5-note = 决定和备案数据由接入商下载，逐个确认。
home-engineers = 给工程师
home-wsdl = 接口描述（WSDL）
home-ledger = 报送台账
home-faults = 预约的故障
home-clock = 沙箱时钟

phone-title = 手机短信
phone-lead = 真实环境里由 12381 等号码发出的短信，在沙箱里都落在这里。
phone-mobile = 手机号码
phone-open = 打开这个手机
phone-all = 收到过短信的手机
phone-none = 还没有短信。接入商报送的内容通过机器校验后，负责人会收到验证码。
phone-empty = 这个号码没有收到短信。
phone-back = 所有手机
phone-code = 验证码
phone-go = 去核验
phone-sender = 工信部（沙箱）
phone-refresh = 刷新
phone-count = { $count } 条

verify-title = 短信核验
verify-lead = 请在收到短信后 24 小时内填写。两个人收到短信时，两个人都要填写。
verify-mobile = 收到短信的手机号码
verify-mobile-hint = 备案时填写的手机号码，11 位数字
verify-code = 验证码
verify-code-hint = 短信里的 6 位数字
verify-tail = 证件号码后六位
verify-tail-hint = 本人证件的最后六位，X 不分大小写
verify-send = 提交核验
verify-resend-title = 没有收到短信？
verify-resend-note = 先填写手机号码。新的验证码发出后，旧的不再有效；60 秒后才能再发。
verify-resend = 重新发送
verify-done = 核验完成
verify-done-note = 所有人都已核验，备案申请已送到审核台。结果会用短信通知。
verify-half = 你的核验已完成，请等待其他核验人
verify-half-note = 另一位负责人完成之后，申请才会送到审核台。
verify-wrong = 验证码或证件后六位不对
verify-wrong-left = 还可以填错 { $count } 次，超过后申请会退回接入商。
verify-wrong-last = 再填错一次，申请会退回接入商。
verify-returned = 填错超过 5 次，申请已退回接入商
verify-returned-note = 请联系接入商重新提交，提交后会收到新的验证码。
verify-missing = 这个号码没有待核验的申请
verify-missing-note = 可能号码与备案时填写的不一致，也可能已经核验过或已超过 24 小时。
verify-resent = 新的验证码已发送
verify-soon = 请稍等再发
verify-soon-note = 两次发送之间要隔 60 秒。
verify-see = 在沙箱里查看这个手机的短信

desk-title = 审核台
desk-lead = 短信核验完成的申请在这里等待决定。
desk-tab-waiting = 待审核
desk-tab-awaiting_sms = 待短信核验
desk-tab-approved = 已通过
desk-tab-refused = 已退回
desk-tab-failed = 机器校验未通过
desk-tab-returned = 核验未完成
desk-tabs = 按状态查看
desk-none = 没有这种状态的申请。
desk-none-waiting = 没有等待决定的申请。完成短信核验的申请会出现在这里。
desk-col-subject = 主办者
desk-col-domain = 域名
desk-col-received = 收到
desk-col-state = 状态
desk-col-provider = 接入商
desk-sequence = 第 { $sequence } 次报送
desk-officer = 审核员（沙箱）
policy-officer = 自动审核（沙箱策略）
system-officer = 短信核验系统
bureau-phone = 000-12381-000

case-subject = 主体
case-principal = 主体负责人
case-site = 网站 { $index }
case-manager = 网站负责人
case-name = 名称
case-person-name = 姓名
case-nature = 单位性质
case-certificate = 证件类型
case-certificate-number = 证件号码
case-certificate-address = 证件住所
case-postal = 通信地址
case-area = 区域代码
case-investor = 投资人
case-remark = 备注
case-mobile = 手机号码
case-email = 电子邮箱
case-office-phone = 办公电话
case-domains = 域名
case-url = 首页
case-contents = 服务内容
case-languages = 语言
case-approvals = 前置审批
case-locations = 服务器放置地
case-methods = 接入方式
case-ips = IP 地址
case-filed-by = 报备方式
case-filed-by-provider = 接入商代为报备
case-filed-by-organiser = 自行报备
case-attachments = 附件
case-attachments-none = 没有附件。
case-attachment-original = 原图
case-attachment-site = 属于网站
case-attachment-subject = 属于主体
case-decision = 决定
case-opinion = 审核意见
case-opinion-hint = 退回必须写明原因和改法，原文会送给接入商和主办者。
case-officer = 审核员
case-approve = 通过，发放备案号
case-refuse = 退回
case-opinion-missing = 退回前请写明原因
case-gone = 这件申请已经不在等待决定
case-decided = 决定已作出
case-machine = 机器校验
case-machine-ok = 没有发现问题
case-holders = 短信核验
case-holder-done = 已核验
case-holder-open = 待核验
case-tries = 已填错 { $count } 次，共可填错 5 次
case-until = 截止 { $until }
case-facts = 申请信息
case-facts-provider = 接入商
case-facts-sequence = 报送序号
case-facts-id = 结果标识
case-facts-received = 收到时间
case-facts-decided = 决定时间
case-facts-number = 备案号
case-facts-officer = 审核人
case-facts-opinion = 意见
case-missing = 没有这件申请
case-missing-note = 编号可能不对。
case-back = 回到审核台

lookup-title = 公共查询
lookup-lead = 查询沙箱里已备案的网站。请完整填写域名、备案号或主办者名称。
lookup-q = 域名、备案号或名称
lookup-go = 查询
lookup-none = 没有查到
lookup-none-note = 沙箱里没有与“{ $q }”完全一致的备案记录。
lookup-filed = 已备案
lookup-subject = 主办者
lookup-nature = 单位性质
lookup-number = 网站备案号
lookup-site = 网站名称
lookup-domain = 域名
lookup-date = 备案日期

state-awaiting_sms = 待短信核验
state-waiting = 待审核
state-approved = 已通过
state-refused = 已退回
state-returned = 核验未完成，已退回
state-failed = 机器校验未通过

role-principal = 主体负责人
role-manager = 网站负责人
role-both = 主体负责人和网站负责人

error-title = 出错了
error-note = 沙箱没有完成这个请求，请稍后再试。
error-cross-site = 请求来自别的网站，没有受理。
error-not-found = 没有这个页面

# 短信和接口回答里的文字，始终是中文；英文页面只在这里给出译文。
sms-code = 【沙箱】验证码 { $code }。您作为{ $role }正在办理 { $domain } 的{ $action }，请于 { $until } 前到短信核验页面填写手机号码、验证码和证件号码后六位，逾期申请将退回。请勿转告他人。
sms-approved = 【沙箱】{ $name }的备案申请已通过，备案号：{ $number }。请在网站首页底部标明备案号，并在开通后 30 日内办理公安联网备案。
sms-refused = 【沙箱】{ $name }的{ $action }申请未通过。原因：{ $opinion }
sms-timeout = 短信核验超过 24 小时未完成，申请退回。内容没有变化的，可以重新提交。
sms-tries = 短信核验填错超过 5 次，申请退回。内容没有变化的，可以重新提交。
opinion-approved = 材料齐全，内容属实，予以备案。
subject-number = { $prefix }ICP备{ $digits }号
sequence-invalid = 其他错误：数据序列号应为大于 0 的整数
sequence-taken = 其他错误：数据序列号 { $sequence } 已受理过，本次上载未作任何处理
file-unknown = 其他错误：没有名为 { $name } 的文件等待确认
query-invalid = 其他错误：查询条件类型或查询条件不正确
password-abolished = 其他错误：备案密码已于 2020 年 8 月 17 日取消，改为短信核验，无法校验
unknown-code = 代码表以外的代码

# 管局旁边的注册局：RDAP 的回答同时带两种语言。
registry-title = 沙箱注册局
registry-note = 这是沙箱注册局的回答，并无此注册。
registry-not-registered = 这个域名没有注册。
registry-no-name = 这不是可以注册的域名。
registry-registrar = 示例域名注册有限公司
registry-other-holder = 青禾网络有限公司
registry-busy = 查询过于频繁，请稍后再试。
registry-labels =
    域名的开头决定回答的内容：
    expiring-…：还剩 20 天到期
    expired-…：十天前已到期
    hold-…：暂停解析，未实名
    unverified-…：不说是否实名
    other-holder-…：所有者是别人
    unregistered-…：没有注册
    busy-…：拒绝，查询过于频繁
    slow-…：20 秒后才回答
    garbage-…：回答不完整
    其他：多年后到期，已实名

# 请求的种类，短信和页面里都用。
action-first_filing = 备案
action-new_site = 新增网站
action-new_access = 新增接入
action-change = 变更备案
action-cancel_subject = 注销主体
action-cancel_site = 注销网站
action-cancel_access = 取消接入
action-verification = 核实结果
action-materials = 核验材料
action-unfiled = 未备案处理结果
action-ip = IP 备案
action-domain = 域名备案
desk-tab-done = 已处理
state-done = 已处理
sms-done = 【沙箱】{ $name }的{ $action }申请已通过。
sms-password = 【沙箱】{ $number } 的备案密码是 { $password }，请妥善保管。
too-often = 其他错误：调用过于频繁，请 { $seconds } 秒后再试

case-content = 内容
case-reference = 对象
case-record = 记录
case-site-filed = 已备案的网站
case-reason = 注销理由
case-outcome = 结果
case-outcome-pass = 核实通过
case-outcome-refuse = 核实未通过
case-ip-source = IP 来源
case-ip-allocation = IP 分配使用
case-ip-broadcast = IP 广播
case-ip-brought = 自带 IP

# 没有公开取值的代码表，沙箱自拟。
cancel-reason-1 = 网站不再开办
cancel-reason-2 = 备案信息变化，重新备案
cancel-reason-3 = 域名到期、转让或者停用
cancel-reason-4 = 更换接入服务商
cancel-reason-5 = 其他
unfiled-outcome-1 = 已停止接入
unfiled-outcome-2 = 已完成备案
unfiled-outcome-3 = 不在本单位接入
unfiled-outcome-4 = 正在办理备案
domain-kind-1 = 国家顶级域名
domain-kind-2 = 通用顶级域名
domain-kind-3 = 中文域名
domain-kind-4 = 其他
verify-opinion-1 = 核实无误
verify-opinion-2 = 核实有误
unit-1 = 电信集团（沙箱）
unit-2 = 联通集团（沙箱）
unit-3 = 移动集团（沙箱）
unit-4 = 广电集团（沙箱）
unit-5 = 教育网（沙箱）
unit-6 = 科技网（沙箱）
unit-7 = 经贸网（沙箱）
unit-8 = 互联网络信息中心（沙箱）
task-person = 沙小箱
task-address = 沙箱路 1 号
notice-text = 备案信息与核查情况不一致，请通知主办者整改并变更备案。
