# 一份案例的材料。

papers-need-required = 必须提供
papers-need-likely = 可能需要
papers-need-possible = 被要求时提供
papers-there = [x]
papers-missing = [ ]
papers-age-days = 出具时间不超过 { $n } 天，即 { $date } 以后
papers-age-months = 出具时间不超过 { $n } 个月，即 { $date } 以后
papers-valid = 有效期还剩 { $n } 个月以上
papers-source = 依据：{ $source }
papers-written = 模板：{ $path }
