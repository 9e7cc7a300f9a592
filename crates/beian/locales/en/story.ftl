# The story: who does what, as it is seen to be done.

who-applicant = applicant
who-phone = phone
who-reviewer = reviewer
who-administrator = administrator
who-platform = platform
who-authority = authority
who-neighbour = other provider
who-visitor = visitor

story-case = Case: { $title } ({ $id })

story-report-elsewhere = another provider reports { $domains } for the same subject (its number { $sequence })
story-filed-elsewhere = the filing through the other provider has its number: { $number }
story-closed = opens { $domain }: the gateway stops it and sends on to { $place }
story-still-closed = opens { $domain } again: still stopped
story-register = registers with { $contact } and enters the code that came
story-identify = says who the account belongs to ({ $proof })
story-import-resources = brings cloud resources in from the inventory ({ $count })
story-see-resources = sees the cloud resources in the console ({ $count })
story-check-basic = fills the first page: recognised as { $action } (findings: { $findings })
story-open-order = opens an order for { $domain }
story-hand-over = shows the QR code for site { $site }; the link is good until { $until }
story-take-pictures = the site's manager takes pictures ({ $count })
story-follow-phone = sees on the PC that the phone is done
story-fill-subject = fills in the subject and its principal
story-fill-sites = fills in the sites and their managers ({ $count })
story-upload = uploads papers ({ $count })
story-check-order = looks before submitting: { $blocks } to mend, { $warnings } to mind
story-submit = accepts { $agreements } agreements and submits
story-refused = refuses by { $rule } ({ $field }): { $message }
story-claim = claims the order: { $rows } rows beside their documents (findings: { $findings })
story-request-changes = asks to mend { $fields }
story-see-requests = is asked to mend ({ $fields }): { $advice }
story-mend = mends { $fields } and nothing else
story-resubmit = submits again
story-look = checks { $rows } rows, { $changed } of them changed
story-call = calls and is told that all is right ({ $count })
story-pass = passes the first review
story-report = reports to the authority as number { $sequence }; text messages to be confirmed until { $until }
story-verify = { $mobiles } get the authority's text message and confirm it (after { $wrong } wrong codes)
story-confirm-sms = says that the text messages are confirmed
story-refuse = sends it back ({ $id })
story-see-refusal = reads why the authority sent it back ({ $fields }): { $advice }
story-approve = approves it ({ $id })
story-open-early = opens { $domain }: open since the first review, as an access is
story-filed = receives the number { $number } and acknowledges it
story-told = learns the number by mail ({ $mail }) and text message ({ $mobile })
story-open = opens { $domain }: the website is open
story-look-up = finds { $domain } in the public look-up: { $number }
story-look-up-at-authority = finds { $domain } in the authority's look-up: { $number }
story-ledger = reads both ledgers: every sequence number ({ $count }) was sent and received exactly once

story-ask = asks for { $action } on the page of what is filed ({ $number })
story-write-change = writes what is new ({ $fields }) and nothing else
story-report-untexted = reports to the authority as number { $sequence }; nobody is texted
story-still-open = opens { $domain }: the website is open as before
story-change-holds = receives the changed record; the number stays: { $number }
story-ended = learns that it has ended ({ $number })
story-told-end = learns of it by text message ({ $mobile })
story-closed-again = opens { $domain }: the gateway stops it and sends on to { $place }
story-look-up-name = finds { $domain } in the public look-up under its new name: { $name }
story-look-up-name-at-authority = finds { $domain } in the authority’s look-up under its new name: { $name }
story-look-up-unaccessed = finds { $domain } in the public look-up: filed ({ $number }), not accessed here
story-look-up-nothing = looks { $domain } up in public: no longer filed
story-look-up-nothing-at-authority = looks { $domain } up at the authority: no longer filed

story-part-ready = the { $part } is ready ({ $detail } s)
story-part-died = the { $part } ended unexpectedly ({ $detail })
story-part-started-again = the { $part } was started again{ $detail }
story-part-gave-up = the { $part } cannot be kept running: { $detail }

story-end-filed = Outcome: filed, and the website is open
story-end-changed = Outcome: changed, and the number stays
story-end-ended = Outcome: ended, and closed to visitors
story-end-refused-by-check = Outcome: refused by the checks, as it must be
story-end-refused-by-authority = Outcome: sent back by the authority, as it must be
story-failed = Stopped at { $step }: { $why }
story-all-well = All { $cases } cases ended as they must, in { $seconds } s
story-not-all-well = { $failed } of { $cases } cases did not end as they must, in { $seconds } s

action-first-filing = a first filing
action-add-site-here = adding a site (subject filed here)
action-add-site-elsewhere = adding a site (subject filed elsewhere)
action-add-access = adding access
action-one-click-access = one-click access
action-change-filing = changing the filing
action-change-site = changing a site
action-cancel-subject = cancelling the subject
action-cancel-site = cancelling a site
action-cancel-access = cancelling access

proof-format-only = only the form of the number was checked
proof-verified = confirmed by the real-name service

officer-opinion = Sample opinion: the site’s name does not fit its content; check it and submit again.
