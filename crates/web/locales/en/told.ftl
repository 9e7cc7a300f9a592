# What the authorities told, beside the mailbox.
told-tab-mailbox = Files
told-tab-blacklist = Blacklists
told-tab-codes = Code tables
told-tab-comparisons = Comparisons
told-nothing = Nothing yet
told-empty-blacklist = What an authority puts on its blacklist stands here, and every check knows it.
told-empty-codes = As soon as an authority sends its tables they take the place of the built-in ones.
told-empty-comparisons = When an authority sends everything it has, it is compared here with what is filed.
told-blacklist-lead = Subjects and domains that nobody may file. Every check knows them.
told-codes-lead = What the codes mean, as each authority last said it.
told-table-lead = What counts now. A code leads to what it meant before.
told-history-lead = What was said of this code, since when, and by which file.
told-comparisons-lead = Everything an authority has, compared with what is filed here. Nothing is written over.
told-comparison-lead = Decide each for itself: change or file here, or ask the authority to mend it.
told-head-key = Certificate or domain
told-head-name = Name
told-head-bureau = Authority
told-head-since = Since
told-head-state = State
told-head-table = Table
told-head-codes = Codes
told-head-changed = Last changed
told-head-code = Code
told-head-meaning = Meaning
told-head-from = From
told-head-until = Until
told-head-said = Said by
told-head-when = When
told-head-records = Records
told-head-difference = Difference
told-head-filing = Filing
told-head-field = Field
told-head-here = Here
told-head-there = At the authority
told-kind-subject = subject
told-kind-domain = website
told-listed = listed
told-removed = taken off
told-invalid = { $name } (not in use)
told-same = the same
told-differences =
    { $n ->
        [one] { $n } difference
       *[other] { $n } differences
    }
told-records =
    { $n ->
        [one] { $n } record
       *[other] { $n } records
    }
told-csv = As CSV
told-difference-missing-here = missing here
told-difference-missing-there = missing at the authority
told-difference-differs = differs
told-what-subject = subject
told-what-site = website
told-field-number = filing number
told-field-name = name
told-field-certificate-number = certificate number
told-field-state = state
told-field-accessed = accessed here
told-table-bbdwlb = Reporting units
told-table-dwfl-dms = Categories of units
told-table-dwxz-dms = Natures of units
told-table-qy-dms = Regions
told-table-yjfk-wtfls = Kinds of feedback
told-table-gj-dms = Authorities
told-table-hyfl-dms = Industries
told-table-xzjb-dms = Administrative levels
told-table-zjlx-dms = Kinds of certificates
told-table-wzjylx-dms = Kinds of business
told-table-wzfwlx-dms = Kinds of service
told-table-wzjrfs-dms = Ways of access
told-table-zxly-dms = Reasons to cancel
told-table-wbacl-dms = Handling of unfiled websites
told-table-hsyj-dms = Opinions of verification
told-table-ymlx-dms = Kinds of domains
told-table-fjwjgs-dms = Formats of attachments
told-table-fjytlx-dms = Purposes of attachments
told-table-yylb-dms = Languages
