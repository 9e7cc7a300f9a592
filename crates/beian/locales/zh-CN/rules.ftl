# `beian rules`。

rule-kind-check = 校验
rule-kind-guidance = 提示
rule-kind-deadline = 期限

rule-severity-block = 阻止
rule-severity-warn = 提醒
rule-severity-ask = 待确认

natures-unit = 单位
natures-individual = 个人
natures-state-body = 党政机关等

turn-began = 开始
turn-replaced = 变更
turn-ended = 结束

rules-count = 共 { $count } 条规则、{ $lines } 条各省条目
rules-fix = 怎么改
rules-fields = 字段
rules-actions = 适用
rules-provinces = 省份
rules-source = 来源
rules-dates = 有效期
rules-replaces = 取代
rules-words = 词语
rules-setting = 来源说法不一，* 为现行：
rules-fails = 不通过（案例 { $case }，{ $day }）：
rules-passes = 通过（案例 { $case }，{ $day }）：
rules-unchanged = 案例原样
rules-without = 去掉 { $path }
rules-silent = { $rule } 没有结果
rules-also = 另有：{ $rules }
rules-undecided-guidance = 由人判断。
rules-undecided-deadline = 定时与预计按此计算。
rules-before = 之前：
rules-changed = { $from } 之后至 { $to } 共 { $count } 处变化

coverage-lines = 条目
coverage-checks = 校验
coverage-materials = 材料
coverage-statements = 声明
coverage-guidance = 提示
coverage-out-of-force = 未生效
coverage-parameters = 参数
coverage-settings = 设置
coverage-all-provinces = 全部省份
coverage-total = 合计

topic-age = 年龄
topic-principal = 负责人
topic-subject = 主体
topic-certificate = 证件
topic-domain = 域名
topic-site = 网站
topic-name = 网站名称
topic-service = 服务内容
topic-remark = 备注
topic-address = 地址
topic-contact = 电话
topic-material = 材料
topic-preapproval = 前置审批
topic-training = 校外培训
topic-access = 接入
topic-change = 变更
topic-resource = 云资源
topic-verify = 核验
topic-sms = 短信
topic-annual = 年审
topic-order = 订单
topic-footer = 页脚
topic-shell = 空壳
topic-review = 审核

line-kind-check = 校验
line-kind-material = 材料
line-kind-statement = 声明
line-kind-guidance = 提示
scope-unit = 单位
scope-individual = 个人
scope-both = 全部
occasion-first-filing = 首次备案
occasion-add-site = 新增网站
occasion-add-access = 新增接入
occasion-change = 变更
occasion-cancel = 注销
occasion-after-filing = 备案后
rules-province-lines = 各省条目
rules-decided-by = 由规则判断
rules-why-undecided = 不作判断的原因
rules-confidence = 可信度
