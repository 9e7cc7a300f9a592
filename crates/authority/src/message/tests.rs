use super::*;
use crate::code::ResultCode;
use crate::envelope::read_document;
use crate::gbk;
use crate::tree::Element;

mod generated;

/// A first filing of a unit with one site, as a provider would send it.
pub(crate) fn example() -> NewFiling {
    let person = Person {
        name: Some("周云".to_owned()),
        office_phone: Some("0571-88880000".to_owned()),
        mobile: Some("13800006620".to_owned()),
        email: Some("zhou@yunshan-tech.cn".to_owned()),
        certificate_kind: Some(2),
        certificate_number: Some("330106199001010018".to_owned()),
        ..Person::default()
    };
    NewFiling {
        subject: Subject {
            id: 7001,
            name: "云杉科技（杭州）有限公司".to_owned(),
            nature: Some(4),
            investor: None,
            address: Address {
                province: 330000,
                city: Some(330100),
                county: Some(330106),
                street: Some("浙江省杭州市西湖区云栖路1号3幢502室".to_owned()),
            },
            certificate: Certificate {
                kind: 1,
                number: "91330106MA2K0XXX7Q".to_owned(),
                address: "浙江省杭州市西湖区云栖路1号3幢502室".to_owned(),
            },
            principal: person.clone(),
            filed_by: FiledBy::Provider,
            remark: None,
        },
        sites: vec![Site {
            id: 7002,
            name: "云杉科技官网".to_owned(),
            approvals: vec![Approval {
                kind: 2,
                number: "浙新出〔2026〕1号".to_owned(),
                scans: vec![vec![1, 2, 3].into()],
            }],
            contents: vec![8],
            languages: vec![1, 12],
            domains: vec![Domain { id: 7003, name: "yunshan-tech.cn".to_owned() }],
            accesses: vec![Access {
                id: 7004,
                locations: vec![34],
                methods: vec![5],
                ips: vec![IpRange { id: 7005, first: [203, 0, 113, 24].into(), last: [203, 0, 113, 24].into() }],
            }],
            manager: person,
            home_url: Some("www.yunshan-tech.cn".to_owned()),
            remark: Some(String::new()),
        }],
        attachments: vec![Attachment {
            format: AttachmentFormat::JPEG,
            purpose: AttachmentPurpose::SUBJECT_CERTIFICATE,
            content: b"not really a picture".to_vec().into(),
            owner: AttachmentOwner::Subject(7001),
            remark: None,
        }],
    }
}

fn upload(filing: NewFiling) -> Upload {
    Upload { provider: 110_000_000_001, operation: UploadOperation::NewFiling(vec![filing]) }
}

fn problems(change: impl FnOnce(&mut NewFiling)) -> Vec<String> {
    let mut filing = example();
    change(&mut filing);
    match upload(filing).to_gbk(Version::V3_0) {
        Ok(_) => Vec::new(),
        Err(error) => error.violations.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn an_upload_is_written_in_the_order_of_the_table_and_reads_back() {
    let sent = upload(example());
    let bytes = sent.to_gbk(Version::V3_0).unwrap();
    let root = read_document(&bytes).unwrap();
    assert!(Version::V3_0.upload_schema().check(&root).is_empty());
    let mut expected = sent;
    let UploadOperation::NewFiling(filings) = &mut expected.operation else { unreachable!() };
    filings[0].sites[0].remark = None;
    assert_eq!(Upload::read(&root, Version::V3_0).unwrap(), expected);

    let text = gbk::decode(&bytes).unwrap();
    assert!(
        text.starts_with(
            "<?xml version=\"1.0\" encoding=\"GBK\"?><UploadData version=\"V.3.0\"><ICP><XZBA><Baxx><Zt_xx>\
         <IspZtid>7001</IspZtid><Dwmc>云杉科技（杭州）有限公司</Dwmc><Dwxz>4</Dwxz><Txdz><Shengid>330000</Shengid>\
         <Shiid>330100</Shiid><Xianid>330106</Xianid>"
        ),
        "{text}"
    );
    let tags = ["IspWzid", "Wzmc", "Nrlx", "Fwnr", "Yylb", "Ym_xx", "Jr_xx", "Wz_Fzr", "Syurl", "<Fj>", "Qqdwid"];
    let places: Vec<usize> = tags.iter().map(|tag| text.find(tag).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(text.contains("<Qsip>3405803800</Qsip><Zzip>3405803800</Zzip>"), "{text}");
    assert!(!text.contains("<Wz_Bz>"), "an empty remark is left out");
}

#[test]
fn what_breaks_a_limit_is_refused_with_its_path() {
    let base = "UploadData/ICP/XZBA/Baxx[1]";
    assert_eq!(problems(|_| {}), [""; 0]);
    assert_eq!(
        problems(|f| f.subject.name = "长".repeat(256)),
        [format!("{base}/Zt_xx/Dwmc: has 256 characters, 1 to 255 allowed")]
    );
    assert_eq!(
        problems(|f| f.subject.principal.office_phone = Some("0571-88880".to_owned())),
        [format!("{base}/Zt_xx/Fzr/Fzr_dhhm: has 10 characters, 11 to 128 allowed")]
    );
    assert_eq!(problems(|f| f.sites[0].manager.mobile = None), [format!("{base}/Wz_xx[1]/Wz_Fzr/Fzr_sjhm: missing")]);
    assert_eq!(
        problems(|f| f.sites[0].contents = vec![65]),
        [format!("{base}/Wz_xx[1]/Fwnr/Fwnr_id[1]: is 65, 1 to 64 allowed")]
    );
    assert_eq!(problems(|f| f.sites.clear()), [format!("{base}/Wz_xx: missing")]);
    assert_eq!(problems(|f| f.subject.address.city = None), [format!("{base}/Zt_xx/Txdz/Shiid: missing")]);
    assert_eq!(
        problems(|f| f.sites[0].approvals[0].scans.clear()),
        [format!("{base}/Wz_xx[1]/Nrlx/Nrlx_xx[1]/Spwj: missing")]
    );
}

#[test]
fn a_character_that_cannot_travel_is_named_with_its_element() {
    assert_eq!(
        problems(|f| f.subject.name = "𠮷野".to_owned()),
        ["UploadData/ICP/XZBA/Baxx[1]/Zt_xx/Dwmc: holds “𠮷” (U+20BB7), which GBK does not have"]
    );
    assert_eq!(
        problems(|f| f.sites[0].remark = Some("a\u{1}".to_owned())),
        ["UploadData/ICP/XZBA/Baxx[1]/Wz_xx[1]/Wz_Bz: holds the character U+0001, which XML does not allow"]
    );
}

#[test]
fn an_attachment_may_just_fill_its_limit() {
    let limit = AttachmentPurpose::SUBJECT_CERTIFICATE.byte_limit();
    assert_eq!(problems(|f| f.attachments[0].content = vec![7; limit].into()), [""; 0]);
    assert_eq!(
        problems(|f| f.attachments[0].content = vec![7; limit + 1].into()),
        ["UploadData/ICP/XZBA/Baxx[1]/Fj[1]/Fjxx/Fjnr: is 102404 bytes long as it travels, at most 102400 allowed"]
    );
    let form = AttachmentPurpose::VERIFICATION_FORM;
    assert_eq!(
        problems(|f| {
            f.attachments[0].purpose = form;
            f.attachments[0].content = vec![7; form.byte_limit()].into();
        }),
        [""; 0]
    );
}

#[test]
fn more_than_a_thousand_records_do_not_fit_into_one_file() {
    let mut filing = example();
    filing.attachments.clear();
    let many = Upload { provider: 1, operation: UploadOperation::NewFiling(vec![filing; 1001]) };
    let error = many.to_gbk(Version::V3_0).unwrap_err();
    assert_eq!(error.to_string(), "UploadData/ICP/XZBA: occurs 1001 times, at most 1000 allowed");
}

#[test]
fn a_filing_survives_json() {
    let json = serde_json::to_string(&example()).unwrap();
    assert_eq!(serde_json::from_str::<NewFiling>(&json).unwrap(), example());
}

fn filed() -> FiledRecord {
    let filing = example();
    FiledRecord {
        subject: FiledSubject {
            id: Some(7001),
            bureau_id: 110_000_007_512,
            name: filing.subject.name,
            nature: filing.subject.nature,
            address: Some(filing.subject.address),
            certificate: Some(filing.subject.certificate),
            principal: filing.subject.principal,
            number: Some("浙ICP备2026000001号".to_owned()),
            filed_by: Some(FiledBy::Provider),
            investor: None,
            first_filed: Some("2026-11-21".to_owned()),
            changed: Some("2026-11-21".to_owned()),
            certificate_until: None,
            certificate_path: None,
            certificate_serial: None,
            officer: Some("审核员".to_owned()),
            reviewed: Some("2026-11-21".to_owned()),
            remark: None,
        },
        sites: vec![FiledSite {
            id: Some(7002),
            bureau_id: 110_000_007_513,
            name: "云杉科技官网".to_owned(),
            approvals: Vec::new(),
            contents: vec![8],
            languages: vec![1],
            domains: vec![FiledDomain { id: Some(7003), bureau_id: 5, name: "yunshan-tech.cn".to_owned() }],
            accesses: vec![FiledAccess {
                id: None,
                bureau_id: 6,
                provider: 110_000_000_001,
                locations: vec![34],
                methods: vec![5],
                ips: vec![FiledIp {
                    id: Some(7005),
                    bureau_id: 7,
                    first: [203, 0, 113, 24].into(),
                    last: [203, 0, 113, 24].into(),
                }],
            }],
            manager: filing.sites[0].manager.clone(),
            home_url: None,
            remark: None,
            first_filed: Some("2026-11-21".to_owned()),
            changed: None,
            number: Some("浙ICP备2026000001号-1".to_owned()),
        }],
        remark: None,
    }
}

#[test]
fn results_decisions_and_records_read_back_and_satisfy_the_table() {
    let sent = Download {
        results: vec![MachineResult {
            findings: vec![
                Finding { code: ResultCode(1005), text: Some("域名冲突".to_owned()) },
                Finding { code: ResultCode(1021), text: None },
            ],
            operation: Operation::NEW_FILING,
            key: Some("7001".to_owned()),
            remark: None,
        }],
        decisions: vec![Decision {
            officer: Some("审核员".to_owned()),
            phone: Some("0571-00000000".to_owned()),
            at: "2026-11-21 10:00:00".to_owned(),
            opinion: Some("通过".to_owned()),
            approved: true,
            operation: Some(Operation::NEW_FILING),
            record: Some(7001),
        }],
        records: vec![filed()],
        ..Download::default()
    };
    let bytes = sent.to_gbk(Version::V3_0).unwrap();
    let read = Download::read(&read_document(&bytes).unwrap(), Version::V3_0);
    assert_eq!(read, sent);
    assert!(!read.results[0].is_success());
    assert_eq!(read.results[0].key_id(), Some(7001));
}

#[test]
fn a_download_that_departs_from_the_table_is_read_as_far_as_possible() {
    let text = "<DownloadData version=\"V3.1\"><ICP><NEWS/><BAJG><Jg_xx><Jgxx><Jgdm>1060</Jgdm></Jgxx><Czlx>35</Czlx>\
                </Jg_xx><Jg_xx><Czlx>x</Czlx></Jg_xx><GJSHS><Gjsh><Shjg>0</Shjg></Gjsh></GJSHS></BAJG></ICP></DownloadData>";
    let read = Download::read(&Element::parse(text).unwrap(), Version::V3_0);
    assert_eq!(read.results.len(), 1);
    assert_eq!(read.results[0].operation, Operation::MATERIALS);
    assert!(read.results[0].is_success());
    assert!(!read.decisions[0].approved);
    assert_eq!(read.unhandled, ["NEWS"]);
    assert_eq!(read.unreadable[0].to_string(), "DownloadData/ICP/BAJG/Jg_xx[2]/Czlx: not a number");
    assert!(!read.violations.is_empty());

    let other = Element::parse("<DownloadData><DJTB/></DownloadData>").unwrap();
    assert_eq!(Download::read(&other, Version::V3_0).unhandled, ["DJTB"]);
}
