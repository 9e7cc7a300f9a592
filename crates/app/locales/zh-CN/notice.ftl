# 发给用户的邮件与短信。.subject 与 .mail 用于邮件，.sms 用于短信。
contact-code =
    .subject = 您的验证码：{ $code }
    .mail =
        您的验证码是 { $code }，{ $minutes } 分钟内有效。

        请勿告诉他人。如果不是您本人操作，请忽略这封邮件。

        { $provider }
    .sms = 【{ $provider }】验证码 { $code }，{ $minutes } 分钟内有效，请勿告诉他人。
contact-taken =
    .subject = 您已经有账号了
    .mail =
        有人用这个地址注册账号，而它已经有账号。如果是您本人，请直接登录：
        { $url }

        如果不是您本人操作，无需处理。

        { $provider }
    .sms = 【{ $provider }】该号码已有账号，请直接登录。如非本人操作请忽略。
password-changed =
    .subject = 您的密码已修改
    .mail =
        您账号的密码刚刚被修改，其他设备已退出登录。

        如果不是您本人操作，请立即联系我们：{ $phone }

        { $provider }
    .sms = 【{ $provider }】您的账号密码已修改，其他设备已退出登录。如非本人操作请立即联系我们。
order-submitted =
    .subject = 备案订单已提交：{ $domain }
    .mail =
        { $domain } 的备案订单已提交，我们将在 { $due } 前完成初审。审核人员可能会致电负责人核实信息，请保持电话畅通。

        查看进度：{ $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案订单已提交，初审不晚于 { $due } 完成，请保持电话畅通。
call-missed =
    .subject = 未能接通您的电话：{ $domain }
    .mail =
        我们为 { $domain } 的备案致电核实信息，但未能接通。约一小时后将再次致电，请留意接听。两次未接通，订单将被退回。

        查看进度：{ $url }

        { $provider }
    .sms = 【{ $provider }】为核实 { $domain } 的备案信息，我们致电未能接通，约一小时后再次致电，请接听。
changes-requested =
    .subject = 备案订单需要修改：{ $domain }
    .mail =
        { $domain } 的备案订单有以下内容需要修改：

        { $advice }

        其他内容已为您保留，改好后重新提交即可：
        { $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案订单有 { $count } 处需要修改，请登录查看并重新提交：{ $url }
correction-reminder =
    .subject = 备案订单已等待修改 { $days } 天：{ $domain }
    .mail =
        { $domain } 的备案订单已等待您修改 { $days } 天。满 45 天未提交，订单将退回草稿，内容仍会保留。

        { $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案订单已等待修改 { $days } 天，请尽快登录修改：{ $url }
first-review-passed =
    .subject = 备案初审已通过：{ $domain }
    .mail =
        { $domain } 的备案订单已通过初审，即将提交至通信管理局。提交后，工信部会向负责人手机发送短信验证码，请在 24 小时内完成核验。

        查看进度：{ $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案已通过初审，即将提交管局，请留意随后的工信部核验短信。
sms-check-pending =
    .subject = 请在 24 小时内完成短信核验：{ $domain }
    .mail =
        { $domain } 的备案已提交至通信管理局。工信部将向 { $mobiles } 发送六位验证码。

        请在 { $until } 前打开核验页面，输入验证码、手机号码和证件号码后六位：
        { $check }

        输错五次以上或超时，订单会被退回。

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案已提交管局，请在 { $until } 前凭工信部短信验证码到 { $check } 完成核验。
authority-refused =
    .subject = 管局退回了备案：{ $domain }
    .mail =
        通信管理局退回了 { $domain } 的备案：

        { $advice }

        请按提示修改后重新提交：
        { $url }

        { $provider }
    .sms = 【{ $provider }】管局退回了 { $domain } 的备案，请登录查看原因并修改：{ $url }
authority-passed =
    .subject = 备案成功：{ $domain } { $number }
    .mail =
        恭喜，{ $domain } 的备案已由通信管理局审核通过。

        主体备案号：{ $number }
        { $sites }

        接下来请您：
        1. 在网站首页底部展示备案号，并链接到 https://beian.miit.gov.cn/ 。
        2. 在 { $police_due } 前（开通后 30 日内）完成公安备案：{ $police_url }
        3. 将域名解析到已备案的服务器。

        可直接使用的页脚代码与后续事项：{ $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 备案成功，主体备案号 { $number }。请在网站底部展示备案号，并在 { $police_due } 前完成公安备案。
police-filing-due =
    .subject = 公安备案即将到期：{ $domain }
    .mail =
        { $domain } 应在 { $police_due } 前完成公安备案：{ $police_url }

        如已完成，请忽略这封邮件。

        { $provider }
    .sms = 【{ $provider }】{ $domain } 应在 { $police_due } 前完成公安备案，已完成请忽略。
draft-expiring =
    .subject = 备案草稿即将到期：{ $domain }
    .mail =
        { $domain } 的备案草稿将于 { $date } 满 30 天未保存，届时订单将结束。打开并保存一次即可继续保留：
        { $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案草稿将于 { $date } 到期，请登录保存：{ $url }
draft-expired =
    .subject = 备案草稿已到期：{ $domain }
    .mail =
        { $domain } 的备案草稿满 30 天未保存，订单已结束。您可以随时新建订单。

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案草稿满 30 天未保存，订单已结束。
order-idle =
    .subject = 备案订单已退回草稿：{ $domain }
    .mail =
        { $domain } 的备案订单在同一步骤停留满 45 天，已退回草稿。内容全部保留，您可以随时重新提交：
        { $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案订单停留满 45 天，已退回草稿，内容已保留。
order-idle-expiring =
    .subject = 备案订单即将退回草稿：{ $domain }
    .mail =
        { $domain } 的备案订单在同一步骤停留即将满 45 天，{ $date } 将退回草稿，内容会保留：
        { $url }

        { $provider }
    .sms = 【{ $provider }】{ $domain } 的备案订单将于 { $date } 退回草稿，请登录处理：{ $url }
site-line = { $domain }：{ $number }
