# 管局下达的任务与注销通知。
task-unfiled = 发现未备案网站
task-verification = 有备案信息需要核实
task-illegal-access = 域名被列为非法接入
task-subject-audit = 核查发现主体信息有误
task-access-over-reported = 接入已报备，但网站不在本平台运行
task-access-under-reported = 网站在本平台运行，但接入未报备
task-shell = 网站已无接入，成为空壳
task-dead = 网站无法访问
task-correct-subject = 管局要求更正主体信息
task-correct-site = 管局要求更正网站信息
task-opened =
    .subject = 请于 { $due } 前处理：{ $name }
    .mail =
        { $what }：{ $name }

        { $said }

        请于 { $due } 前处理，步骤见：
        { $url }

        { $provider }
    .sms = 【{ $provider }】{ $what }：{ $name }。请于 { $due } 前处理：{ $url }
ended-subject = 主体备案已注销
ended-site = 网站备案已注销
ended-access = 网站在本平台的接入已取消
filing-ended =
    .subject = { $what }：{ $number }
    .mail =
        { $what }：{ $number }

        涉及域名：{ $domains }
        { $remark }

        以上域名即刻起在本平台关闭。如需继续使用，请重新备案。

        { $provider }
    .sms = 【{ $provider }】{ $what }：{ $number }（{ $domains }），即刻起在本平台关闭。
code-unknown = 管局的代码表中没有该代码。
    .fix = 请从列表中选择。
opinion-missing = 请简要写明核实或处理情况。
    .fix = 最多 255 字。
opinion-too-long = 超出接口长度限制。
    .fix = 最多 255 字。
