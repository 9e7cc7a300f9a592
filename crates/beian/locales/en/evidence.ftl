# `beian miit export` and `beian miit verify`.

evidence-written = { $files } file(s) of { $ledgers } ledger(s) in { $file }
evidence-fingerprint = fingerprint { $fingerprint }
evidence-personal = It contains personal data in the clear. Keep the fingerprint elsewhere.

evidence-direction-upload = uploads
evidence-direction-download = downloads
evidence-ledger = bureau { $bureau }, { $direction } { $first }–{ $last }: behind { $before }, last { $hash }
evidence-skipped = bureau { $bureau }: numbers { $first }–{ $last } were not used by this ledger
evidence-intact = { $lines } line(s), { $files } file(s): all as they were written
evidence-broken = { $found } thing(s) are not as they were written
evidence-unanchored = Compare the fingerprint with the one kept when the bundle was made (or give it with --fingerprint): only that exposes a bundle made anew as a whole.

evidence-found-manifest-changed = the manifest is not the one of this fingerprint
evidence-found-file-removed = the file was removed
evidence-found-file-added = the file was added
evidence-found-file-changed = the file was changed
evidence-found-line-unreadable = the ledger line cannot be read
evidence-found-line-removed = the ledger line was removed
evidence-found-line-added = the ledger line was added
evidence-found-line-moved = the ledger line does not follow the one before it
evidence-found-line-changed = the ledger line was changed
evidence-found-line-foreign = the ledger line is of another bureau
evidence-found-begin-changed = the link to what came before was changed
evidence-found-end-changed = the end of the ledger was changed
evidence-found-number-repeated = the number was used twice
evidence-found-container-removed = the container was removed
evidence-found-container-size = the container has another size than its ledger line
evidence-found-container-md5 = the container has another MD5 than its ledger line
evidence-found-container-sha256 = the container has another SHA-256 than its ledger line
evidence-found-content-md5 = the content does not have the MD5 that the authority sent along
