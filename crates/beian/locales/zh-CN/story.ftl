# The story: who does what, as it is seen to be done.

who-applicant = 申请人
who-phone = 手机
who-reviewer = 初审员
who-administrator = 管理员
who-platform = 平台
who-authority = 管局
who-neighbour = 其他接入商
who-visitor = 访客

story-case = 案例：{ $title }（{ $id }）

story-report-elsewhere = 同一主体通过其他接入商报送 { $domains }（该接入商的序号 { $sequence }）
story-filed-elsewhere = 通过其他接入商的备案已有备案号：{ $number }
story-closed = 打开 { $domain }：网关拦截，转到 { $place }
story-still-closed = 再打开 { $domain }：仍被拦截
story-register = 用 { $contact } 注册，输入收到的验证码
story-identify = 填写账号实名信息（{ $proof }）
story-import-resources = 导入 { $count } 个云资源
story-see-resources = 在控制台看到 { $count } 个云资源
story-check-basic = 填写基础信息：系统识别为 { $action }，{ $findings } 条提示
story-open-order = 为 { $domain } 新建备案订单
story-hand-over = 为第 { $site } 个网站显示二维码，链接有效至 { $until }
story-take-pictures = 网站负责人在手机上拍摄 { $count } 张照片
story-follow-phone = 电脑页面看到手机已完成
story-fill-subject = 填写主体与主体负责人
story-fill-sites = 填写 { $count } 个网站及其负责人
story-upload = 上传 { $count } 份材料
story-check-order = 提交前检查：{ $blocks } 条必须修改，{ $warnings } 条提醒
story-submit = 同意 { $agreements } 份协议并提交
story-refused = 未通过检查 { $rule }（{ $field }）：{ $message }
story-claim = 领取订单，对照 { $rows } 行资料与 { $findings } 条提示
story-request-changes = 要求修改：{ $fields }
story-see-requests = 收到修改要求（{ $fields }）：{ $advice }
story-mend = 只修改被要求的内容：{ $fields }
story-resubmit = 重新提交
story-look = 逐行核对 { $rows } 行资料，其中 { $changed } 行有改动
story-call = 电话核实 { $count } 人，均已确认
story-pass = 初审通过
story-report = 上报管局，序号 { $sequence }；短信核验截止 { $until }
story-verify = { $mobiles } 收到管局短信并核验（先输错 { $wrong } 次）
story-confirm-sms = 确认短信核验已完成
story-refuse = 管局退回（{ $id }）
story-see-refusal = 收到管局的退回意见（{ $fields }）：{ $advice }
story-approve = 管局审核通过（{ $id }）
story-open-early = 打开 { $domain }：接入类备案，初审通过即已开通
story-filed = 收到备案号 { $number }，已回执管局
story-told = 通过邮件（{ $mail }）与短信（{ $mobile }）得知备案号
story-open = 打开 { $domain }：网站已开通
story-look-up = 在公共查询中查到 { $domain }：{ $number }
story-look-up-at-authority = 在管局查询中查到 { $domain }：{ $number }
story-ledger = 核对双方台账：{ $count } 个序号，每个恰好发送并收到一次

story-ask = 在已备案信息页申请{ $action }（{ $number }）
story-write-change = 只填写变更的内容：{ $fields }
story-report-untexted = 上报管局，序号 { $sequence }；无需短信核验
story-still-open = 打开 { $domain }：网站照常开通
story-change-holds = 收到变更后的备案数据，备案号不变：{ $number }
story-ended = 得知注销已生效（{ $number }）
story-told-end = 通过短信（{ $mobile }）得知结果
story-closed-again = 打开 { $domain }：网关拦截，转到 { $place }
story-look-up-name = 在公共查询中查到 { $domain } 的新名称：{ $name }
story-look-up-name-at-authority = 在管局查询中查到 { $domain } 的新名称：{ $name }
story-look-up-unaccessed = 在公共查询中查到 { $domain }：已备案（{ $number }），未在本处接入
story-look-up-nothing = 在公共查询中查 { $domain }：已不在备案中
story-look-up-nothing-at-authority = 在管局查询中查 { $domain }：已不在备案中

story-part-ready = { $part }已就绪（{ $detail } 秒）
story-part-died = { $part }意外退出（{ $detail }）
story-part-started-again = { $part }已重新启动{ $detail }
story-part-gave-up = { $part }无法启动：{ $detail }

story-end-filed = 结果：已备案，网站已开通
story-end-changed = 结果：已变更，备案号不变
story-end-ended = 结果：已注销或取消，网关已关闭
story-end-refused-by-check = 结果：按预期被检查拦下
story-end-refused-by-authority = 结果：按预期被管局退回
story-failed = 未完成，停在 { $step }：{ $why }
story-all-well = { $cases } 个案例全部按预期完成，用时 { $seconds } 秒
story-not-all-well = { $cases } 个案例中有 { $failed } 个未按预期完成，用时 { $seconds } 秒

action-first-filing = 首次备案
action-add-site-here = 新增网站（原备案在本处）
action-add-site-elsewhere = 新增网站（原备案不在本处）
action-add-access = 接入备案
action-one-click-access = 一键接入
action-change-filing = 变更备案
action-change-site = 变更网站
action-cancel-subject = 注销主体
action-cancel-site = 注销网站
action-cancel-access = 取消接入

proof-format-only = 只核对了证件号码的格式
proof-verified = 已由实名服务核验

officer-opinion = 示例意见：网站名称与内容不符，请核对后重新提交。
