# 域名查询：注册局和解析服务器说了什么。

domain-registered = 注册日期
domain-expires = 到期日期
domain-statuses = 状态
domain-registrar = 注册商
domain-holder = 所有者
domain-verified = 实名
domain-nameservers = 域名服务器
domain-untold = 没有公布
domain-unregistered = 没有注册
domain-unknown = 注册信息：没有查到
domain-leads-nowhere = 没有解析
domain-agree = 各解析服务器一致
domain-told-by = 来源：{ $who }
domain-silent = { $who } { $why }
domain-answer-yes = 是
domain-answer-no = 否
domain-answer-unknown = 不清楚
domain-why-timed-out = 没有按时回答
domain-why-unreachable = 连不上
domain-why-refused = 拒绝回答
domain-why-garbled = 的回答不完整或自相矛盾
domain-why-no-server = 不存在
