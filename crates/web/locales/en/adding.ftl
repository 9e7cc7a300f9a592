# Adding sites and accesses.

error-type-found = The type of filing is known now, and what is filed was written into the order. Please read it again, then submit.
problem-type-found = The type of filing was found
problem-detail-type-found = What is filed was written into the order: read it again, check it, then submit.
on-file-title = As filed
on-file-text = This is as filed and cannot be changed with this order; to change it, file a change first.
on-file-site-number = Site number
asked-by-authority = The authority’s result
section-as-filed = The following is filed here and shown to be checked; to change it, file a change first.
now-open-already = The first review is passed, so the site can be reached through us already; if the authority sends the order back, it is closed again.
meanwhile-text-access = An access filing opens when the first review is passed, and the old provider’s entry stays valid. Keep the phones reachable, and do not let server or domain expire.
