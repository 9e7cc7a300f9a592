# Tasks that the authorities give, and what they end.
task-unfiled = A website without a filing was found
task-verification = A record is to be verified
task-illegal-access = A domain is hosted where it may not be
task-subject-audit = The data of your filing were found wrong
task-access-over-reported = The access is filed, but the website does not run here
task-access-under-reported = The website runs here, but its access is not filed
task-shell = Nobody accesses the website any more
task-dead = The website did not answer
task-correct-subject = The authority asks you to correct the subject's data
task-correct-site = The authority asks you to correct the website's data
task-opened =
    .subject = Please see to it by { $due }: { $name }
    .mail =
        { $what }: { $name }

        { $said }

        Please see to it by { $due }. What to do, step by step:
        { $url }

        { $provider }
    .sms = [{ $provider }] { $what }: { $name }. Please see to it by { $due }: { $url }
ended-subject = The filing of the subject was cancelled
ended-site = The filing of the website was cancelled
ended-access = The access of the website through us was cancelled
filing-ended =
    .subject = { $what }: { $number }
    .mail =
        { $what }: { $number }

        Domains: { $domains }
        { $remark }

        They are closed here from now on. If you want to go on, file again.

        { $provider }
    .sms = [{ $provider }] { $what }: { $number } ({ $domains }). They are closed here from now on.
code-unknown = The authority has no such code.
    .fix = Choose from the list.
opinion-missing = Say in a few words what was found or done.
    .fix = 255 characters at most.
opinion-too-long = This is too long for the authority's interface.
    .fix = 255 characters at most.
