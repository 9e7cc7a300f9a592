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

# `beian miit encode` of a case file.

encode-no-operation = The answers in this case come to nothing that can be filed. Say with --operation what to build.
encode-operation-unknown = { $operation } is no operation that a case file can become. XZBA, XZWZ and XZJR are; for any other write the message as JSON.
encode-operation-record = { $operation } changes or ends a record that the bureau holds, by its ids, and a case file has none. Write the message as JSON, in the form `beian miit decode` prints, and encode that.
encode-not-told = The wire must name what is filed already: give --subject, and --site once for each site.

# `beian miit codes`.

codes-table = bureau { $bureau }  { $table }  { $codes } code(s), as they stand since { $since }
codes-none = No bureau has sent its tables yet; the built-in ones count (`beian miit codes list tables`).
codes-added = { $table } { $code } is new: { $after }
codes-changed = { $table } { $code } changed: { $before } (since { $since }) → { $after }
codes-gone = { $table } { $code } is gone: { $before } (since { $since })
codes-same = bureau { $bureau }: the code tables are as they were
codes-differ = bureau { $bureau }: { $found } code(s) differ
codes-stopped = bureau { $bureau }: could not fetch to the end: { $why }
