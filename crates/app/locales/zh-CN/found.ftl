# 平台自行发现的情况，以及上报内容的错误。
task-open-unfiled = 发现未开通的域名在此提供服务
sightings-too-many = 一次最多上报 200 个域名。
    .fix = 其余域名请另行上报。
sighting-wrong = 上报内容有误。
    .fix = 域名须为 ASCII 形式的可注册域名且不重复；须有主机名；次数至少为 1；时间先后有序且不晚于当前；地址最多 16 个；须有来源。
task-leads-away = 网站域名已不再解析到本平台
