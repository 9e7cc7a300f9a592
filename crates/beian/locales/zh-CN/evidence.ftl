# `beian miit export` 与 `beian miit verify`。

evidence-written = 已写入 { $file }：{ $ledgers } 个账本，{ $files } 个文件
evidence-fingerprint = 指纹 { $fingerprint }
evidence-personal = 包内含未加密的个人信息。请将指纹另行保存。

evidence-direction-upload = 上报
evidence-direction-download = 下载
evidence-ledger = 管局 { $bureau }，{ $direction }第 { $first }–{ $last } 条：接 { $before }，末条 { $hash }
evidence-skipped = 管局 { $bureau }：序号 { $first }–{ $last } 不在本账本中使用
evidence-intact = { $lines } 条记录、{ $files } 个文件均与写入时一致
evidence-broken = 有 { $found } 处与写入时不一致
evidence-unanchored = 请与导出时保存的指纹比对（或用 --fingerprint 提供）：只有这样才能发现整包被重新制作。

evidence-found-manifest-changed = 清单与所给指纹不符
evidence-found-file-removed = 文件被删除
evidence-found-file-added = 文件是后加的
evidence-found-file-changed = 文件被改动
evidence-found-line-unreadable = 账本行无法读取
evidence-found-line-removed = 账本行被删除
evidence-found-line-added = 账本行是后加的
evidence-found-line-moved = 账本行与上一行不相接
evidence-found-line-changed = 账本行被改动
evidence-found-line-foreign = 账本行属于另一管局
evidence-found-begin-changed = 与更早记录的衔接被改动
evidence-found-end-changed = 账本末尾被改动
evidence-found-number-repeated = 序号重复使用
evidence-found-container-removed = 数据文件被删除
evidence-found-container-size = 数据文件大小与账本行不符
evidence-found-container-md5 = 数据文件 MD5 与账本行不符
evidence-found-container-sha256 = 数据文件 SHA-256 与账本行不符
evidence-found-content-md5 = 内容与管局随附的 MD5 不符
