# Preflight: the verdict before any form

preflight-outcome-fileable = It can be filed
preflight-outcome-unknown = It cannot be said yet
preflight-outcome-not-yet = Not yet
preflight-outcome-no = It cannot be filed
preflight-from = , to be submitted from { $date } on
preflight-today-if-mended = , but today once it is mended
preflight-type = Type of filing: { $type }
preflight-types = Type of filing, one of: { $type }
preflight-or = {" "}or{" "}
preflight-hurdles = To be mended ({ $count })
preflight-open = Not known yet ({ $count })
preflight-plan = Plan (the earliest and the latest day each step is done)
preflight-papers = Papers ({ $count })
preflight-papers-maybe = In some cases also ({ $count })
preflight-later = Not asked here, checked later
preflight-cured = gone from { $date } at best
preflight-estimated = {" "}[estimate: holidays not published yet]
preflight-who-applicant = you
preflight-who-provider = the provider
preflight-who-authority = the authority
preflight-who-nobody = the platform
preflight-unreadable = some answers cannot be read:
