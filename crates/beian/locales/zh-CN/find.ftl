# beian find：查找未备案却已开通的域名。

find-source-nginx = nginx
find-source-haproxy = haproxy
find-source-envoy = envoy
find-source-dns-log = 查询日志
find-source-dnstap = dnstap
find-source-capture = 抓包
find-sum = 已读 { $read } 条，其中 { $passed } 条不含主机名；出现次数：已开通域名 { $open }，已关闭域名 { $closed }，未收录域名 { $unlisted }，非域名 { $nameless }，非本方地址 { $elsewhere }
find-overflow = 有 { $count } 次出现未能保存：最多保存 { $most } 个域名（--most）
find-taken = 平台新建任务 { $opened } 个，补充 { $extended } 个，另有 { $fine } 个域名在平台为开通
find-lost = 有 { $count } 个域名未能上报平台
