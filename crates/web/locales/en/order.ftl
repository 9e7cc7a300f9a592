# Orders
stage-draft = Draft
stage-submitted = Waiting for review
stage-in-review = In review
stage-changes-requested = Changes requested
stage-to-report = To be reported
stage-awaiting-sms = Waiting for the SMS check
stage-at-authority = With the authority
stage-filed = Filed
stage-abandoned = Given up
action-first-filing = First filing
action-add-site-here = Add a site
action-add-site-elsewhere = Add a site (filed elsewhere)
action-add-access = Access filing
action-one-click-access = One-click access
action-change-filing = Change of filing
action-change-site = Change of site
action-cancel-subject = Cancel subject
action-cancel-site = Cancel site
action-cancel-access = Cancel access
action-text-first-filing = Neither the organiser nor the domain is filed yet: both are filed together.
action-text-add-site-here = The organiser is filed here; a site is added.
action-text-add-site-elsewhere = The organiser is filed with another provider; a site is added.
action-text-add-access = Organiser and domain are filed elsewhere; access through this provider is added.
action-text-one-click-access = The organiser is filed here and the domain elsewhere; only access is added.
detected-title = What the check found
detected-type = Type of filing
detected-nothing = Nothing to file
detected-nothing-text = This domain is already filed and accessed here.
detected-stop = Cannot be filed now
detected-unknown = Not known yet
detected-unknown-text = The authority does not answer for now. The type is found later by itself; you can go on writing.
detected-none = Not checked
detected-none-text = The check needs a valid domain.
obstacle-domain-conflict = The domain is filed under another organiser, who has to cancel it first.
obstacle-subject-mismatch = The domain is filed, but under another certificate number. After a change of certificate, give the old number.
obstacle-shell-subject = The organiser has no site left (空壳主体) and must be cancelled before it files anew.
task-not-started = Not started
task-looked-at-incomplete = Looked at, not complete
task-complete = Complete
task-needs-change = Needs mending
task-cannot-start = Cannot start yet
task-why-basic-first = The basic check comes first
task-why-others-first = Opens when everything above is complete
task-blocking =
    { $n ->
        [one] 1 thing needs mending
       *[other] { $n } things need mending
    }
task-missing =
    { $n ->
        [one] 1 answer is missing
       *[other] { $n } answers are missing
    }
task-noted =
    { $n ->
        [one] 1 remark
       *[other] { $n } remarks
    }
task-need-site = Name, content, languages, remark and manager
task-need-basic = Who files, which domain, on which server
task-need-verification = Photograph the manager and the identity card with a phone
task-need-subject = Postal address and what the certificate says
task-need-principal = Name, document, phones, e-mail
task-need-materials = The unit's certificate and other papers
task-need-submit = Read the whole document, accept the agreements, submit
tasks-prepare = Prepare
tasks-subject = Organiser
tasks-sites = Sites
tasks-finish = Finish
add-site = Add a site
add-site-need = Several sites of one organiser can go together
orders-empty = No filing orders yet
orders-empty-text = An order begins with the basic check; writing it takes about 20 minutes.
updated-at = changed { $time }
order-number = Order { $number }
order-facts = The order
dates-title = Dates that matter
date-opened = Opened
date-saved = Last saved
date-draft-ends = Draft kept until
date-draft-ends-note = 30 days without saving end it
meanwhile-title = In the meantime
meanwhile-text = The site must stay closed until the number arrives. Keep the phones reachable, and server and domain paid.
materials-count =
    { $n ->
        [one] 1 paper
       *[other] { $n } papers
    }
see-everything = See everything
see-requests = See what to mend
progress-title = Progress
requests-title = What to mend
resources-lead = A filed site must run on a server in mainland China that fulfils the terms.
resources-empty = No cloud resources yet
resources-empty-text = Servers bought from this provider appear here by themselves.
resource-name = Resource
resource-where = Region and IP
resource-sites-head = Sites
resource-until-head = Paid until
resource-bought = bought { $date }
resource-no-end = Does not expire
resource-state = Fit for filing?
resource-fit = Fit
resource-unfit = Not fit
resource-look = Take note
new-order-title = New filing
new-order-lead = Only what decides the type of filing. The check keeps nothing; the order opens when nothing stands in the way.
new-order-open = Check and start
new-order-why = Why the check comes first
new-order-why-text = The certificate and the domain decide the type of filing; you need not choose. Most refusals can be avoided right here.
new-order-no-identity = The account's identity comes before a filing.
new-order-no-resource = This account has no cloud resource to file with.
step-of = question { $n } of { $all }
save-and-continue = Save and continue
save-later = Later: back to the task list
section-locked = The order cannot be changed now; this is for reading.
asked-by-reviewer = Asked by the reviewer
rule-since = since { $date }
next-by = { $what } (by { $when })
next-submit = Your turn: write and submit
next-first-review = First review by the provider
next-mend = Your turn: mend what was named
next-report = Report to the authority
next-sms = Your turn: the SMS check
next-authority-review = Review by the authority
next-duties = Filed: see to what comes next
next-over = Over
next-short-submit = Submit
next-short-first-review = First review
next-short-mend = Mend
next-short-report = Report
next-short-sms = SMS check
next-short-authority-review = Authority
next-short-duties = What comes next
next-short-over = Over
now-title-draft = Your turn: write the filing
now-title-draft-ready = Your turn: check and submit
now-title-submitted = Waiting for the first review
now-title-in-review = In first review
now-title-to-report = Passed: waiting to be reported
now-title-changes-by-provider = Your turn: mend what the reviewer named
now-title-changes-by-authority = Your turn: mend what the authority named
now-title-awaiting-sms = Your turn: enter the codes the ministry texted
now-title-at-authority = The authority is reviewing it
now-title-filed = Filed
now-title-abandoned = This order was given up
now-text-draft = Work through the list below in any order. Every step is saved, and you can go on from another device.
now-text-draft-ready = Everything is filled in. Read the whole document, accept the agreements, and submit.
now-text-submitted = A reviewer compares data and papers and calls the persons in charge. Please keep the phones reachable.
now-text-in-review = A reviewer is comparing data and papers, and may call the persons in charge. Please keep the phones reachable.
now-text-to-report = The platform reports it to the authority by itself. Nothing to do for you.
now-due = Done by { $date } at the latest
now-estimated = The date is an estimate until next year's holidays are published.
now-until = until { $time }
now-check-and-submit = Check and submit
now-resubmit = Mended: check and submit again
now-changes-count =
    { $n ->
        [one] One thing needs mending. Then submit again.
       *[other] { $n } things need mending. Then submit again.
    }
now-changes-only = Only what is listed below can be changed; everything else stays as it is.
now-changes-idle = When the time runs out the order goes back to draft, with everything kept.
now-sms-text = MIIT texted a six-digit code to { $mobiles }. Enter it on the ministry's page in time; after that the order comes back and must be submitted again.
now-sms-tries = Five wrong tries are allowed in all; the sixth sends the order back.
now-sms-late = The message usually arrives within 5 minutes; the ministry's page can send it again.
now-sms-go = Go to the ministry's page
now-sms-done = All codes are entered
now-authority-text = Nothing can be changed while the authority decides. You will be told by text message and mail.
now-filed-text = Put the number at the foot of the home page, and file with the police (公安备案) within 30 days.
now-abandoned-text = The order is over; what is already filed is not touched. You can start again at any time.
authority-legal = By law at most 20 working days ({ $date })
authority-usual = usually { $min } to { $max } working days there
time-by = by { $time }
time-between = about { $from } to { $to }
step-by = By { $who }
party-you = you
party-applicant = the applicant
party-provider = the provider
party-authority = the { $province } authority
party-nobody = the platform
step-draft-opened = Order opened
step-submitted = Submitted
step-resubmitted = Submitted again
step-claimed = First review began
step-changes-requested = Sent back to be mended
step-passed = Passed first review
step-reported = Reported to the authority
step-returned-to-review = Back in first review: the report could not be sent as it was
step-sms-confirmed = SMS check done
step-approved = Approved by the authority
step-filed = Number issued
step-refused = Sent back by the authority
step-withdrawn = Taken back
step-abandoned = Given up
step-expired = The draft ended
step-fell-idle = Nothing happened for long: back to draft
step-submit = Write and submit
step-mend = Mend and submit again
step-first-review = First review
step-report = Report to the authority
step-sms = SMS check
step-authority-review = Review by the authority
step-number = The number arrives and the site opens
step-text-submit = Complete the task list
step-text-mend = Mend what is listed
step-text-first-review = The provider compares data and papers and calls; usually 1 to 2 working days
step-text-report = Done by the platform
step-text-sms = The persons in charge enter their codes on the ministry's page within 24 hours
step-text-number = The site opens minutes after the result arrives
footer-title = Put the number at the foot of your site
footer-text = Copy this to the bottom centre of the home page. The bare domain must open and show it too.
duties-title = What comes next
duty-footer = Show the number on the home page
duty-police = File with the police
duty-dns = Point the domain to the server
duty-text-footer = From the day the site opens, linked to the ministry's site.
duty-text-police = Within 30 days of opening, on the police's platform (公安备案).
duty-text-dns = The domain may resolve again. A filed domain must keep pointing at a server of this provider.
duty-link-footer = The ministry's site
duty-link-police = The police's platform
duty-link-dns = More about it
duty-any = any time
withdraw-do = Take it back
abandon-do = Give up the order
confirm-no = No, go back
confirm-final = Cannot be undone
confirm-withdraw = Take it back
confirm-title-withdraw = Take this order back?
confirm-text-withdraw = It becomes a draft again with everything kept. Once mended it waits for its review anew.
confirm-abandon = Give it up
confirm-title-abandon = Give this order up?
confirm-text-abandon = What was written and uploaded is deleted, and has to be written again for another try. What is already filed is not touched.
confirm-remove-site = Remove the site
confirm-title-remove-site = Remove the site { $domain }?
confirm-text-remove-site = What was written for it and its papers are deleted. Sites behind it need their papers again.
answers-title = Check everything
answers-title-read = The order
answers-lead = This is all that goes to the provider and the authority. Read it through; “Change” mends what is wrong.
answers-lead-read = This is what was sent, with personal data partly hidden.
answers-not-ready = Something is still missing or wrong. Once it is mended, the order can be submitted.
answers-findings = What the check says
submit-title = Submit
submit-text = A reviewer then compares everything and calls the persons in charge. Until the review begins you can take it back.
submit-do = Submit for review
resubmit-do = Submit again
agree-to = I have read and accept: { $title }
agreement-version = Version { $version }
materials-lead = Pictures are kept sealed and used for this filing only.
materials-none = No other papers are needed
materials-none-text = The manager's pictures are taken under “Verification”.
materials-photos = Best taken with a phone; they can be uploaded here too.
materials-by-phone = Take them with a phone
slot-file = Choose a picture: { $title }
slot-upload = Upload
slot-replace = Replace
slot-remove = Remove
slot-given = Uploaded
slot-missing = Missing
back-to-tasks = Back to the task list
via-web = uploaded
via-handover = taken with a phone
verification-lead = The manager in person photographs the identity card and takes a photo. Now, or later.
handover-title = Take the pictures with a phone
handover-text = Make a QR code, scan it with a phone and follow the steps there. This page shows how far it is.
handover-start = Make a QR code
handover-again = Make another QR code
handover-here = Upload from here
handover-scan = Scan this with a phone
handover-until = good until { $time }
handover-live = How far it is
handover-step-1 = Scan the code with WeChat or the phone's camera
handover-step-2 = Take the pictures it asks for
handover-step-3 = Come back to this page
handover-state-none = Not begun
handover-state-open = Waiting for the phone
handover-state-opened = The phone is at it
handover-state-finished = The phone is done, but pictures are missing
handover-state-expired = The link is over
handover-state-complete = All pictures are there
live-reload = Reload to see how far it is
qr-label = QR code for the phone
qr-or-open = Or open on the phone:
photo-rules-title = A good photo
photo-rule-1 = White background, no corner or door
photo-rule-2 = Facing the camera, eyes open, mouth closed
photo-rule-3 = No hat or headset, no glare on glasses
photo-rule-4 = Decent clothes, even light
paper-rule-1 = Photograph the original, not a screen or a copy
paper-rule-2 = All four edges, sharp, no glare
paper-rule-3 = The document fills the picture
phone-lead = To be taken by the manager in person. Each picture is sent at once.
phone-missing =
    { $n ->
        [one] 1 picture to go
       *[other] { $n } pictures to go
    }
phone-next-title = Next
phone-next-text = Allow the camera and take it here, or choose a photo.
phone-take = Take: { $what }
phone-done-title = All pictures are there
phone-done-text = If they are sharp, finish: the computer goes on by itself.
phone-finish = Finish
phone-finished = Done. You can close this page and go on at the computer.
phone-kept = This one is there; another takes its place.
phone-expired = This link is over
phone-expired-text = The QR code is good for a limited time, or another one took its place. Make a new one on the computer.
shot-preview = The photo just taken
shot-sending = How much is sent
shot-failed = It did not go through. The photo is still here: try again.
shot-no-camera = The camera cannot be opened. Allow it in the phone's settings, or choose a photo below.
shot-again = Send it again
shot-open = Open the camera
shot-take = Take the photo
shot-file = Or with the phone's own camera or album
shot-send = Upload
shot-back = Back
step-sent = Sent with { $sites } and { $papers }
step-took =
    { $n ->
        [one] took 1 working day
       *[other] took { $n } working days
    }
step-sequence = Upload { $sequence }
materials-papers = Certificates and papers
saved-at = Saved { $time }
told-title = What others tell of { $domain }
told-registration = Registered
told-until = until { $date }
told-registered = yes
told-not-registered = Not registered
told-unknown = Not known
told-registrar = Registrar
told-state = State
told-on-hold = On hold
told-leads-to = Leads to
told-leads-nowhere = nowhere
told-by = { $age } ago, { $who }
told-asked = asked { $age } ago, and again later
told-silent = { $who } { $why }.
told-why-timed-out = did not answer in time
told-why-unreachable = could not be reached
told-why-refused = refused to answer
told-why-garbled = gave an answer that is cut or contradicts itself
told-why-no-server = does not exist
slot-details = Format, age limit and source
slot-source = Source: { $source }
slot-likely = Probably needed
slot-possible = If asked for
letter-open = Filled-in form
letter-pdf = PDF
letter-print = Print
letter-back = Back to the papers
letter-advice = The form is in Chinese, as the authority reads it. Check it, fill in the blank lines, print it, have it signed and sealed, then photograph or scan it and upload it.
letter-missing = The font of the PDF has no “{ $characters }”: print this page instead, or write it by hand.
letter-file = { $kinds } picture of { $min } to { $max }
letter-age = No older than { $span }: dated { $date } or later
letter-age-days = { $n ->
    [one] one day
   *[other] { $n } days
}
letter-age-months = { $n ->
    [one] one month
   *[other] { $n } months
}
letter-valid = { $n ->
    [one] Still valid for a month or more
   *[other] Still valid for { $n } months or more
}
after-title = What to mind from now on
