//! The rulebook as people read it: whom a rule is for, since when, what changed, and what nobody but a person decides.

use filing::check::{self, Base, DAY, Rule, RuleKind, Turn, Wanted, guidance, rule, rules, select};
use filing::deadline::Term;
use filing::draft::CancellationDraft;
use filing::nature::Nature;
use filing::province::Province;
use filing::stage::Action;
use jiff::civil::date;

fn all() -> impl Iterator<Item = &'static Rule> {
    rules().iter().flat_map(|family| &family.rules)
}

fn ids<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<&'a str> {
    rules.map(|rule| rule.id.as_str()).collect()
}

#[test]
fn each_kind_of_rule_carries_what_its_kind_needs() {
    for rule in all() {
        let id = &rule.id;
        assert_eq!(rule.example.is_some(), rule.kind == RuleKind::Check, "{id}: only what a machine decides has one");
        assert_eq!(rule.term.is_some(), rule.kind == RuleKind::Deadline, "{id}: only a deadline sets a term");
        assert_eq!(rule.figures.is_empty(), rule.term.is_none(), "{id}");
        if rule.kind != RuleKind::Check {
            assert!(!rule.message.zh.contains('{') && !rule.message.en.contains('{'), "{id} has a hole nobody fills");
        }
    }
    for term in Term::ALL {
        assert!(all().any(|rule| rule.term == Some(*term)), "no rule sets {term}");
    }
}

#[test]
fn a_rule_speaks_of_fields_that_are_asked() {
    let (mut draft, _) = Base::Company.world();
    draft.cancellation = Some(CancellationDraft::default());
    let draft = serde_json::to_value(draft).unwrap();
    let known = |pattern: &str| {
        let path = pattern.replace(".*", ".0");
        pattern == "*"
            || pattern == "order"
            || pattern.contains("materials.*")
            || filing::material::MaterialKind::from_field(&path).is_some()
            || draft.pointer(&format!("/{}", path.replace('.', "/"))).is_some()
    };
    for rule in all() {
        for field in &rule.fields {
            assert!(known(field), "{} speaks of {field}, which nobody is asked", rule.id);
        }
    }
}

#[test]
fn a_rule_that_took_anothers_place_begins_the_day_after_the_other_ended() {
    let mut replacing = 0;
    for new in all().filter(|rule| rule.replaces.is_some()) {
        let old = rule(new.replaces.as_deref().unwrap()).unwrap();
        let ended = old.effective_until.unwrap();
        assert_eq!(new.effective_from, Some(ended.tomorrow().unwrap()), "{} after {}", new.id, old.id);
        replacing += 1;
    }
    assert!(replacing > 0);
}

#[test]
fn the_change_of_april_2019_to_one_domain_for_a_site_is_told_once() {
    let told = check::changes(date(2019, 4, 1), date(2019, 4, 30));
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!((told[0].on, told[0].turn), (date(2019, 4, 22), Turn::Replaced));
    assert!(told[0].rule.message.en.contains("one domain"), "{}", told[0].rule.message.en);
    assert_eq!(check::changes(date(2019, 4, 22), date(2019, 4, 30)), [], "the first day itself is not after it");
}

#[test]
fn the_change_of_august_2021_closes_two_kinds_of_resource() {
    let rule = rule("resource-09").unwrap();
    assert_eq!(rule.effective_from, Some(date(2021, 8, 5)));
    assert_eq!(rule.group("kinds"), ["cloud_run", "app_centre"]);
    let told = check::changes(date(2021, 8, 4), date(2021, 8, 5));
    assert_eq!(ids(told.iter().map(|change| change.rule)), ["resource-09"]);
}

#[test]
fn a_cancellation_is_not_asked_for_what_only_a_filing_needs() {
    let (mut draft, mut facts) = Base::Company.world();
    draft.sites[0].name = "yunshan".into();
    draft.subject.postal_address.clear();
    let reason = "no_longer_run".into();
    draft.cancellation = Some(CancellationDraft { reason, note: String::new(), understood: true });
    let found = |facts: &check::Facts| {
        let findings = check::run(&draft, facts, DAY);
        findings.iter().map(|finding| finding.rule.clone()).collect::<Vec<_>>()
    };
    let filing = found(&facts);
    assert!(filing.contains(&"name-02".to_owned()) && filing.contains(&"form-01".to_owned()), "{filing:?}");
    facts.action = Some(Action::CancelSite);
    assert_eq!(found(&facts), [] as [&str; 0]);
}

#[test]
fn the_action_is_what_was_given_else_what_the_answers_come_to() {
    let (draft, mut facts) = Base::Company.world();
    assert_eq!(facts.action(&draft), Some(Action::FirstFiling));
    facts.detection.clear();
    assert_eq!(facts.action(&draft), None, "nobody asked yet");
    facts.action = Some(Action::ChangeSite);
    assert_eq!(facts.action(&draft), Some(Action::ChangeSite));
}

#[test]
fn guidance_stands_at_its_field_for_whom_it_is() {
    let at = |field: &str, nature, action| ids(guidance(field, Some(nature), Some(Province::Zhejiang), action, DAY));
    let content = |nature| at("sites.3.content", nature, Action::FirstFiling);
    assert!(!content(Nature::Individual).is_empty() && !content(Nature::Enterprise).is_empty());
    assert_ne!(content(Nature::Individual), content(Nature::Enterprise), "a person and a unit are told their own");
    let mobile = |action| at("principal.mobile", Nature::Enterprise, action);
    assert!(mobile(Action::AddAccess).len() > mobile(Action::FirstFiling).len(), "an access adds its own line");
    assert_eq!(at("sites.0.nothing", Nature::Enterprise, Action::FirstFiling), [] as [&str; 0]);
}

#[test]
fn a_filter_narrows_and_no_filter_takes_all() {
    let count = |wanted: Wanted| select(&wanted).count();
    let everything = count(Wanted::default());
    assert_eq!(everything, all().count());
    for wanted in [
        Wanted { family: Some("name".into()), ..Wanted::default() },
        Wanted { nature: Some(Nature::Individual), ..Wanted::default() },
        Wanted { action: Some(Action::CancelAccess), ..Wanted::default() },
        Wanted { on: Some(date(2016, 1, 1)), ..Wanted::default() },
    ] {
        let narrowed = count(wanted.clone());
        assert!(0 < narrowed && narrowed < everything, "{wanted:?} takes {narrowed}");
    }
}
