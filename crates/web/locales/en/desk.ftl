# The desk, the line to the authority, the audit
queue-waiting = Waiting for review
queue-mine = Claimed by me
queue-in-review = In review
queue-all = All
queue-empty = No cases
queue-empty-text = Submitted orders appear here, the longest waiting first.
queue-domain = Domain
queue-subject = Organiser
queue-action = Type
queue-since = Submitted
queue-state = State
queue-resubmitted = submitted again
sites-count =
    { $n ->
        [one] 1 site
       *[other] { $n } sites
    }
claim-title = Claim the case
claim-text = Once claimed, it is yours to compare and decide. Until then, looking at its papers is written down with the reason.
claim-do = Claim
claimed-by-you = claimed by you { $time }
claimed-by-other = claimed { $time }
case-before = Before:
case-findings = Other findings
case-resubmitted =
    { $n ->
        [one] Submitted again with 1 change, marked where it is.
       *[other] Submitted again with { $n } changes, marked where they are.
    }
case-new-paper = new
paper-closed = Who has not claimed the case opens each paper by itself, for a reason that is written down.
paper-title = Open: { $paper }
paper-open = Open the paper
paper-reason-hint = Such as: a complaint by telephone about this filing.
mark-none = Unseen
mark-seen = Seen
mark-ok = Agrees
mark-needs-change = Needs mending
mark-ok-do = Agrees
mark-seen-do = Seen
mark-change-do = Needs mending…
mark-change-save = Mark it
mark-advice-label = What to do about: { $field }
mark-advice-hint = Tell the applicant what to do
decision-title = Decision
decision-all-seen = Everything was looked at.
decision-unseen =
    { $n ->
        [one] 1 field is unseen. Look at everything first, so that nobody is asked twice.
       *[other] { $n } fields are unseen. Look at everything first, so that nobody is asked twice.
    }
decision-will-send = Will be sent to the applicant
decision-request-changes = Send back ({ $n })
decision-pass = Pass
decision-release = Put back into the queue
pass-blocker-findings-block = The checks still find something that must be mended.
pass-blocker-marks-open = Some fields are marked as to be mended.
pass-blocker-call-missing = No confirmed phone call is written down.
pass-blocker-unseen = Some fields are unseen.
changes-blocker-unseen = Look at every field before sending it back.
calls-title = Calls
calls-none = Nobody was called yet.
call-who = To whom
call-outcome = How it ended
call-note = Note
call-log = Write it down
call-confirmed = Confirmed in person
call-no-answer = No answer
call-wrong-person = Somebody else
call-denied = Denied
reveal-title = Reveal: { $field }
reveal-lead = Personal data is shown for a reason, and the reason is written into the audit trail.
reveal-reason = Reason
reveal-reason-hint = Such as: comparing with the photo of the document.
reveal-logged = Written down: { $reason }
ledger-lead = Every file sent to the authority, and every file downloaded from it.
ledger-bureaus = Lines
ledger-uploads = Uploads
ledger-downloads = Downloads
ledger-empty = Nothing yet
ledger-empty-text = Orders that passed the first review are reported by themselves.
ledger-resume = Go on
ledger-return = Back to review
ledger-accept = Seen, acknowledge
ledger-code = code { $code }
ledger-head-bureau = Authority
ledger-head-state = State
ledger-head-sequence = Sequence
ledger-head-waiting = Waiting
ledger-head-poll = Next poll
ledger-head-operation = Operation
ledger-head-attempts = Tries
ledger-head-times = Times
ledger-head-hash = Hash
ledger-head-file = File
ledger-head-received = Received
ledger-head-size = Size
line-running = Running
line-waiting = Waiting
line-halted = Halted
alarm = { $bureau }: { $text }
alarm-halted = The line stands until somebody sees to it.
alarm-waiting = It is tried again by itself. Nothing to do.
upload-queued = Waiting
upload-sending = Being sent
upload-stored = Stored there
upload-held = Held
upload-refused = Refused
download-received = Downloaded
download-applied = Applied
download-acked = Acknowledged
download-unreadable = Unreadable
bytes =
    { $n ->
        [one] 1 byte
       *[other] { $n } bytes
    }
audit-lead = One line for every act, each tied to the one before: a changed, removed or reordered line is found.
audit-line = Line
audit-act = Act
audit-target = On what
audit-who = Who
audit-hash = Hash
audit-order = Order (UUID)
audit-account = Account (UUID)
audit-filter = Filter
audit-verify = Verify the whole trail
audit-intact =
    { $n ->
        [one] 1 line, intact.
       *[other] { $n } lines, intact.
    }
audit-intact-so-far =
    { $n ->
        [one] 1 line looked at so far, intact; there are more.
       *[other] { $n } lines looked at so far, intact; there are more.
    }
audit-go-on = Go on checking
audit-broken = The chain breaks at line { $n }.
audit-why = reason: { $why }
audit-empty = No such lines
audit-empty-text = Try another id, or empty the fields to see all.
mark-rest-ok = The rest agrees
case-papers = List of papers
case-papers-none = The order needs no papers.

wire-preview = What the authority will receive
wire-preview-lead = The data file as it goes out when the case is passed: written, checked and zipped, then opened again. Pictures have the size and quality that travel.
wire-preview-lead-foreseen = The data file as it goes out when the case is passed: written, checked and zipped, then opened again. Pictures have the size and quality that travel. Our own numbers in it are not given yet: they are the next free ones, listed on this page as not given yet.
wire-preview-facts = The file
wire-preview-facts-text = The same bytes go out unless the order changes, or its numbers do, before it is passed.
wire-preview-xml = XML
wire-preview-zip = Zip
wire-preview-foreseen = Numbers not given yet
wire-preview-foreseen-text = These are the next free numbers. The order gets them when it is passed; if another case is passed first, it gets the ones after. Looking at this page gives none away.
wire-preview-number-subject = Subject
wire-preview-number-site = Website
wire-preview-number-domain = Domain
wire-preview-number-access = Access
wire-preview-number-ip = IP address
