//! Every operation of the interface against a real sandbox: what is filed, changed and ended, and the code of every
//! mistake that a check can find.

#![expect(clippy::unwrap_used, reason = "a test ends at what it did not expect")]

#[expect(dead_code, reason = "the other tests of the sandbox use the rest of it")]
mod common;

use authority::client::{Bureau, Client, Condition};
use authority::message::{
    Cancellation, CancelledKind, Change, ChangedAccess, ChangedDomain, ChangedIp, ChangedSite, ChangedSubject,
    Download, FiledAttachment, FiledOwner, FiledRecord, FiledSite, IpRange, NewAccess, NewSite, Reference,
    UploadOperation,
};
use authority::sandbox::Provider;
use common::{ISP, MANAGER, MANAGER_TAIL, PRINCIPAL, PRINCIPAL_TAIL, Sandbox, filing, provider, upload};
use serde_json::json;

const DOMAIN: &str = "yunshan-tech.cn";
const LICENCE: &str = "91330106MA2K0XXX7Q";
/// Another provider of the same province.
const OTHER: i64 = 110_000_000_002;

/// A sandbox with two providers, and the client of each.
async fn two() -> (Sandbox, Client, Client) {
    let sandbox = Sandbox::with(|config| {
        config.providers.push(Provider { isp_id: OTHER, name: "另一接入".to_owned(), ..provider() });
    })
    .await;
    let other = Client::new(Bureau { isp_id: OTHER, ..sandbox.bureau() }).unwrap();
    let own = sandbox.client();
    (sandbox, own, other)
}

/// Sends an operation under the next number.
async fn send(client: &Client, operation: UploadOperation) {
    let sequence = client.previous_upload().await.unwrap().sequence.unwrap() + 1;
    let xml = upload(client.bureau().isp_id, operation);
    let answer = client.upload(sequence, &client.pack(&xml).unwrap()).await.unwrap();
    assert_eq!(answer.answer.code.0, 0);
}

/// Downloads and acknowledges everything that waits for a provider.
async fn drain(client: &Client) -> Vec<Download> {
    let mut downloads = Vec::new();
    while let Some(file) = client.download().await.unwrap().file {
        let download = client.open(&file.container).unwrap();
        assert_eq!((&download.violations, &download.unreadable), (&vec![], &vec![]));
        assert_eq!(client.acknowledge(&file.name).await.unwrap().code.0, 0);
        downloads.push(download);
    }
    downloads
}

/// Sends an operation and returns the codes of the machine.
async fn codes(client: &Client, operation: UploadOperation) -> Vec<i64> {
    send(client, operation).await;
    let downloads = drain(client).await;
    downloads
        .iter()
        .flat_map(|file| &file.results)
        .flat_map(|result| &result.findings)
        .map(|found| found.code.0)
        .collect()
}

/// Everybody who waits enters a code.
async fn verify(sandbox: &Sandbox) {
    for (mobile, tail) in [(PRINCIPAL, PRINCIPAL_TAIL), (MANAGER, MANAGER_TAIL)] {
        let inbox = sandbox.get(&format!("/api/sms?mobile={mobile}")).await;
        if let Some(code) = inbox.as_array().unwrap().iter().find_map(|sms| sms["code"].as_str()) {
            sandbox.verify(mobile, code, tail).await;
        }
    }
}

/// Verifies and approves what waits.
async fn approve(sandbox: &Sandbox) {
    verify(sandbox).await;
    let id = sandbox.at_desk().await;
    assert_eq!(sandbox.post(&format!("/api/desk/{id}/decision"), json!({ "approve": true })).await.0, 200);
}

/// Files a subject with one site and returns its record.
async fn filed(sandbox: &Sandbox, client: &Client, id: i64, domain: &str, licence: &str) -> FiledRecord {
    send(client, UploadOperation::NewFiling(vec![filing(id, domain, licence)])).await;
    approve(sandbox).await;
    drain(client).await.into_iter().flat_map(|file| file.records).next().unwrap()
}

fn cancel(kind: CancelledKind, record: i64) -> UploadOperation {
    let (remark, password) = (Some("不再使用".to_owned()), None);
    UploadOperation::Cancellation(vec![Cancellation { kind, record, reason: 1, remark, password }])
}

fn new_site(subject: Reference, id: i64, domain: &str) -> NewSite {
    let mut site = filing(id, domain, LICENCE).sites.remove(0);
    site.name = format!("云杉商城{id}");
    NewSite { subject, sites: vec![site], attachments: Vec::new(), password: None }
}

fn new_access(site: &FiledSite, id: i64) -> NewAccess {
    NewAccess {
        site: Reference::Number(site.number.clone().unwrap()),
        id,
        locations: vec![34],
        methods: vec![5],
        ips: vec![IpRange { id: id + 1, first: [198, 51, 100, 7].into(), last: [198, 51, 100, 7].into() }],
        attachments: Vec::new(),
        password: Some("0".repeat(32)),
    }
}

fn change(record: &FiledRecord) -> Change {
    let subject = &record.subject;
    let site = |site: &FiledSite| ChangedSite {
        bureau_id: site.bureau_id,
        name: site.name.clone(),
        approvals: Vec::new(),
        contents: site.contents.clone(),
        languages: site.languages.clone(),
        domains: site
            .domains
            .iter()
            .map(|domain| ChangedDomain {
                id: domain.id.unwrap(),
                bureau_id: Some(domain.bureau_id),
                name: domain.name.clone(),
            })
            .collect(),
        accesses: site
            .accesses
            .iter()
            .filter(|access| access.provider == ISP)
            .map(|access| ChangedAccess {
                bureau_id: access.bureau_id,
                locations: access.locations.clone(),
                methods: access.methods.clone(),
                ips: access
                    .ips
                    .iter()
                    .map(|ip| ChangedIp {
                        id: ip.id.unwrap(),
                        bureau_id: Some(ip.bureau_id),
                        first: ip.first,
                        last: ip.last,
                    })
                    .collect(),
            })
            .collect(),
        manager: site.manager.clone(),
        number: site.number.clone().unwrap(),
        home_url: site.home_url.clone(),
        remark: site.remark.clone(),
    };
    Change {
        subject: ChangedSubject {
            bureau_id: subject.bureau_id,
            name: subject.name.clone(),
            number: subject.number.clone().unwrap(),
            nature: subject.nature,
            investor: subject.investor.clone(),
            address: subject.address.clone().unwrap(),
            certificate: subject.certificate.clone().unwrap(),
            principal: subject.principal.clone(),
            remark: subject.remark.clone(),
        },
        sites: record.sites.iter().map(site).collect(),
        attachments: Vec::new(),
        password: None,
    }
}

#[tokio::test]
async fn a_site_is_added_here_and_by_a_provider_that_never_saw_the_subject() {
    let (sandbox, own, other) = two().await;
    let record = filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    let (id, number) = (record.subject.bureau_id, record.subject.number.clone().unwrap());
    assert_eq!(codes(&own, UploadOperation::NewSite(vec![new_site(Reference::Id(id), 9001, "shop.cn")])).await, [1062]);
    approve(&sandbox).await;
    let downloads = drain(&own).await;
    assert_eq!((downloads[0].decisions[0].operation.unwrap().0, downloads[0].decisions[0].record), (2, Some(9002)));
    let sites = &downloads[1].records[0].sites;
    assert_eq!(sites[1].number.as_deref(), Some(format!("{number}-2").as_str()));

    let elsewhere = new_site(Reference::Number(number.clone()), 5001, "else.cn");
    send(&other, UploadOperation::NewSite(vec![elsewhere])).await;
    let machine = drain(&other).await;
    assert_eq!(machine[0].results[0].key.as_deref(), Some(number.as_str()));
    approve(&sandbox).await;
    assert_eq!(drain(&other).await[1].records[0].sites.len(), 3, "the whole subject goes to everybody with an access");
    let theirs = drain(&own).await;
    assert_eq!(theirs[0].records[0].sites[2].accesses[0].provider, OTHER);

    let unknown = new_site(Reference::Number("浙ICP备2026999999号".to_owned()), 9101, "x.cn");
    assert_eq!(codes(&own, UploadOperation::NewSite(vec![unknown])).await, [1058]);
    let mut same = new_site(Reference::Id(id), 9201, DOMAIN);
    same.sites[0].name = "云杉商城9001".to_owned();
    assert_eq!(codes(&own, UploadOperation::NewSite(vec![same])).await, [1020, 1021, 1005]);
    let listed = sandbox.get("/api/desk?kind=new_site").await;
    assert_eq!(listed.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn two_providers_cannot_file_the_same() {
    let (sandbox, own, other) = two().await;
    filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    let same = UploadOperation::NewFiling(vec![filing(7001, DOMAIN, LICENCE)]);
    assert_eq!(codes(&other, same).await, [1003, 1021, 1005], "their own ids are nobody else's concern");
    let fresh = UploadOperation::NewFiling(vec![filing(7001, "other.cn", "91330106MA2K0YYY7Q")]);
    assert_eq!(codes(&other, fresh.clone()).await, [1062]);
    assert_eq!(
        codes(&own, UploadOperation::NewFiling(vec![filing(8001, "other.cn", "91330106MA2K0YYY7Q")])).await,
        [1003, 1020, 1021, 1039]
    );
    assert_eq!(codes(&other, fresh).await, [1003, 1037, 1037, 1020, 1021, 1039, 1039, 1038, 1040]);
}

#[tokio::test]
async fn another_provider_gets_an_access_and_the_first_learns_of_it() {
    let (sandbox, own, other) = two().await;
    let record = filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    let site = &record.sites[0];
    assert_eq!(codes(&other, UploadOperation::NewAccess(vec![new_access(site, 4001)])).await, [1062]);
    assert_eq!(codes(&other, UploadOperation::NewAccess(vec![new_access(site, 4001)])).await, [1038, 1040, 1029]);
    approve(&sandbox).await;
    let downloads = drain(&other).await;
    assert_eq!((downloads[0].decisions[0].operation.unwrap().0, downloads[0].decisions[0].record), (3, Some(4001)));
    assert_eq!(downloads[1].records[0].sites[0].accesses.len(), 2);
    assert_eq!(drain(&own).await[0].records[0].sites[0].accesses[1].id, Some(4001));
    assert_eq!(codes(&other, UploadOperation::NewAccess(vec![new_access(site, 4101)])).await, [1029], "the same place");
    let nowhere = NewAccess { site: Reference::Id(5), ..new_access(site, 4201) };
    assert_eq!(codes(&other, UploadOperation::NewAccess(vec![nowhere])).await, [1059]);
    let mut odd = new_access(site, 4301);
    (odd.locations, odd.methods) = (vec![60], vec![9]);
    odd.ips[0].first = [10, 0, 0, 1].into();
    assert_eq!(codes(&other, UploadOperation::NewAccess(vec![odd])).await, [1036, 1035, 1006]);
}

#[tokio::test]
async fn a_change_replaces_what_is_filed_and_asks_whose_part_changes() {
    let (sandbox, own, other) = two().await;
    let record = filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    let mut wanted = change(&record);
    wanted.sites[0].name = "云杉新站".to_owned();
    wanted.sites[0].domains.push(ChangedDomain { id: 7100, bureau_id: None, name: "yunshan-new.cn".to_owned() });
    wanted.sites[0].accesses[0].ips[0].last = [203, 0, 113, 25].into();
    assert_eq!(codes(&own, UploadOperation::Change(vec![wanted.clone()])).await, [1062]);
    assert_eq!(codes(&own, UploadOperation::Change(vec![change(&record)])).await, [1017]);
    // Only the manager was asked.
    let code = sandbox.code(MANAGER).await;
    assert_eq!(sandbox.verify(MANAGER, &code, MANAGER_TAIL).await["state"], "verified");
    approve(&sandbox).await;
    let downloads = drain(&own).await;
    assert_eq!(downloads[0].decisions[0].record, Some(record.subject.bureau_id));
    let changed = &downloads[1].records[0].sites[0];
    assert_eq!(
        (changed.name.as_str(), changed.domains.len(), changed.number.clone()),
        ("云杉新站", 2, record.sites[0].number.clone())
    );
    assert_eq!(changed.accesses[0].ips[0].last, std::net::Ipv4Addr::new(203, 0, 113, 25));
    let status = own.status(&Condition::Domain("yunshan-new.cn".to_owned())).await.unwrap().status.unwrap();
    assert_eq!(status.filed, Some(true));

    let now = &downloads[1].records[0];
    let wrong = async |mend: &dyn Fn(&mut Change)| {
        let mut wrong = change(now);
        mend(&mut wrong);
        codes(&own, UploadOperation::Change(vec![wrong])).await
    };
    assert_eq!(wrong(&|c| c.subject.bureau_id = 5).await, [1058]);
    assert_eq!(
        wrong(&|c| (c.subject.address.province, c.subject.address.city) = (440_000, Some(440_100))).await,
        [1046, 1019]
    );
    assert_eq!(wrong(&|c| c.subject.number = "浙ICP备2026000009号".to_owned()).await, [1016]);
    assert_eq!(wrong(&|c| c.sites[0].bureau_id = 5).await, [1059, 1020, 1021]);
    assert_eq!(wrong(&|c| c.sites[0].accesses[0].bureau_id = 5).await, [1016]);
    assert_eq!(wrong(&|c| c.sites[0].domains[0].bureau_id = Some(5)).await, [1016]);
    assert_eq!(wrong(&|c| c.sites[0].accesses[0].ips[0].bureau_id = Some(5)).await, [1023]);
    assert_eq!(codes(&other, UploadOperation::Change(vec![change(now)])).await, [1048]);
}

#[tokio::test]
async fn subjects_sites_and_accesses_end_in_their_order() {
    let (sandbox, own, other) = two().await;
    let record = filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    let (subject, site) = (record.subject.bureau_id, record.sites[0].bureau_id);
    let access = record.sites[0].accesses[0].bureau_id;
    assert_eq!(codes(&own, cancel(CancelledKind::Access, access)).await, [1025], "the last one stays");
    assert_eq!(codes(&other, cancel(CancelledKind::Subject, subject)).await, [1048]);
    assert_eq!(codes(&other, cancel(CancelledKind::Access, access)).await, [1047, 1025]);
    assert_eq!(codes(&own, cancel(CancelledKind::Subject, 5)).await, [1058]);
    assert_eq!(codes(&own, cancel(CancelledKind::Site, 5)).await, [1059]);
    assert_eq!(codes(&own, cancel(CancelledKind::Access, 5)).await, [1016]);

    send(&other, UploadOperation::NewAccess(vec![new_access(&record.sites[0], 4001)])).await;
    approve(&sandbox).await;
    drain(&own).await;
    drain(&other).await;
    // An access ends without a text message; the provider that stays gets the record.
    assert_eq!(codes(&own, cancel(CancelledKind::Access, access)).await, [0; 0]);
    assert_eq!(codes(&own, cancel(CancelledKind::Access, access)).await, [1032]);
    approve(&sandbox).await;
    let ended = drain(&own).await;
    assert_eq!((ended[0].decisions[0].operation.unwrap().0, ended[1].cancelled[0].kind), (5, CancelledKind::Access));
    assert_eq!(drain(&other).await[0].records[0].sites[0].accesses.len(), 1);

    assert_eq!(codes(&other, cancel(CancelledKind::Site, site)).await, [0; 0]);
    assert_eq!(codes(&other, cancel(CancelledKind::Site, site)).await, [1030]);
    assert_eq!(codes(&other, cancel(CancelledKind::Subject, subject)).await, [1043]);
    verify(&sandbox).await;
    let id = sandbox.at_desk().await;
    let refusal = json!({ "approve": false, "opinion": "网站仍在运行" });
    sandbox.post(&format!("/api/desk/{id}/decision"), refusal).await;
    drain(&other).await;

    assert_eq!(codes(&other, cancel(CancelledKind::Subject, subject)).await, [0; 0]);
    assert_eq!(codes(&other, cancel(CancelledKind::Subject, subject)).await, [1027]);
    assert_eq!(codes(&other, cancel(CancelledKind::Site, site)).await, [1042]);
    approve(&sandbox).await;
    let ended = drain(&other).await;
    assert_eq!((ended[1].cancelled[0].kind, ended[1].cancelled[0].record), (CancelledKind::Subject, subject));
    assert_eq!(codes(&other, cancel(CancelledKind::Subject, subject)).await, [1049]);
    assert_eq!(codes(&other, cancel(CancelledKind::Site, site)).await, [1049]);
    let status = own.status(&Condition::Domain(DOMAIN.to_owned())).await.unwrap().status.unwrap();
    assert_eq!(status.filed, Some(false));
    // What has ended may be filed again, under a new number.
    let again = filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    assert!(again.subject.number.unwrap().ends_with("000002号"));
}

#[tokio::test]
async fn a_cancelled_site_is_told_from_one_that_never_was() {
    let (sandbox, own, _) = two().await;
    let record = filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    send(&own, UploadOperation::NewSite(vec![new_site(Reference::Id(record.subject.bureau_id), 9001, "shop.cn")]))
        .await;
    approve(&sandbox).await;
    drain(&own).await;
    let site = record.sites[0].bureau_id;
    assert_eq!(codes(&own, cancel(CancelledKind::Site, site)).await, [0; 0]);
    approve(&sandbox).await;
    let ended = drain(&own).await;
    assert_eq!(ended[1].cancelled[0].kind, CancelledKind::Site);
    assert_eq!(ended[2].records[0].sites.len(), 1, "the subject as it is now");
    assert_eq!(codes(&own, cancel(CancelledKind::Site, site)).await, [1050]);
    assert_eq!(codes(&own, UploadOperation::NewAccess(vec![new_access(&record.sites[0], 4001)])).await, [1050]);
    let mut odd = cancel(CancelledKind::Subject, record.subject.bureau_id);
    if let UploadOperation::Cancellation(list) = &mut odd {
        list[0].reason = 77;
    }
    assert_eq!(codes(&own, odd).await, [1026]);
}

#[tokio::test]
async fn papers_on_their_own_are_stored_or_not() {
    let (sandbox, own, other) = two().await;
    let record = filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    let paper = |purpose: i64, owner: FiledOwner| {
        let attachment = filing(1, "a.cn", LICENCE).attachments.remove(0);
        let purpose = authority::message::AttachmentPurpose(purpose);
        let FiledAttachment { format, content, .. } = FiledAttachment {
            format: attachment.format,
            purpose,
            content: attachment.content,
            owner: owner.clone(),
            remark: None,
        };
        UploadOperation::Materials(vec![FiledAttachment { format, purpose, content, owner, remark: None }])
    };
    let subject = FiledOwner::Subject(Reference::Number(record.subject.number.clone().unwrap()));
    let site = FiledOwner::Site(Reference::Id(record.sites[0].bureau_id));
    assert_eq!(codes(&own, paper(1, subject.clone())).await, [1060]);
    assert_eq!(codes(&own, paper(5, site.clone())).await, [1060]);
    assert_eq!(codes(&own, paper(5, subject.clone())).await, [1061]);
    assert_eq!(codes(&own, paper(2, site)).await, [1061]);
    assert_eq!(codes(&own, paper(9, subject.clone())).await, [1057]);
    assert_eq!(codes(&own, paper(1, FiledOwner::Subject(Reference::Id(5)))).await, [1058]);
    assert_eq!(codes(&own, paper(1, FiledOwner::Site(Reference::Id(5)))).await, [1059]);
    assert_eq!(codes(&other, paper(1, subject)).await, [1055]);
}

#[tokio::test]
async fn filing_passwords_of_the_old_times_are_checked() {
    let sandbox = Sandbox::with(|config| config.filing_passwords = true).await;
    let own = sandbox.client();
    let record = filed(&sandbox, &own, 7001, DOMAIN, LICENCE).await;
    let number = record.subject.number.clone().unwrap();
    let inbox = sandbox.get(&format!("/api/sms?mobile={PRINCIPAL}")).await;
    let text =
        inbox.as_array().unwrap().iter().find_map(|sms| sms["text"].as_str()?.split_once("备案密码是 ")).unwrap();
    let password = text.1.chars().take(8).collect::<String>();
    let asked = async |password: &str| {
        let answer = own.verify_password(&number, &password.to_owned().into()).await.unwrap();
        (answer.answer.code.0, answer.right)
    };
    assert_eq!(asked(&password).await, (0, Some(true)));
    for _ in 0..5 {
        assert_eq!(asked("wrong").await, (0, Some(false)));
    }
    assert_eq!(asked(&password).await, (22, None));
    assert_eq!(codes(&own, cancel(CancelledKind::Subject, record.subject.bureau_id)).await, [1018]);
}
