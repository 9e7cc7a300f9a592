# 变更与注销
purpose-of-other = 这种材料不属于所选的对象。
    .fix = 主体材料交主体，网站负责人材料交网站。
    .source = 企业系统接口规范 V3.0，1061
change-passed =
    .subject = 变更已生效：{ $number }
    .mail =
        { $domain } 的变更已由通信管理局审核通过，新资料已生效，备案号不变：{ $number }。

        查看：{ $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案变更已生效，备案号 { $number } 不变。
subject-cancelled =
    .subject = 主体已注销：{ $number }
    .mail =
        通信管理局已注销主体备案号 { $number }，名下网站备案号一并失效，网站在本处已停止访问。

        请停止域名解析，并从网页上去掉备案号。以后需要时可以重新备案，号码会是新的。

        查看：{ $url }

        { $provider }
    .sms = 【{ $provider }】主体备案号 { $number } 已注销，名下网站已停止访问。
site-cancelled =
    .subject = 网站备案已注销：{ $number }
    .mail =
        通信管理局已注销 { $domain } 的备案号 { $number }，网站在本处已停止访问。

        请停止域名解析，并从网页上去掉备案号。

        查看：{ $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案号 { $number } 已注销，网站已停止访问。
access-cancelled =
    .subject = 已取消接入：{ $domain }
    .mail =
        { $domain } 在本处的接入已结束，网站在本处已停止访问；备案号 { $number } 仍然有效。

        没有其他服务商接入的网站会成为空壳，可能被管局注销，请尽快在新的服务商新增接入。

        查看：{ $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 在本处的接入已取消，备案号 { $number } 不变，请尽快在新服务商新增接入。
