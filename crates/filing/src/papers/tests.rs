//! Every row of E.3 and every provincial line on papers is asked of a draft that meets it and of one that does not.

use std::collections::BTreeSet;

use jiff::civil::date;

use super::*;
use crate::check::{Base, DAY, Registration};
use crate::detect::{Answer, Answers, DomainAtMinistry, SubjectAtMinistry};
use crate::draft::SiteDraft;
use crate::province::{LineKind, lines};

type World = (Draft, Facts);

/// A company of Hangzhou with two sites, the second managed by somebody else.
fn company(province: &str) -> World {
    let (mut draft, facts) = Base::Company.world();
    draft.basic.province = province.into();
    (draft, facts)
}

fn individual(province: &str) -> World {
    let (mut draft, facts) = Base::Individual.world();
    draft.basic.province = province.into();
    (draft, facts)
}

fn of_world((draft, facts): &World) -> Vec<Paper> {
    needed(draft, facts, DAY)
}

fn find<'a>(papers: &'a [Paper], slot: &str) -> Option<&'a Paper> {
    papers.iter().find(|paper| paper.slot == slot)
}

fn need(world: &World, slot: &str) -> Option<Need> {
    find(&of_world(world), slot).map(|paper| paper.need)
}

#[test]
fn every_provincial_line_on_papers_has_a_row_a_note_or_a_reason() {
    let table = table();
    let mut placed: BTreeSet<&str> = table.papers.iter().flat_map(|row| &row.lines).map(String::as_str).collect();
    placed.extend(table.notes.values().flatten().map(String::as_str));
    placed.extend(table.others.keys().map(String::as_str));
    let known: BTreeSet<&str> = lines().iter().map(|line| line.id.as_str()).collect();
    assert_eq!(placed.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "no such lines");
    let papers = lines().iter().filter(|line| line.kind == LineKind::Material);
    let (mut count, mut forgotten) = (0, Vec::new());
    for line in papers {
        count += 1;
        // A letter is asked for by the province's parameter; its training line by its own.
        if !placed.contains(line.id.as_str()) {
            forgotten.push(&line.id);
        }
    }
    assert_eq!((count, forgotten), (82, Vec::<&String>::new()));
}

#[test]
fn every_word_the_rows_use_is_in_the_file_and_every_row_can_be_cited() {
    let table = table();
    let mut ids = BTreeSet::new();
    for row in &table.papers {
        assert!(ids.insert(&row.id), "{} stands in the file twice", row.id);
        for demand in &row.demands {
            assert!(table.demands.contains_key(demand), "{}: {demand}", row.id);
        }
        for group in row.words.iter().chain(&row.label_words) {
            assert!(!table.group(group).is_empty(), "{}: {group}", row.id);
        }
        let cited = row.source.is_some() || !row.lines.is_empty() || row.when.is_some();
        assert!(cited, "{} has no source", row.id);
    }
}

#[test]
fn no_reason_keeps_a_hole_and_none_is_without_a_source() {
    for province in crate::province::Province::ALL {
        for mut world in [company(province.code()), individual(province.code())] {
            world.0.basic.name = "云杉金融教育文化直播医院旅行社".into();
            world.0.sites[0].name = "云杉药品论坛佛教".into();
            world.0.subject.legal_representative = "吴其然".into();
            for paper in of_world(&world) {
                for text in [&paper.why.zh, &paper.why.en] {
                    assert!(!text.contains(['{', '}']), "{province} {}: {text}", paper.id);
                }
                assert!(!paper.source.is_empty(), "{province} {}", paper.id);
            }
        }
    }
}

#[test]
fn a_principal_who_is_not_the_representative_brings_a_letter_where_the_province_takes_one() {
    for (province, asked) in
        [("22", true), ("34", true), ("51", true), ("62", true), ("32", true), ("33", false), ("11", false)]
    {
        let mut world = company(province);
        assert_eq!(need(&world, "materials.authorization_letter"), None, "{province}: the representative is principal");
        world.0.subject.legal_representative = "吴其然".into();
        let expected = asked.then_some(Need::Required);
        assert_eq!(need(&world, "materials.authorization_letter"), expected, "{province}");
    }
}

#[test]
fn a_manager_who_is_not_the_representative_brings_a_letter_in_thirteen_provinces() {
    let asked: Vec<&str> = crate::province::Province::ALL
        .iter()
        .map(|province| province.code())
        .filter(|province| need(&company(province), "sites.1.materials.manager_letter").is_some())
        .collect();
    // 天津 上海 江苏 安徽 福建 江西 湖北 湖南 重庆 四川 贵州 宁夏, and 陕西, where the principal counts.
    assert_eq!(asked, ["12", "31", "32", "34", "35", "36", "42", "43", "50", "51", "52", "61", "64"]);
    assert_eq!(need(&company("50"), "sites.0.materials.manager_letter"), None, "the representative manages the first");
}

#[test]
fn one_letter_serves_whoever_is_principal_and_manager() {
    let mut world = company("34");
    world.0.subject.legal_representative = "吴其然".into();
    let papers = of_world(&world);
    let letter = find(&papers, "materials.authorization_letter").unwrap();
    assert_eq!(letter.template, Some(Template::BothRolesLetter));
    assert!(find(&papers, "sites.0.materials.manager_letter").is_none(), "the principal manages the first site");
    assert!(find(&papers, "sites.1.materials.manager_letter").is_some(), "somebody else manages the second");
}

#[test]
fn shanghai_has_a_letter_of_its_own_and_hebei_a_limit_of_its_own() {
    let papers = of_world(&company("31"));
    let letter = find(&papers, "sites.1.materials.manager_letter").unwrap();
    assert_eq!(letter.template, Some(Template::ShanghaiLetter));
    let age = letter.age.as_ref().unwrap();
    assert_eq!((age.value, age.unit, age.not_before), (3, AgeUnit::Month, date(2026, 8, 21)));
    let mut hebei = company("13");
    hebei.0.subject.legal_representative = "吴其然".into();
    let papers = of_world(&hebei);
    let age = find(&papers, "materials.authorization_letter").unwrap().age.as_ref().unwrap();
    assert_eq!((age.value, age.unit), (6, AgeUnit::Month));
}

#[test]
fn hunan_wants_certificates_of_45_days_and_a_plan_from_two_sites() {
    let papers = of_world(&company("43"));
    let certificate = find(&papers, "sites.1.materials.domain_certificate").unwrap();
    let age = certificate.age.as_ref().unwrap();
    assert_eq!((age.value, age.unit, age.not_before), (45, AgeUnit::Day, date(2026, 10, 7)));
    assert!(certificate.notes.iter().any(|note| note.source.starts_with("43-material-01")));
    assert_eq!(find(&papers, "sites.0.materials.site_plan").unwrap().need, Need::Required);
    let mut one = company("43");
    one.0.sites.pop();
    assert_eq!(need(&one, "sites.0.materials.site_plan"), None);
    assert_eq!(need(&individual("15"), "sites.0.materials.domain_certificate"), Some(Need::Required));
    assert_eq!(need(&company("15"), "sites.0.materials.domain_certificate"), None, "内蒙古 asks individuals only");
}

#[test]
fn an_individual_from_elsewhere_proves_residence_in_the_way_the_province_takes() {
    let world = individual("51");
    let papers = of_world(&world);
    let proof = find(&papers, "materials.residence_proof").unwrap();
    assert!(proof.why.zh.contains("就读、工作或居住证明"), "{}", proof.why.zh);
    assert_eq!(proof.age.as_ref().map(|age| (age.value, age.unit)), Some((45, AgeUnit::Day)));
    assert_eq!(need(&individual("11"), "materials.residence_proof"), None, "their own province");
    assert_eq!(need(&individual("36"), "materials.residence_proof"), None, "江西 takes no outsider");
}

#[test]
fn promises_begin_on_their_day() {
    let (draft, facts) = company("44");
    let on = |day| needed(&draft, &facts, day).into_iter().find(|p| p.kind == MaterialKind::Commitment).map(|p| p.need);
    assert_eq!(on(date(2021, 6, 20)), Some(Need::Possible));
    assert_eq!(on(date(2021, 6, 21)), Some(Need::Required));
    let (draft, facts) = company("32");
    let notice = |day| needed(&draft, &facts, day).iter().any(|paper| paper.kind == MaterialKind::TruthNotice);
    assert!(!notice(date(2021, 5, 31)) && notice(date(2021, 6, 1)));
}

#[test]
fn words_of_the_names_call_for_promises_unless_the_approval_is_there() {
    let mut world = company("32");
    world.0.sites[1].name = "云杉培训".into();
    assert_eq!(need(&world, "sites.1.materials.no_training_letter"), Some(Need::Likely));
    assert_eq!(need(&world, "sites.0.materials.no_training_letter"), None);
    world.0.sites[1].approvals = vec![crate::draft::ApprovalDraft { kind: "14".into(), number: "1".into() }];
    assert_eq!(need(&world, "sites.1.materials.no_training_letter"), None);
    assert_eq!(need(&world, "sites.1.materials.approval"), Some(Need::Required));
    let mut henan = company("41");
    henan.0.basic.name = "云杉药品（郑州）有限公司".into();
    let papers = of_world(&henan);
    let letter = find(&papers, "sites.0.materials.no_pre_approval_letter").unwrap();
    assert!(letter.why.zh.contains("药品和医疗器械"), "{}", letter.why.zh);
    let mut jiangxi = company("36");
    jiangxi.0.sites[0].name = "云杉文化".into();
    assert_eq!(need(&jiangxi, "sites.0.materials.culture_letter"), Some(Need::Likely));
}

#[test]
fn eighteen_provinces_have_a_letter_on_training() {
    let asked = crate::province::Province::ALL.iter().filter(|province| {
        let mut world = company(province.code());
        world.0.basic.name = "云杉教育有限公司".into();
        need(&world, "sites.0.materials.no_training_letter") == Some(Need::Likely)
    });
    assert_eq!(asked.count(), 18);
}

#[test]
fn party_letters_public_bodies_and_the_young() {
    assert_eq!(need(&company("65"), "materials.party_letter"), Some(Need::Required));
    assert_eq!(need(&company("54"), "materials.party_letter"), Some(Need::Required));
    let mut access = company("54");
    for answers in access.1.detection.values_mut() {
        *answers = Answers {
            subject: SubjectAtMinistry::Filed,
            domain: DomainAtMinistry::SameSubject,
            subject_here: Answer::No,
            domain_here: Answer::No,
            shell_may_add: Answer::Unknown,
        };
    }
    assert_eq!(need(&access, "materials.party_letter"), None, "西藏 asks at a first filing only");
    access.0.basic.province = "11".into();
    assert_eq!(need(&access, "materials.rename_letter"), Some(Need::Possible));
    assert_eq!(need(&company("11"), "materials.rename_letter"), None, "a first filing has no former name");
    let mut public = company("15");
    public.0.basic.nature = "public_institution".into();
    assert_eq!(need(&public, "materials.public_body_form"), Some(Need::Required));
    assert_eq!(need(&company("15"), "materials.public_body_form"), None);
    let mut young = individual("53");
    let id = |birth: &str| {
        let first = format!("110101{birth}123");
        format!("{first}{}", crate::certificate::ResidentId::check_digit(&first).unwrap())
    };
    young.0.principal.certificate_number = id("20091201");
    assert_eq!(need(&young, "materials.age_proof"), Some(Need::Required), "16 years old");
    young.0.principal.certificate_number = id("20001201");
    assert_eq!(need(&young, "materials.age_proof"), None);
}

#[test]
fn a_domain_registered_elsewhere_shows_its_real_name_state() {
    let mut world = company("33");
    let domain = world.0.basic.domain.clone();
    assert_eq!(need(&world, "sites.0.materials.domain_verification"), None);
    let known: &mut Registration = world.1.registrations.get_mut(&domain).unwrap();
    known.registered_here = false;
    known.holder = Some(world.0.subject.legal_representative.clone());
    assert_eq!(need(&world, "sites.0.materials.domain_verification"), Some(Need::Likely));
    assert_eq!(need(&world, "materials.domain_statement"), Some(Need::Likely));
}

#[test]
fn guangxi_wants_a_statement_above_five_domains() {
    let mut world = company("45");
    world.0.sites = vec![SiteDraft::default(); 5];
    assert_eq!(need(&world, "materials.domain_statement"), None);
    world.0.sites.push(SiteDraft::default());
    assert_eq!(need(&world, "materials.domain_statement"), Some(Need::Required));
}

#[test]
fn a_licence_in_shanghai_has_a_year_left_and_elsewhere_three_months() {
    let months =
        |province: &str| find(&of_world(&company(province)), "materials.subject_certificate").unwrap().valid_months;
    assert_eq!((months("31"), months("44")), (Some(12), Some(3)));
}
