# Agreements, by id and version
agreement-information-security = Agreement on information security (信息安全管理协议)
agreement-assisted-change = Terms of assistance with filing data (协助更改备案信息服务在线服务条款)
agreement-commitment = Commitment on the filing (互联网信息服务备案承诺书)
agreement-text-information-security-2026-11-01 =
    1. The organiser obeys the laws on internet information services and on their filing, and does not use the site to make, copy, publish or spread unlawful content.

    2. The organiser names a person responsible for the content and the security of the site, keeps that person's phone reachable, and on finding unlawful content stops it at once, keeps the record and reports it.

    3. The organiser keeps access logs for at least six months and supports lawful inspections by the communications authority and the police.

    4. Without the pre-approval that a service needs, the organiser does not offer it.

    5. When this is broken or the filing is untrue, the access provider may lawfully end the access, and the organiser bears the consequences.

    The Chinese text decides.
agreement-text-assisted-change-2026-11-01 =
    1. The organiser authorises the access provider to report the filing to the communications authority as submitted, and to receive the result.

    2. When filed data changes, the organiser asks for the change in time. The provider reports only what the organiser confirmed and changes nothing by itself.

    3. When the authority asks for corrections, the provider passes its words on; the organiser mends them and the filing is reported again.

    4. The provider uses the papers and pictures for the filing only, keeps them sealed, and destroys them when their lawful retention ends.

    The Chinese text decides.
agreement-text-commitment-2026-11-01 =
    1. I (we) promise that the filing and its papers are true, exact, complete and valid.

    2. The site offers what was filed and nothing beyond.

    3. The number stands at the foot of the home page with a link to the ministry's system, and the site is filed with the police within thirty days of opening.

    4. Changes are filed when they happen, and the filing is cancelled when the site closes.

    5. I (we) bear the legal consequences of anything untrue.

    The Chinese text decides.
