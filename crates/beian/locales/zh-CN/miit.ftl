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
