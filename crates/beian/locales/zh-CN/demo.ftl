# The demonstration: what its terminal and its websites say.

part-authority = 沙箱管局
part-platform = 平台
part-platform-2 = 第二个平台进程
part-origin = 网站
part-gateway = 网关

demo-folder = 数据保存在 { $folder }
demo-first = 首次启动，正在建立数据库、密钥与演示账号……
demo-again = 沿用上次的数据
demo-starting = 启动{ $part }……
demo-ready = { $part }已就绪（{ $seconds } 秒）
demo-died = { $part }意外退出（{ $how }），日志末尾：
demo-restarted = { $part }已重新启动
demo-stopping = 正在停止……
demo-stopped = { $part }已停止
demo-bye = 全部停止。再次运行即可继续，数据仍在 { $folder }

demo-title = 备案演示已启动
demo-platform = 备案控制台（申请人、初审）
demo-messages = 消息箱（演示中的邮件与短信）
demo-authority = 沙箱管局（短信、核验、审批、公共查询）
demo-gateway = 网关：未备案的域名在这里被拦截
demo-gateway-try = 试一试：curl -i -H 'Host: { $domain }' { $url }
demo-websites = 演示网站自己的文件放在 { $folder }
demo-accounts = 演示账号，密码均为 { $password }
demo-stop = 按 Ctrl-C 停止；数据会保留。

role-applicant = 申请人
role-reviewer = 初审员
role-supervisor = 主管
role-administrator = 管理员
role-auditor = 审计员

origin-heading = 这里是 { $domain }
origin-text = 这是演示用的网站，运行在网关之后。能看到本页，说明该域名已经开通。
origin-unfiled = 尚无备案号

case-valid = { $file }：可以使用（{ $id }，{ $sites } 个网站）
case-wrong = { $file }：不能使用
case-no-picture = 找不到图片 { $path }；请写相对于案例文件所在文件夹的路径，或写 "generated"
case-no-before = 找不到前一个案例 { $path }；请写相对于本案例文件所在文件夹的路径

demo-provider = 云岭云（演示）
demo-neighbour = 邻云（示例接入商）
demo-bureau = 沙箱管局
