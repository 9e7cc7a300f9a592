address-malformed = 这不是一个 IPv4 地址。
    .fix = 写成 203.0.113.5 这样。
