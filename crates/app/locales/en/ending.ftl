# Changing and ending what is filed
purpose-of-other = Such a paper does not belong to what you chose.
    .fix = Papers of the subject go to the subject, those of a manager to the site.
    .source = MIIT interface V3.0, code 1061
change-passed =
    .subject = The change holds: { $number }
    .mail =
        The authority has approved the change of { $domain }. The new particulars hold and the number stays: { $number }.

        See: { $url }

        { $provider }
    .sms = [{ $provider }] The change of { $domain } holds; the number { $number } stays.
subject-cancelled =
    .subject = Subject cancelled: { $number }
    .mail =
        The authority has cancelled the subject number { $number } and every site under it. The sites are no longer served here.

        Please stop resolving the domains and take the numbers off the pages. You can file again later, under new numbers.

        See: { $url }

        { $provider }
    .sms = [{ $provider }] The subject number { $number } is cancelled; its sites are no longer served.
site-cancelled =
    .subject = Site cancelled: { $number }
    .mail =
        The authority has cancelled the number { $number } of { $domain }. The site is no longer served here.

        Please stop resolving the domain and take the number off the page.

        See: { $url }

        { $provider }
    .sms = [{ $provider }] The number { $number } of { $domain } is cancelled; the site is no longer served.
access-cancelled =
    .subject = Access ended: { $domain }
    .mail =
        The access of { $domain } here has ended and the site is no longer served here; its number { $number } stays valid.

        A site without any provider becomes a shell, which the authority may cancel: add access at another provider soon.

        See: { $url }

        { $provider }
    .sms = [{ $provider }] The access of { $domain } here has ended; the number { $number } stays. Add access elsewhere soon.
