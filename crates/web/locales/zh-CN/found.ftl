# 平台自行发现的任务。
todo-found = 平台自查
todo-evidence = 发现记录
todo-kind-open-unfiled = 未备案已开通
todo-do-open-unfiled = 该域名在平台未开通，却在我方地址被访问。主机名由访问者自报，请先核实域名是否解析到下列地址、由哪位客户使用。确在此运行的，请关闭网站，或督促办理备案、接入备案，然后填写处理情况。域名开通后任务自动关闭；再次发现则重新打开。
todo-ended-no-longer-so = 情况已消除，平台自动关闭任务。
told-host = 主机名
told-count = 次数
told-first-seen = 首次发现
told-last-seen = 最近发现
told-addresses = 我方地址
told-sources = 来源
told-word-nginx = nginx 访问日志
told-word-haproxy = HAProxy 日志
told-word-envoy = Envoy 访问日志
told-word-dns-log = DNS 查询日志
told-word-dnstap = dnstap
told-word-capture = 抓包
