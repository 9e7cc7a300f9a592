# Letters and text messages to people. .subject and .mail make a letter, .sms a text message.
contact-code =
    .subject = Your code: { $code }
    .mail =
        Your code is { $code }. It is good for { $minutes } minutes.

        Tell it to nobody. If you did not ask for it, ignore this letter.

        { $provider }
    .sms = [{ $provider }] Your code is { $code }, good for { $minutes } minutes. Tell it to nobody.
contact-taken =
    .subject = You already have an account
    .mail =
        Somebody tried to register with this address, which already has an account. If it was you, log in:
        { $url }

        If it was not you, there is nothing to do.

        { $provider }
    .sms = [{ $provider }] This number already has an account: please log in. Ignore this if it was not you.
password-changed =
    .subject = Your password was changed
    .mail =
        The password of your account was just changed. Other devices are logged out.

        If it was not you, call us at once: { $phone }

        { $provider }
    .sms = [{ $provider }] Your password was changed and other devices are logged out. Call us at once if it was not you.
order-submitted =
    .subject = Filing submitted: { $domain }
    .mail =
        Your filing order for { $domain } is submitted. We finish the first review by { $due }. We may call the persons in charge: please keep the phone at hand.

        Follow it here: { $url }

        { $provider }
    .sms = [{ $provider }] Your filing for { $domain } is submitted. First review by { $due }; please keep the phone at hand.
call-missed =
    .subject = We could not reach you: { $domain }
    .mail =
        We called about the filing of { $domain } and could not reach you. We call again in about an hour. After two missed calls the order is sent back.

        Follow it here: { $url }

        { $provider }
    .sms = [{ $provider }] We called about the filing of { $domain } and could not reach you. We call again in about an hour.
changes-requested =
    .subject = Your filing needs changes: { $domain }
    .mail =
        Please mend the following in your filing order for { $domain }:

        { $advice }

        Everything else is kept. Submit again when it is done:
        { $url }

        { $provider }
    .sms = [{ $provider }] Your filing for { $domain } needs { $count } change(s). Please log in: { $url }
correction-reminder =
    .subject = Your filing has waited { $days } days for changes: { $domain }
    .mail =
        Your filing order for { $domain } has waited { $days } days for your changes. After 45 days it goes back to draft, with everything kept.

        { $url }

        { $provider }
    .sms = [{ $provider }] Your filing for { $domain } has waited { $days } days for changes: { $url }
first-review-passed =
    .subject = First review passed: { $domain }
    .mail =
        Your filing order for { $domain } passed the first review and goes to the authority next. The ministry then texts a code to the persons in charge: please confirm it within 24 hours.

        Follow it here: { $url }

        { $provider }
    .sms = [{ $provider }] Your filing for { $domain } passed the first review. Watch for the ministry's code next.
sms-check-pending =
    .subject = Confirm the ministry's code within 24 hours: { $domain }
    .mail =
        Your filing for { $domain } is with the authority. The ministry texts a six-digit code to { $mobiles }.

        Before { $until }, open the page below and enter the code, the mobile number and the last six characters of the identity document:
        { $check }

        After more than five wrong tries, or too late, the order is sent back.

        { $provider }
    .sms = [{ $provider }] Your filing for { $domain } is with the authority. Enter the ministry's code before { $until } at { $check }
authority-refused =
    .subject = The authority sent the filing back: { $domain }
    .mail =
        The authority sent the filing of { $domain } back:

        { $advice }

        Please mend it and submit again:
        { $url }

        { $provider }
    .sms = [{ $provider }] The authority sent the filing of { $domain } back. Please log in for the reasons: { $url }
authority-passed =
    .subject = Filed: { $domain } { $number }
    .mail =
        The authority has approved the filing of { $domain }.

        Subject number: { $number }
        { $sites }

        What comes next:
        1. Show the number at the foot of the home page, linked to https://beian.miit.gov.cn/ .
        2. File with the police before { $police_due } (30 days from opening): { $police_url }
        3. Point the domain to the filed server.

        The footer to copy, and what else to do: { $url }

        { $provider }
    .sms = [{ $provider }] { $domain } is filed: { $number }. Show the number on the home page and file with the police before { $police_due }.
police-filing-due =
    .subject = Police filing due: { $domain }
    .mail =
        { $domain } must be filed with the police before { $police_due }: { $police_url }

        If it is done, ignore this letter.

        { $provider }
    .sms = [{ $provider }] { $domain } must be filed with the police before { $police_due }. Ignore this if it is done.
draft-expiring =
    .subject = Your filing draft expires soon: { $domain }
    .mail =
        Your draft for { $domain } will not have been saved for 30 days on { $date } and the order ends then. Open it and save it once to keep it:
        { $url }

        { $provider }
    .sms = [{ $provider }] Your filing draft for { $domain } expires on { $date }. Log in and save it: { $url }
draft-expired =
    .subject = Your filing draft has expired: { $domain }
    .mail =
        Your draft for { $domain } was not saved for 30 days and the order has ended. You can open a new one at any time.

        { $provider }
    .sms = [{ $provider }] Your filing draft for { $domain } was not saved for 30 days and has ended.
order-idle =
    .subject = Your filing is a draft again: { $domain }
    .mail =
        Your order for { $domain } stood in one step for 45 days and is a draft again. Everything is kept; submit it again at any time:
        { $url }

        { $provider }
    .sms = [{ $provider }] Your filing for { $domain } stood still for 45 days and is a draft again. Everything is kept.
order-idle-expiring =
    .subject = Your filing becomes a draft again soon: { $domain }
    .mail =
        Your order for { $domain } has stood in one step for nearly 45 days. On { $date } it becomes a draft again, with everything kept:
        { $url }

        { $provider }
    .sms = [{ $provider }] Your filing for { $domain } becomes a draft again on { $date }. Please log in: { $url }
site-line = { $domain }: { $number }
