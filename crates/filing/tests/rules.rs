//! Every rule of `rules/*.toml` catches what it is for and lets its neighbour pass.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::collections::BTreeSet;

use filing::case;
use filing::certificate::{ResidentId, Uscc};
use filing::check::{self, Facts, Finding, rules};
use filing::detect::{Answer, Answers, DomainAtMinistry, SubjectAtMinistry};
use filing::draft::{ApprovalDraft, Draft};
use filing::material::{Held, MaterialKind};
use filing::resource::{Billing, ResourceKind};
use jiff::civil::{Date, date};

const ON: Date = date(2026, 11, 21);

type World = (Draft, Facts);
type Change = fn(&mut Draft, &mut Facts);
type Row = (&'static str, fn() -> World, Change, Change);

fn load(text: &str) -> World {
    let case = case::validate(text).unwrap();
    (case.draft.clone(), case.facts())
}

/// 云杉科技（杭州）有限公司 in Zhejiang with two sites, the second managed by somebody else.
fn company() -> World {
    load(include_str!("../../../examples/cases/company-two-sites.json"))
}

/// 林知夏 of Beijing with one site.
fn individual() -> World {
    load(include_str!("../../../examples/cases/individual.json"))
}

fn id(first_17: &str) -> String {
    format!("{first_17}{}", ResidentId::check_digit(first_17).unwrap())
}

fn credit(first_16: &str) -> String {
    let seventeen = format!("{first_16}{}", Uscc::organization_check(&first_16[8..]).unwrap());
    format!("{seventeen}{}", Uscc::check_character(&seventeen).unwrap())
}

/// Both places of the first site's domain, with everything known of it carried over.
fn first_domain(draft: &mut Draft, facts: &mut Facts, domain: &str) {
    let old = std::mem::replace(&mut draft.basic.domain, domain.into());
    draft.sites[0].domain = domain.into();
    if let Some(known) = facts.registrations.remove(&old) {
        facts.registrations.insert(domain.into(), known);
    }
    if let Some(known) = facts.detection.remove(&old) {
        facts.detection.insert(domain.into(), known);
    }
}

fn registration(facts: &mut Facts) -> &mut check::Registration {
    facts.registrations.values_mut().next().unwrap()
}

/// What the ministry and the records say of a domain.
fn answer(facts: &mut Facts, domain: &str, subject: &str, at: &str, here: &str, accessed: &str, shell: &str) {
    let word = |word: &str| Answer::from_word(word).unwrap();
    facts.detection.insert(
        domain.into(),
        Answers {
            subject: SubjectAtMinistry::from_word(subject).unwrap(),
            domain: DomainAtMinistry::from_word(at).unwrap(),
            subject_here: word(here),
            domain_here: word(accessed),
            shell_may_add: word(shell),
        },
    );
}

fn approval(kind: &str, number: &str) -> Vec<ApprovalDraft> {
    vec![ApprovalDraft { kind: kind.into(), number: number.into() }]
}

fn held(kind: MaterialKind) -> Held {
    Held { kind, site: None, media_type: "image/png".into(), bytes: 400 * 1024 }
}

const FIRST: &str = "yunshan-tech.cn";
const SECOND: &str = "yunshan-note.com";

/// Rule, the world it starts from, what it catches, what it lets pass.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("form-01", company, |d, _| d.basic.name.clear(), |d, _| d.subject.remark.clear()),
    ("form-02", company, |d, _| d.subject.certificate_valid_until = "2040/1/1".into(), |d, _| d.subject.certificate_valid_until = "2040-01-01".into()),

    ("account-01", company, |_, f| f.identity.as_mut().unwrap().name = "青禾网络有限公司".into(), |_, f| f.identity.as_mut().unwrap().name = "云杉科技(杭州)有限公司".into()),
    ("account-02", company, |_, f| f.identity.as_mut().unwrap().individual = true, |d, _| d.basic.nature = "government".into()),
    ("account-03", individual, |_, f| f.identity.as_mut().unwrap().verified_on = date(2026, 11, 20), |_, f| f.identity.as_mut().unwrap().verified_on = date(2026, 11, 19)),
    ("account-04", individual, |_, f| f.account_mobile = Some("13800000000".into()), |_, f| f.account_mobile = Some("+86 136-0000-7352".into())),
    ("account-05", company, |_, f| f.identity.as_mut().unwrap().certificate_number = credit("91330106MA2K9725"), |d, f| f.identity.as_mut().unwrap().certificate_number = d.basic.certificate_number.to_lowercase()),
    ("account-06", company, |_, f| f.identity = None, |_, _| {}),

    ("certificate-01", company, |d, _| d.basic.certificate_kind = "unified_code".into(), |d, _| d.basic.certificate_kind = "organization_code".into()),
    ("certificate-02", company, |d, _| d.basic.certificate_number = "91330106".into(), |_, _| {}),
    ("certificate-03", company, |d, _| d.principal.certificate_number = d.principal.certificate_number.replacen('0', "O", 1), |d, _| d.principal.certificate_number.insert(6, ' ')),
    ("certificate-04", company, |d, _| d.principal.certificate_number = id("99010619880214971"), |d, _| d.principal.certificate_number = id("11010319880214971")),
    ("certificate-05", company, |d, _| d.principal.certificate_number = id("33010619880230971"), |d, _| d.principal.certificate_number = id("33010619880229971")),
    ("certificate-06", company, |d, _| d.principal.certificate_number.replace_range(17.., "5"), |d, _| d.principal.certificate_number.make_ascii_lowercase()),
    ("certificate-07", company, |d, _| { d.principal.certificate_kind = "taiwan_residence".into(); d.principal.certificate_number = id("81000019900101971"); }, |d, _| { d.principal.certificate_kind = "taiwan_residence".into(); d.principal.certificate_number = id("83000019900101971"); }),
    ("certificate-08", company, |d, _| d.basic.certificate_number = credit("12330106MB097245"), |d, _| d.basic.certificate_number = credit("92330106MB097245")),
    ("certificate-09", company, |d, _| d.principal.certificate_valid_until = "2026-11-20".into(), |d, _| d.principal.certificate_valid_until = "2026-11-21".into()),
    ("certificate-10", company, |d, _| d.principal.certificate_valid_until = "2027-02-20".into(), |d, _| d.principal.certificate_valid_until = "2027-02-21".into()),
    ("certificate-11", company, |d, _| d.basic.certificate_number = credit("91110108MB097245"), |d, _| d.basic.certificate_number = credit("91330206MB097245")),
    ("certificate-12", individual, |d, _| d.basic.province = "36".into(), |d, _| d.basic.province = "35".into()),
    ("certificate-13", company, |d, _| d.basic.certificate_number = credit("91100000MB097245"), |d, _| d.basic.certificate_number = credit("91330206MB097245")),

    ("domain-01", company, |d, f| first_domain(d, f, "yun_shan.cn"), |d, f| first_domain(d, f, "yun-shan.cn")),
    ("domain-02", company, |d, f| first_domain(d, f, "https://yunshan-tech.cn/"), |d, f| first_domain(d, f, "YunShan-Tech.cn.")),
    ("domain-03", company, |d, f| first_domain(d, f, "www.yunshan-tech.cn"), |d, f| first_domain(d, f, "www.cn")),
    ("domain-04", company, |d, f| first_domain(d, f, "com.cn"), |d, f| first_domain(d, f, "a.com.cn")),
    ("domain-05", company, |d, f| first_domain(d, f, "yunshan.io"), |d, f| first_domain(d, f, "yunshan.com")),
    ("domain-06", company, |d, f| first_domain(d, f, "yunshan.aero"), |d, f| first_domain(d, f, "yunshan.io")),
    ("domain-07", company, |_, f| registration(f).expires_on = Some(date(2026, 11, 20)), |_, f| registration(f).expires_on = Some(date(2026, 11, 21))),
    ("domain-08", company, |_, f| registration(f).expires_on = Some(date(2027, 2, 20)), |_, f| registration(f).expires_on = Some(date(2027, 2, 21))),
    ("domain-09", company, |_, f| registration(f).verified = Answer::No, |_, f| registration(f).verified = Answer::Unknown),
    ("domain-10", company, |_, f| registration(f).verified_on = Some(date(2026, 11, 19)), |_, f| registration(f).verified_on = Some(date(2026, 11, 18))),
    ("domain-11", company, |_, f| registration(f).verified = Answer::Unknown, |_, f| registration(f).registered_here = false),
    ("domain-12", company, |_, f| registration(f).holder = Some("青禾网络有限公司".into()), |_, f| registration(f).holder = Some("周明远".into())),
    ("domain-13", company, |d, f| first_domain(d, f, "yunshan.gov.cn"), |d, f| { first_domain(d, f, "yunshan.gov.cn"); d.basic.nature = "public_institution".into(); }),
    ("domain-14", company, |d, _| d.basic.nature = "government".into(), |d, f| { d.basic.nature = "government".into(); first_domain(d, f, "a.gov.cn"); d.sites.pop(); }),
    ("domain-15", company, |_, f| f.domains_in_other_orders = vec![SECOND.into()], |_, f| f.domains_in_other_orders = vec!["qinghe.cn".into()]),

    ("resource-01", company, |d, _| d.sites[1].resource = "lh-gone".into(), |d, _| d.sites[1].resource = "cvm-hz-01".into()),
    ("resource-02", company, |_, f| f.resources[0].province.clear(), |_, f| f.resources[0].province = "44".into()),
    ("resource-03", company, |_, f| f.resources[0].billing = Billing::PayAsYouGo, |_, f| { f.resources[0].kind = ResourceKind::Serverless; f.resources[0].billing = Billing::Package; }),
    ("resource-04", company, |_, f| { f.resources[0].bought_on = date(2026, 11, 1); f.resources[0].expires_on = Some(date(2027, 1, 31)); }, |_, f| { f.resources[0].bought_on = date(2026, 11, 1); f.resources[0].expires_on = Some(date(2027, 2, 1)); }),
    ("resource-05", company, |_, f| f.resources[0].expires_on = Some(date(2026, 12, 20)), |_, f| f.resources[0].expires_on = Some(date(2026, 12, 21))),
    ("resource-06", company, |_, f| f.resources[0].expires_on = Some(date(2026, 11, 20)), |_, f| f.resources[0].expires_on = Some(date(2026, 11, 21))),
    ("resource-07", company, |_, f| f.resources[0].sites_in_use = 5, |_, f| f.resources[0].sites_in_use = 4),
    ("resource-08", company, |_, f| f.resources[0].ips.clear(), |_, f| f.resources[0].bandwidth = 1),
    ("resource-09", company, |_, f| { f.resources[0].kind = ResourceKind::CloudRun; f.resources[0].billing = Billing::Package; }, |_, f| { f.resources[0].kind = ResourceKind::CloudFunction; f.resources[0].billing = Billing::Package; }),

    ("detection-01", company, |_, f| answer(f, FIRST, "unknown", "not_filed", "no", "no", "no"), |_, f| answer(f, FIRST, "not_filed", "not_filed", "no", "no", "no")),
    ("detection-02", company, |_, f| answer(f, FIRST, "unknown", "other_subject", "no", "no", "no"), |_, f| answer(f, FIRST, "filed", "same_subject", "no", "no", "no")),
    ("detection-03", company, |_, f| answer(f, FIRST, "not_filed", "same_subject", "no", "no", "no"), |_, f| answer(f, FIRST, "filed", "same_subject", "no", "no", "no")),
    ("detection-04", company, |_, f| answer(f, FIRST, "shell", "not_filed", "no", "no", "no"), |_, f| answer(f, FIRST, "shell", "not_filed", "no", "no", "yes")),
    ("detection-05", company, |_, f| answer(f, FIRST, "filed", "same_subject", "yes", "yes", "no"), |_, f| answer(f, FIRST, "filed", "same_subject", "yes", "no", "no")),
    ("detection-06", company, |_, f| { answer(f, FIRST, "filed", "not_filed", "yes", "no", "no"); answer(f, SECOND, "filed", "same_subject", "yes", "no", "no"); }, |_, f| { answer(f, FIRST, "filed", "not_filed", "yes", "no", "no"); answer(f, SECOND, "filed", "not_filed", "yes", "no", "no"); }),

    ("address-01", company, |d, _| d.subject.postal_address = "浙江省杭州市市辖区云栖示例路1号".into(), |d, _| d.subject.postal_address = "浙江省杭州市西湖区云栖示例路1号".into()),
    ("address-02", company, |d, _| d.subject.postal_address = "浙江省杭州市西湖区云栖示例路".into(), |d, _| { d.subject.postal_address = "浙江省杭州市西湖区云栖示例路".into(); d.subject.remark = "已为最详细地址".into(); }),
    ("address-03", company, |d, _| d.subject.district = "330203".into(), |d, _| d.subject.district = "330108".into()),
    ("address-04", company, |d, _| d.subject.postal_address = "云栖示例路1号".into(), |d, _| d.subject.postal_address = "西湖区云栖示例路1号".into()),

    ("person-01", company, |d, _| d.principal.mobile = "1380000662".into(), |d, _| d.principal.mobile = "+86 138 0000 6620".into()),
    ("person-02", company, |d, _| d.principal.mobile = "14000006620".into(), |d, _| d.principal.mobile = "19900006620".into()),
    ("person-03", company, |d, _| d.principal.emergency_phone = "12345".into(), |d, _| d.principal.emergency_phone = "010-62345678".into()),
    ("person-04", company, |d, _| d.principal.email = "zhou@".into(), |d, _| d.principal.email = "zhou+icp@yunshan-tech.cn".into()),
    ("person-05", company, |d, _| d.sites[1].manager.mobile = "138 0000 6620".into(), |d, _| d.sites[0].manager.mobile = "13800006620".into()),
    ("person-06", company, |d, _| d.principal.emergency_phone = "13800006620".into(), |d, _| d.principal.emergency_phone = "13900008741".into()),
    ("person-07", company, |d, _| { d.basic.province = "11".into(); d.principal.emergency_phone = "13900008741".into(); d.sites[1].manager.emergency_phone = "13800006620".into(); }, |d, _| { d.basic.province = "11".into(); d.principal.emergency_phone = "13900008741".into(); }),
    ("person-08", company, |d, _| d.principal.certificate_number = id("33010620081122971"), |d, _| d.principal.certificate_number = id("33010620081121971")),
    ("person-09", company, |d, _| d.subject.legal_representative = "吴其然".into(), |d, _| { d.subject.legal_representative = "吴其然".into(); d.basic.province = "21".into(); }),
    ("person-10", individual, |d, _| d.principal.name = "林知秋".into(), |d, _| d.principal.name = " 林知夏 ".into()),
    ("person-11", company, |d, _| d.sites[1].manager.email = "ZHOU@yunshan-tech.cn".into(), |d, _| d.sites[1].manager.email = "shen@yunshan-note.com".into()),
    ("person-12", company, |d, _| d.sites[1].manager.certificate_number = d.principal.certificate_number.clone(), |d, _| d.sites[1].manager = d.principal.clone()),

    ("name-01", company, |d, _| d.sites[0].name = "云杉".into(), |d, _| d.sites[0].name = "云杉网".into()),
    ("name-02", company, |d, _| d.sites[0].name = "yunshan".into(), |d, _| d.sites[0].name = "云杉yunshan".into()),
    ("name-03", company, |d, _| d.sites[0].name = "云杉！科技".into(), |d, _| d.sites[0].name = "云杉（科技）-官网".into()),
    ("name-04", company, |d, _| d.sites[0].name = "中国云杉科技".into(), |d, _| { d.sites[0].name = "中国云杉科技".into(); d.basic.name = "中国云杉科技有限公司".into(); }),
    ("name-05", company, |d, _| d.sites[0].name = "云杉博彩科技".into(), |d, _| d.sites[0].name = "云杉博物科技".into()),
    ("name-06", individual, |d, _| d.sites[0].name = "知夏徒步公司".into(), |d, _| d.sites[0].name = "知夏徒步公路".into()),
    ("name-07", individual, |d, _| { d.basic.province = "33".into(); d.sites[0].name = "知夏农业笔记".into(); }, |d, _| d.sites[0].name = "知夏农业笔记".into()),
    ("name-08", individual, |d, _| d.sites[0].name = "个人空间".into(), |d, _| d.sites[0].name = "知夏徒步个人空间".into()),
    ("name-09", individual, |d, _| d.sites[0].name = "杭州徒步笔记".into(), |d, _| d.sites[0].name = "山中徒步笔记".into()),
    ("name-10", company, |d, _| { d.sites[0].name = "青禾日记".into(); d.sites[0].remark.clear(); }, |d, _| { d.sites[0].name = "云杉日记".into(); d.sites[0].remark.clear(); }),

    ("content-01", individual, |d, _| d.sites[0].content = "8".into(), |d, _| d.sites[0].content = "24".into()),
    ("content-02", individual, |d, _| { d.basic.province = "33".into(); d.sites[0].content = "6".into(); }, |d, _| { d.basic.province = "33".into(); d.sites[0].content = "24".into(); }),
    ("content-03", company, |d, _| d.sites[1].remark.clear(), |d, _| d.sites[0].remark.clear()),
    ("content-04", individual, |d, _| { d.basic.province = "15".into(); d.sites[0].remark = "徒步笔记。".into(); }, |d, _| { d.basic.province = "15".into(); d.sites[0].remark = "记录个人周末徒步的路线、照片和心得，只给自己和朋友看，不含任何经营内容。".into(); }),
    ("content-05", company, |d, _| d.sites[0].name = "云杉论坛".into(), |d, _| { d.sites[0].name = "云杉论坛".into(); d.sites[0].approvals = approval("6", "浙通信管〔2026〕7号"); }),
    ("content-06", company, |d, _| d.sites[0].approvals = approval("6", " "), |d, _| d.sites[0].approvals = approval("6", "浙通信管〔2026〕7号")),
    ("content-07", individual, |d, _| d.sites[0].approvals = approval("1", "1"), |d, _| d.sites[0].approvals.clear()),

    ("order-01", company, |d, _| d.sites = vec![d.sites[0].clone(); 11], |d, _| d.sites = vec![d.sites[0].clone(); 10]),
    ("order-02", company, |_, f| f.running_orders = 1, |_, f| f.running_orders = 0),
    ("order-03", company, |d, _| d.sites[1].domain = "Yunshan-Tech.cn".into(), |d, _| d.sites[1].domain = "yunshan-tech.com".into()),
    ("order-04", company, |d, _| d.sites[0].domain = "qinghe.cn".into(), |d, _| d.sites[0].domain.clear()),

    ("material-01", company, |_, f| drop(f.materials.remove(0)), |d, f| { f.materials.retain(|held| held.site != Some(1)); d.sites[1].manager_is_principal = true; }),
    ("material-02", company, |_, f| f.materials[0].bytes = 200 * 1024 - 1, |_, f| f.materials[0].bytes = 9 * 1024 * 1024),
    ("material-03", company, |_, f| f.materials[0].media_type = "application/pdf".into(), |_, f| f.materials[0].media_type = "image/gif".into()),
    ("material-04", company, |d, _| { d.basic.province = "51".into(); d.subject.legal_representative = "吴其然".into(); }, |d, f| { d.basic.province = "51".into(); d.subject.legal_representative = "吴其然".into(); f.materials.push(held(MaterialKind::AuthorizationLetter)); }),
    ("material-05", individual, |d, _| d.basic.province = "35".into(), |d, f| { d.basic.province = "35".into(); f.materials.push(held(MaterialKind::ResidenceProof)); }),
    ("material-06", company, |d, _| d.basic.province = PLAN_FROM_TWO.into(), |d, _| { d.basic.province = PLAN_FROM_TWO.into(); d.sites.pop(); }),
];

/// The province that asks for a construction plan from two sites on.
const PLAN_FROM_TWO: &str = "43";

fn findings(world: fn() -> World, change: Change) -> Vec<Finding> {
    let (mut draft, mut facts) = world();
    change(&mut draft, &mut facts);
    check::run(&draft, &facts, ON)
}

fn all_ids() -> BTreeSet<String> {
    rules().iter().flat_map(|family| &family.rules).map(|rule| rule.id.clone()).collect()
}

#[test]
fn every_rule_catches_its_breach_and_lets_its_neighbour_pass() {
    for (rule, world, catch, pass) in TABLE {
        let caught = findings(*world, *catch);
        assert!(caught.iter().any(|f| f.rule == *rule), "{rule} did not catch; there were {:?}", ids(&caught));
        let passed = findings(*world, *pass);
        assert!(!passed.iter().any(|f| f.rule == *rule), "{rule} did not let pass: {passed:#?}");
    }
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn every_rule_of_the_files_stands_in_the_table_once() {
    let listed: Vec<String> = TABLE.iter().map(|(rule, ..)| (*rule).to_owned()).collect();
    let unique: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(unique.len(), listed.len(), "a rule stands in the table twice");
    assert_eq!(unique, all_ids());
}

#[test]
fn every_id_the_code_names_is_in_the_files_and_the_other_way_round() {
    let mut named = BTreeSet::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in [folder.join("check"), folder] {
        for entry in std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(entry).unwrap();
            named.extend(text.split('"').filter(|part| is_id(part)).map(str::to_owned));
        }
    }
    assert_eq!(named, all_ids());
}

fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(family, number)| {
        rules().iter().any(|known| known.family == family)
            && number.len() == 2
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// `sites.*.name` covers `sites.0.name`, and `*` alone covers every field.
fn covers(pattern: &str, field: &str) -> bool {
    let (pattern, field): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), field.split('.').collect());
    pattern == ["*"] || (pattern.len() == field.len() && pattern.iter().zip(&field).all(|(p, f)| *p == "*" || p == f))
}

#[test]
fn a_finding_speaks_of_a_field_of_its_rule_and_leaves_no_hole_unfilled() {
    for (_, world, catch, _) in TABLE {
        for finding in findings(*world, *catch) {
            let rule = check::rule(&finding.rule).unwrap();
            assert!(
                rule.fields.iter().any(|pattern| covers(pattern, &finding.field)),
                "{} speaks of {}",
                finding.rule,
                finding.field
            );
            for text in [&finding.message.zh, &finding.message.en, &finding.fix.zh, &finding.fix.en] {
                assert!(!text.is_empty() && !text.contains(['{', '}']), "{}: {text}", finding.rule);
            }
            assert!(!finding.source.is_empty());
        }
    }
}

#[test]
fn ids_begin_with_their_family_and_go_up_without_a_gap() {
    for family in rules() {
        for (index, rule) in family.rules.iter().enumerate() {
            assert_eq!(rule.id, format!("{}-{:02}", family.family, index + 1));
        }
    }
}

#[test]
fn a_rule_with_a_first_day_is_silent_before_it() {
    let (draft, mut facts) = company();
    facts.resources[0].kind = ResourceKind::CloudRun;
    facts.resources[0].billing = Billing::Package;
    let on = |date| ids(&check::run(&draft, &facts, date)).contains(&"resource-09");
    assert!(!on(date(2021, 8, 4)));
    assert!(on(date(2021, 8, 5)));
}

#[test]
fn a_name_of_letters_is_answered_with_names_the_company_may_take() {
    let (mut draft, facts) = company();
    draft.sites[0].name = "yunshan".into();
    let findings = check::run(&draft, &facts, ON);
    let finding = findings.iter().find(|finding| finding.rule == "name-02").unwrap();
    assert_eq!(finding.message.zh, "网站名称不能只写域名、英文或数字");
    assert_eq!(finding.values, ["云杉科技", "云杉科技官网"]);
    assert_eq!(finding.value.as_deref(), Some("云杉科技"));
}

#[test]
fn a_provinces_own_rule_is_cited() {
    let (mut draft, facts) = company();
    draft.subject.postal_address = "浙江省杭州市市辖区云栖示例路1号".into();
    let findings = check::run(&draft, &facts, ON);
    let finding = findings.iter().find(|finding| finding.rule == "address-01").unwrap();
    assert!(finding.source.starts_with("33-address-01"), "{}", finding.source);
    assert_eq!(finding.severity, check::Severity::Block);
    assert_eq!(finding.value.as_deref(), Some("浙江省杭州市西湖区云栖示例路1号"));
}

#[test]
fn an_empty_draft_asks_for_every_field_and_breaks_nothing() {
    let findings = check::run(&Draft::default(), &Facts::default(), ON);
    assert!(findings.iter().filter(|finding| finding.is_missing()).count() > 15);
    for finding in findings.iter().filter(|finding| !finding.is_missing()) {
        assert_eq!(finding.rule, "account-06", "{finding:?}");
    }
}
