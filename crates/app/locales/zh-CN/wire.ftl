# 平台关于传输与下载内容的提示。
span-backwards = 结束日期早于开始日期。
    .fix = 请先填较早的日期。
bureau-unknown = 平台没有该代码对应的管局。
    .fix = 请填写管局所在省的两位代码，例如 33。
no-code-tables = 文件中没有代码表。
    .fix = 请提供含 JCDM 组（或 SJTB 中含 JCDM）的下载文件。
