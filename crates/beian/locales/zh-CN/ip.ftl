# 服务商自己的地址段。

ip-compared = 管局 { $bureau }：网站的IP会与已备案的地址段比对。
ip-not-compared = 管局 { $bureau }：还没有可放网站的已备案地址段，暂不比对网站的IP。
ip-counts = 共 { $lines } 行，{ $sound } 行可以导入，已存为草稿 { $saved } 行
