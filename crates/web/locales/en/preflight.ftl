# Preflight: the verdict before any form
preflight-title = Pre-flight check
preflight-try = See if it can be filed
preflight-lead = Know in a minute whether you can file, as what, with which papers, and how soon it could be open. No log-in; nothing you type is kept.
preflight-judge = Show the verdict
preflight-answers = Your answers
preflight-edit = Change the answers
preflight-more = Say more for a sharper verdict (optional)
preflight-more-hint = Leave empty what you do not know: it counts as unknown, never as no.
preflight-how = Where the verdict comes from
preflight-how-text = From the same rules that check an order when it is submitted, each with its source. The ministry is asked whether the domain is filed; no answer is shown as unknown. Dates follow the State Council's holidays and what each province usually takes.
preflight-lookup-text = To see only whether a domain is filed, look it up here.
preflight-field-domain = Domain
preflight-hint-domain = The name alone, such as example.cn, without www.
preflight-field-domain-verified = Is the domain's holder verified?
preflight-field-nature = Nature of the organiser
preflight-field-certificate = Kind of certificate
preflight-field-subject-filed = Has the organiser filed before?
preflight-field-province = Province
preflight-hint-province = For a unit, where its certificate was issued; for a person, usually where they are registered or live.
preflight-field-resource = What the site runs on
preflight-field-domain-filed = Is the domain filed?
preflight-hint-domain-filed = Your answer counts where the ministry gives none.
preflight-field-domain-verified-on = Day the holder was verified
preflight-field-registered-here = Was the domain registered with this provider?
preflight-field-domain-until = Last day of the domain
preflight-field-region = Where the resource stands
preflight-field-billing = How the resource is paid for
preflight-field-months = Months the resource was bought for
preflight-hint-months = Renewals included.
preflight-field-resource-until = Last day of the resource
preflight-field-account-verified-on = Day the account was verified (a person's)
preflight-field-number = Certificate number
preflight-hint-number = The unified social credit code, or the number on the certificate.
preflight-verified-yes = Yes, three days ago or longer
preflight-verified-no = Not yet
preflight-subject-no = Never
preflight-subject-here = Yes, with this provider
preflight-subject-elsewhere = Yes, with another provider
preflight-subject-shell = Yes, but all sites were cancelled (空壳主体)
preflight-domain-no = Not filed
preflight-domain-here = Filed by us, with this provider
preflight-domain-elsewhere = Filed by us, with another provider
preflight-domain-other = Filed by somebody else
preflight-region-mainland = Mainland China
preflight-region-abroad = Hong Kong, Macau, Taiwan or abroad
preflight-billing-prepaid = Prepaid by month or year
preflight-billing-pay-as-you-go = Pay as you go
preflight-billing-package = Package
preflight-outcome-fileable = It can be filed
preflight-outcome-unknown = Too early to say
preflight-outcome-not-yet = Not yet
preflight-outcome-no = It cannot be filed
preflight-outcome-nothing = Nothing to file
preflight-text-fileable = Nothing stands in the way: you can begin.
preflight-text-unknown = { $n ->
    [one] Nothing stands in the way, but one thing is not known; it decides.
   *[other] Nothing stands in the way, but { $n } things are not known; they decide.
}
preflight-text-not-yet = { $n ->
    [one] One thing stands in the way. Once it is mended, or its day has come, you can submit.
   *[other] { $n } things stand in the way. Once they are mended, or their day has come, you can submit.
}
preflight-text-no = { $n ->
    [one] With these answers it can never be filed: one thing has to be another. Change it and look again.
   *[other] With these answers it can never be filed: see the { $n } things below. Change them and look again.
}
preflight-text-nothing = This domain is filed and has its access with this provider.
preflight-type = Type of filing
preflight-type-open = Type of filing, one of
preflight-or = {" "}or{" "}
preflight-from = Submit from
preflight-today = Today
preflight-if-mended = once it is mended
preflight-open-by = Open, probably
preflight-forecast = from what it usually takes
preflight-start = Start filing
preflight-blocks = { $n ->
    [one] One thing in the way
   *[other] { $n } things in the way
}
preflight-unknowns = { $n ->
    [one] One thing not known
   *[other] { $n } things not known
}
preflight-warns = { $n ->
    [one] One thing that may send it back
   *[other] { $n } things that may send it back
}
preflight-cured = gone from { $date } at best
preflight-plan = Plan
preflight-plan-text = For each step, the earliest and the latest day it is usually done.
preflight-plan-as = The type is still open; this is counted as for: { $type }. For each step, the earliest and the latest day it is usually done.
preflight-range = { $from } to { $to }
preflight-day = { $date } ({ $weekday })
preflight-limit = {" "}That is { $date }.
preflight-estimated = {" "}An estimate: the holidays of that year are not published yet.
preflight-who-applicant = yours to do
preflight-who-provider = the provider's
preflight-who-authority = the authority's
preflight-who-nobody = by the platform
preflight-papers = Papers to prepare
preflight-papers-maybe = In some cases also
preflight-papers-text-required = For one site that the principal manages; another manager brings papers of their own.
preflight-papers-text-possible = The authority asks for these in the cases named.
preflight-paper-age = issued on or after { $date }
preflight-number = Add the certificate number for a sharper verdict
preflight-number-text = Its form and its province are checked; a unit's number is also looked up at the ministry. It is not kept and never part of the link.
preflight-number-judge = Look again with the number
preflight-later = Not asked here, checked before you submit
preflight-share = Share this verdict
preflight-share-text = Whoever opens the link sees the verdict of that day. It carries neither names nor certificate numbers.
