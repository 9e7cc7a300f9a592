# `beian miit validate` and `beian miit encode`.

miit-valid = { $file }: nothing is wrong
miit-invalid = { $file }: { $found } thing(s) are wrong

miit-problem-missing = missing
miit-problem-unexpected = not expected here
miit-problem-too-many = occurs { $found } times, at most { $max } allowed
miit-problem-length = has { $found } characters, { $min } to { $max } allowed
miit-problem-not-number = is not a number
miit-problem-range = is { $found }, { $min } to { $max } allowed
miit-problem-stray-text = holds text where only elements may stand
miit-problem-choice = must hold exactly one of: { $names }
miit-problem-forbidden = holds the character U+{ $code }, which XML does not allow
miit-problem-unmappable = holds “{ $character }” (U+{ $code }), which GBK does not have
miit-problem-too-large = is { $found } bytes long as it travels, at most { $max } allowed
miit-problem-version = declares the version “{ $found }” instead of “{ $expected }”
miit-problem-not-code = is a number that stands for nothing here
miit-problem-not-base64 = is not base64
miit-problem-operations = holds not exactly one known operation
