# The papers of a case.

papers-need-required = Needed
papers-need-likely = Probably needed
papers-need-possible = If asked for
papers-there = [x]
papers-missing = [ ]
papers-age-days = no older than { $n } days: dated { $date } or later
papers-age-months = no older than { $n } months: dated { $date } or later
papers-valid = still valid for { $n } months or more
papers-source = source: { $source }
papers-written = form: { $path }
