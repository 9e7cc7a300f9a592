# `beian miit validate` 与 `beian miit encode`。

miit-valid = { $file }：没有问题
miit-invalid = { $file }：有 { $found } 处问题

miit-problem-missing = 缺少
miit-problem-unexpected = 不应出现在此处
miit-problem-too-many = 出现 { $found } 次，最多 { $max } 次
miit-problem-length = 有 { $found } 个字符，应为 { $min } 到 { $max } 个
miit-problem-not-number = 不是数字
miit-problem-range = 为 { $found }，应在 { $min } 到 { $max } 之间
miit-problem-stray-text = 此处只能有子元素，却有文字
miit-problem-choice = 只能有且必须有其中之一：{ $names }
miit-problem-forbidden = 含有 XML 不允许的字符 U+{ $code }
miit-problem-unmappable = 含有 GBK 中没有的字符“{ $character }”（U+{ $code }）
miit-problem-too-large = 传输时为 { $found } 字节，最多 { $max } 字节
miit-problem-version = 声明的版本是“{ $found }”，应为“{ $expected }”
miit-problem-not-code = 是此处没有含义的代码
miit-problem-not-base64 = 不是 base64
miit-problem-operations = 应当恰好有一个已知的操作

# `beian miit encode` 读取案例文件时。

encode-no-operation = 按本案例的查询结果没有可办的备案。请用 --operation 说明要生成哪种报文。
encode-operation-unknown = 案例文件不能生成 { $operation }，只能生成 XZBA、XZWZ、XZJR；其他操作请写成 JSON 报文。
encode-operation-record = { $operation } 变更或注销管局已有的记录，须用管局的编号指明，案例文件中没有。请按 `beian miit decode` 输出的格式写成 JSON 报文再编码。
encode-not-told = 报文须指明已备案的主体或网站：请给出 --subject，并为每个网站给出一个 --site。

# `beian miit codes`。

codes-table = 管局 { $bureau }  { $table }  { $codes } 个代码，自 { $since } 起如此
codes-none = 还没有管局下发过代码表，目前使用内置代码表（`beian miit codes list tables`）。
codes-added = { $table } { $code } 新增：{ $after }
codes-changed = { $table } { $code } 变更：{ $before }（自 { $since } 起）→ { $after }
codes-gone = { $table } { $code } 删除：{ $before }（自 { $since } 起）
codes-same = 管局 { $bureau }：代码表没有变化
codes-differ = 管局 { $bureau }：有 { $found } 个代码不同
codes-stopped = 管局 { $bureau }：未能取完：{ $why }
