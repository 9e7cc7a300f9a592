# Every text of the sandbox authority.
site-name = Filing authority
site-ribbon = 沙箱 SANDBOX
site-ribbon-note = This is not the real filing system. It is for demonstration, training and tests; nothing reaches any office.
site-lang = 中文
site-clock = Sandbox time
nav = Main navigation
skip = Skip to the content
nav-home = Home
nav-phone = Text messages
nav-verify = SMS verification
nav-desk = Review desk
nav-lookup = Public look-up

home-bureau = { $province } Communications Administration (通信管理局, sandbox)
home-title = A sandbox in place of the authority
home-lead = A provider's platform reports here over the real interface, phones receive codes, and an officer decides. Only two things differ from the authority (管局): its clock can be moved on, and faults can be ordered.
home-phone = What every phone has received, by number.
home-verify = Where the principal and the managers enter their codes.
home-desk = See everything that was reported, with the attachments, and approve or refuse it.
home-lookup = Find filed sites by domain, filing number or organiser.
home-count-sms = Messages: { $count }
home-count-verify = To be verified: { $count }
home-count-desk = To be decided: { $count }
home-count-lookup = Filed subjects: { $count }
home-flow = How a filing passes through here
home-step-1 = The provider reports
home-step-1-note = Over SOAP, numbered without gaps; each number is taken once.
home-step-2 = The machine checks
home-step-2-note = Form, codes, and conflicts of domains and credentials; the provider downloads the result.
home-step-3 = SMS verification
home-step-3-note = Within 24 hours, by whoever received the message; five wrong tries are forgiven.
home-step-4 = An officer reviews
home-step-4-note = At the review desk, or a policy approves by itself.
home-step-5 = The number is issued
home-step-5-note = The provider downloads the decision and the filed data, and confirms each.
home-engineers = For engineers
home-wsdl = Interface description (WSDL)
home-ledger = Ledger of uploads
home-faults = Ordered faults
home-clock = Sandbox clock

phone-title = Text messages
phone-lead = Messages that 12381 and other numbers would send in real life all arrive here.
phone-mobile = Mobile number
phone-open = Open this phone
phone-all = Phones with messages
phone-none = No messages yet. Once a reported filing has passed the machine's checks, the people in charge receive a code.
phone-empty = This number has received nothing.
phone-back = All phones
phone-code = Code
phone-go = Verify
phone-sender = MIIT (sandbox)
phone-refresh = Refresh
phone-count = Messages: { $count }

verify-title = SMS verification
verify-lead = Enter your code within 24 hours of the message. If two people received one, both must enter theirs.
verify-mobile = Mobile number that received the message
verify-mobile-hint = The number given in the filing, 11 digits
verify-code = Code
verify-code-hint = The six digits of the message
verify-tail = Last six characters of your identity document
verify-tail-hint = An X may be small or capital
verify-send = Verify
verify-resend-title = No message?
verify-resend-note = Give the mobile number. A new code replaces the old one; 60 seconds must pass between two codes.
verify-resend = Send again
verify-done = Verified
verify-done-note = Everyone has verified, and the filing is at the review desk. The result will come as a message.
verify-half = You have verified; someone else still has to
verify-half-note = The filing goes to the review desk when the other person in charge has entered their code.
verify-wrong = The code or the last six characters are wrong
verify-wrong-left = { $count } more wrong tries are forgiven; after that the filing goes back to the provider.
verify-wrong-last = One more wrong try sends the filing back to the provider.
verify-returned = More than five wrong tries: the filing went back to the provider
verify-returned-note = Ask the provider to submit it again; you will then receive a new code.
verify-missing = Nothing waits for this number
verify-missing-note = The number may differ from the one in the filing, it may be verified already, or 24 hours may have passed.
verify-resent = A new code has been sent
verify-soon = Please wait a little
verify-soon-note = 60 seconds must pass between two codes.
verify-see = See this phone's messages in the sandbox

desk-title = Review desk
desk-lead = Filings wait here for a decision once the SMS verification is done.
desk-tab-waiting = To decide
desk-tab-awaiting_sms = Awaiting SMS
desk-tab-approved = Approved
desk-tab-refused = Refused
desk-tab-failed = Failed the machine
desk-tab-returned = Not verified
desk-tabs = By state
desk-none = No filing is in this state.
desk-none-waiting = Nothing waits for a decision. A filing comes here when its SMS verification is done.
desk-col-subject = Organiser
desk-col-domain = Domain
desk-col-received = Received
desk-col-state = State
desk-col-provider = Provider
desk-sequence = upload { $sequence }
desk-officer = Officer (sandbox)
policy-officer = Automatic review (sandbox policy)
system-officer = SMS verification system
bureau-phone = 000-12381-000

case-subject = Subject (主体)
case-principal = Principal
case-site = Site { $index }
case-manager = Site manager
case-name = Name
case-person-name = Name
case-nature = Nature
case-certificate = Credential
case-certificate-number = Number of the credential
case-certificate-address = Address on the credential
case-postal = Postal address
case-area = Area codes
case-investor = Investor
case-remark = Remark
case-mobile = Mobile
case-email = E-mail
case-office-phone = Office phone
case-domains = Domains
case-url = Home page
case-contents = Service content
case-languages = Languages
case-approvals = Pre-approvals
case-locations = Server location
case-methods = Access method
case-ips = IP addresses
case-filed-by = Filed by
case-filed-by-provider = the provider
case-filed-by-organiser = the organiser
case-attachments = Attachments
case-attachments-none = No attachments.
case-attachment-original = Original
case-attachment-site = of the site
case-attachment-subject = of the subject
case-decision = Decision
case-opinion = Opinion
case-opinion-hint = A refusal must say why and how to mend it; the words go to the provider and the organiser as they stand.
case-officer = Officer
case-approve = Approve and issue the number
case-refuse = Refuse
case-opinion-missing = Say why before you refuse
case-gone = This filing no longer waits for a decision
case-decided = Decided
case-machine = Machine checks
case-machine-ok = Nothing found
case-holders = SMS verification
case-holder-done = Verified
case-holder-open = Waiting
case-tries = { $count } wrong tries, five are forgiven
case-until = until { $until }
case-facts = About this filing
case-facts-provider = Provider
case-facts-sequence = Upload
case-facts-id = Key in results
case-facts-received = Received
case-facts-decided = Decided
case-facts-number = Filing number
case-facts-officer = Officer
case-facts-opinion = Opinion
case-missing = No such filing
case-missing-note = The number may be wrong.
case-back = Back to the desk

lookup-title = Public look-up
lookup-lead = Find sites filed in the sandbox. Give the whole domain, filing number or organiser's name.
lookup-q = Domain, number or name
lookup-go = Look up
lookup-none = Nothing found
lookup-none-note = The sandbox has no record that is exactly “{ $q }”.
lookup-filed = Filed
lookup-subject = Organiser
lookup-nature = Nature
lookup-number = Site filing number
lookup-site = Site name
lookup-domain = Domain
lookup-date = Filed on

state-awaiting_sms = Awaiting SMS
state-waiting = To decide
state-approved = Approved
state-refused = Refused
state-returned = Not verified, sent back
state-failed = Failed the machine

role-principal = Principal
role-manager = Site manager
role-both = Principal and site manager

error-title = Something went wrong
error-note = The sandbox could not do this. Please try again later.
error-cross-site = The request came from another site and was not accepted.
error-not-found = No such page

# Texts of messages and of the interface are always Chinese; these are translations.
sms-code = [Sandbox] Code { $code }. You are asked, as { $role }, to confirm this for { $domain }: { $action }. Enter your mobile number, this code and the last six characters of your identity document by { $until }, or the request goes back. Tell no one.
sms-approved = [Sandbox] The filing of { $name } was approved under { $number }. Show the number at the foot of the home page, and file with the police within 30 days of opening.
sms-refused = [Sandbox] Refused for { $name }: { $action }. Reason: { $opinion }
sms-timeout = The SMS verification was not done within 24 hours; the filing goes back. Unchanged, it may be submitted again.
sms-tries = More than five wrong tries in the SMS verification; the filing goes back. Unchanged, it may be submitted again.
opinion-approved = Complete and true; filed.
subject-number = { $prefix }ICP备{ $digits }号
sequence-invalid = Other error: the sequence number must be a whole number above 0
sequence-taken = Other error: sequence number { $sequence } was taken before; this upload changed nothing
file-unknown = Other error: no file called { $name } waits to be confirmed
query-invalid = Other error: the kind of query or its condition is wrong
password-abolished = Other error: the filing password was abolished on 2020-08-17 in favour of SMS verification and cannot be checked
unknown-code = A code outside the table

# The registry beside the authority: RDAP answers carry both languages.
registry-title = The sandbox registry
registry-note = An answer of the sandbox registry; no such registration exists.
registry-not-registered = This name is not registered.
registry-no-name = This is no name that could be registered.
registry-registrar = Sample Registrar Ltd.
registry-other-holder = Qinghe Network Ltd.
registry-busy = Too many questions; please ask again later.
registry-labels =
    How a name is told follows from the beginning of its label:
    expiring-…: 20 days are left
    expired-…: it ended ten days ago
    hold-…: on hold, its holder not validated
    unverified-…: nothing is said of the holder's validation
    other-holder-…: the holder is somebody else
    unregistered-…: not registered
    busy-…: refused, too many questions
    slow-…: answered after 20 seconds
    garbage-…: an answer that is cut
    any other: registered for years, its holder validated

# The kinds of request, in text messages and on pages.
action-first_filing = filing
action-new_site = new site
action-new_access = new access
action-change = change
action-cancel_subject = cancelling a subject
action-cancel_site = cancelling a site
action-cancel_access = cancelling an access
action-verification = verification result
action-materials = verification materials
action-unfiled = handling of an unfiled site
action-ip = IP filing
action-domain = domain filing
desk-tab-done = Done
state-done = Done
sms-done = [Sandbox] The { $action } of { $name } was approved.
sms-password = [Sandbox] The filing password of { $number } is { $password }. Keep it safe.
too-often = Other error: calls come too often, try again in { $seconds } seconds

case-content = Content
case-reference = About
case-record = Record
case-site-filed = Filed site
case-reason = Reason
case-outcome = Outcome
case-outcome-pass = Verified
case-outcome-refuse = Not verified
case-ip-source = IP source
case-ip-allocation = IP allocation
case-ip-broadcast = IP broadcast
case-ip-brought = Brought-in IP

# Code tables whose values are not public; the sandbox has values of its own.
cancel-reason-1 = No longer run
cancel-reason-2 = Data changed, to be filed anew
cancel-reason-3 = Domain expired, transferred or no longer used
cancel-reason-4 = Moved to another provider
cancel-reason-5 = Other
unfiled-outcome-1 = Access ended
unfiled-outcome-2 = Filed meanwhile
unfiled-outcome-3 = Not hosted here
unfiled-outcome-4 = Filing under way
domain-kind-1 = Country-code domain
domain-kind-2 = Generic domain
domain-kind-3 = Chinese domain
domain-kind-4 = Other
verify-opinion-1 = Verified
verify-opinion-2 = Not verified
unit-1 = Telecom group (sandbox)
unit-2 = Unicom group (sandbox)
unit-3 = Mobile group (sandbox)
unit-4 = Broadcasting group (sandbox)
unit-5 = Education network (sandbox)
unit-6 = Science network (sandbox)
unit-7 = Trade network (sandbox)
unit-8 = Network information centre (sandbox)
task-person = Sha Xiaoxiang
task-address = 1 Sandbox Road
notice-text = What is filed differs from what was found. Have the organiser correct it and file a change.
