# `beian rules`.

rule-kind-check = check
rule-kind-guidance = guidance
rule-kind-deadline = term

rule-severity-block = blocks
rule-severity-warn = warns
rule-severity-ask = asks

natures-unit = units
natures-individual = individuals
natures-state-body = state bodies

turn-began = began
turn-replaced = changed
turn-ended = ended

rules-count = { $count } rules, { $lines } provincial lines
rules-fix = Fix
rules-fields = Fields
rules-actions = For
rules-provinces = In
rules-source = Source
rules-dates = In force
rules-replaces = In the place of
rules-words = Words
rules-setting = Sources disagree; * is in force:
rules-fails = Fails (case { $case } on { $day }):
rules-passes = Passes (case { $case } on { $day }):
rules-unchanged = the case as it is
rules-without = without { $path }
rules-silent = { $rule } is silent
rules-also = and also: { $rules }
rules-undecided-guidance = A person decides this.
rules-undecided-deadline = Timers and forecasts count by this.
rules-before = before:
rules-changed = { $count } changes after { $from } and by { $to }

coverage-lines = lines
coverage-checks = checks
coverage-materials = papers
coverage-statements = statements
coverage-guidance = guidance
coverage-out-of-force = not in force
coverage-parameters = parameters
coverage-settings = settings
coverage-all-provinces = All provinces
coverage-total = Total

topic-age = ages
topic-principal = principals
topic-subject = subjects
topic-certificate = certificates
topic-domain = domains
topic-site = sites
topic-name = site names
topic-service = contents
topic-remark = remarks
topic-address = addresses
topic-contact = phones
topic-material = papers
topic-preapproval = pre-approvals
topic-training = training
topic-access = access
topic-change = changes
topic-resource = resources
topic-verify = verification
topic-sms = text messages
topic-annual = yearly review
topic-order = orders
topic-footer = page footer
topic-shell = shells
topic-review = review

line-kind-check = check
line-kind-material = paper
line-kind-statement = statement
line-kind-guidance = guidance
scope-unit = units
scope-individual = individuals
scope-both = everybody
occasion-first-filing = first filing
occasion-add-site = adding a site
occasion-add-access = adding access
occasion-change = changing
occasion-cancel = cancelling
occasion-after-filing = after filing
rules-province-lines = Provincial lines
rules-decided-by = Decided by
rules-why-undecided = Not decided because
rules-confidence = Confidence
