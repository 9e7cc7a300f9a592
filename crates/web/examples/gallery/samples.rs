//! Sample pages: the faces of the platform, filled with an invented company.

use std::collections::HashMap;

use askama::Template;
use web::component::document::{CaseCard, CaseLine, Decision, Picture, Viewer};
use web::component::form::{Field, Form, Kind, summary_of};
use web::component::list::{Guidance, Search};
use web::component::progress::{Countdown, NowCard, Segments, Step, TaskLine, TaskList, Timeline, When};
use web::component::{Card, ErrorSummary, Facts, FindingBox, Html, Link, Row, Tag, Tone};
use web::locale::{Lang, T};
use web::view::{CasePage, Head, HomePage, NavItem, Page, Shell, ShotPage};

/// Every sample with its HTML.
pub fn all(lang: Lang) -> Vec<(&'static str, String)> {
    let t = T(lang);
    let words: HashMap<String, [String; 2]> =
        serde_json::from_str(include_str!("words.json")).expect("words.json is well formed");
    let w = |key: &str| words.get(key).unwrap_or_else(|| panic!("no word {key}"))[usize::from(lang == Lang::En)].clone();
    vec![
        ("order", order(t, &w).render().expect("renders")),
        ("tasks", tasks(t, &w).render().expect("renders")),
        ("step", step(t, &w).render().expect("renders")),
        ("case", case(t, &w).render().expect("renders")),
        ("home", home(t).render().expect("renders")),
        ("shot", shot(t, &w).render().expect("renders")),
    ]
}

fn shell(t: T, who: &str) -> Shell {
    let nav = [("/orders", "nav-orders", true), ("/resources", "nav-resources", false), ("/lookup", "nav-lookup", false)];
    Shell {
        home: "/orders",
        nav: nav
            .into_iter()
            .map(|(href, key, here)| NavItem { href, word: t.msg(key), count: None, here })
            .collect(),
        who: Some(who.to_owned()),
        provider: "Yunqi Cloud".into(),
        path: "/".into(),
        ..Shell::default()
    }
}

fn order(t: T, w: &dyn Fn(&str) -> String) -> Page {
    let step = |when, title: &str, time: &str, detail: &str| Step {
        when,
        title: w(title),
        time: time.to_owned(),
        detail: detail.to_owned(),
        link: None,
    };
    let timeline = Timeline {
        t,
        steps: vec![
            step(When::Done, "submitted", "11-18 10:21", &w("submitted-detail")),
            step(When::Done, "passed", "11-19 15:40", &w("passed-detail")),
            step(When::Done, "reported", "11-21 14:02", &w("reported-detail")),
            step(When::Now, "sms", &w("sms-time"), &w("sms-detail")),
            step(When::Coming, "authority", &w("authority-time"), &w("authority-detail")),
            step(When::Coming, "number", "", ""),
        ],
    };
    let now = NowCard {
        title: w("now-title"),
        text: w("now-text"),
        countdown: Some(Countdown {
            until: "2126-11-22T06:05:00Z".into(),
            left: t.duration(19 * 3600 + 42 * 60),
            line: w("until"),
        }),
        notes: vec![w("tries")],
        tags: vec![
            (w("principal"), Tag::new(Tone::Ok, w("verified"))),
            (w("manager"), Tag::new(Tone::Wait, w("waiting"))),
        ],
        primary: Some(Link::outside("#", w("go-miit"))),
        post: None,
        second: Some(Link::new("#", w("no-sms"))),
    };
    Page {
        t,
        shell: shell(t, &w("company")),
        head: Head {
            crumbs: vec![Link::new("", w("type")), Link::new("", "B2026-1121-0042")],
            title: "yunshan-tech.cn".into(),
            sub: vec![w("company"), w("province"), w("nature")],
            tag: Some(Tag::new(Tone::Wait, w("stage"))),
            segments: Some(Segments {
                steps: vec![When::Done, When::Done, When::Done, When::Now, When::Coming],
                label: t.two("segments-label", "all", 5, "done", 3),
            }),
            ..Head::default()
        },
        top: vec![],
        main: vec![Html::of(&now), Card::with(w("progress"), &timeline).html()],
        aside: vec![
            Html::of(&Facts {
                title: w("dates"),
                rows: vec![
                    Row::new(w("sms"), "11-22 14:05"),
                    Row::new(w("domain-until"), "2027-06-30"),
                    Row::new(w("server-until"), "").tag(Tag::new(Tone::Wait, "2027-01-05")),
                ],
                ..Facts::default()
            }),
            Html::of(&Facts {
                title: w("order"),
                rows: vec![
                    Row::new(w("site-name"), w("site")),
                    Row::new(w("server"), w("server-value")),
                    Row::new(w("manager"), w("person")).note("138****6620"),
                ],
                links: vec![Link::new("#", w("all"))],
                danger: Some(Link::new("#", w("abandon"))),
                ..Facts::default()
            }),
        ],
    }
}

fn tasks(t: T, w: &dyn Fn(&str) -> String) -> Page {
    let line = |title: &str, need: &str, tone, word: &str, open: bool| TaskLine {
        title: w(title),
        need: w(need),
        href: open.then(|| "#".to_owned()),
        phone_href: None,
        tag: Tag::new(tone, w(word)),
    };
    let list = TaskList {
        groups: vec![(
            String::new(),
            vec![
                line("basic", "basic-need", Tone::Ok, "done", true),
                line("verification", "verification-need", Tone::Plain, "todo", true),
                line("subject", "basic-need", Tone::Wait, "half", true),
                line("materials", "materials-need", Tone::Stop, "change", true),
                line("submit", "closed-why", Tone::Plain, "closed", false),
            ],
        )],
    };
    Page {
        t,
        shell: shell(t, &w("company")),
        head: Head {
            title: "yunshan-tech.cn".into(),
            sub: vec![w("company")],
            tag: Some(Tag::new(Tone::Info, w("half"))),
            ..Head::default()
        },
        main: vec![Card { body: vec![Html::of(&list)], ..Card::default() }.html()],
        aside: vec![Html::of(&Facts { title: w("dates"), text: w("rule-1"), ..Facts::default() })],
        ..Page::default()
    }
}

fn finding(t: T, w: &dyn Fn(&str) -> String, message: &str, source: &str) -> FindingBox {
    FindingBox { t, tone: Tone::Stop, message: w(message), fix: String::new(), source: w(source), link: None }
}

fn step(t: T, w: &dyn Fn(&str) -> String) -> Page {
    let mut field = Field::new(t, Kind::Text, "sites.0.name", w("site-name"))
        .hint(w("name-hint"))
        .value("yunshan")
        .found(vec![finding(t, w, "name-wrong", "name-source")]);
    field.ready = vec![w("ready-1"), w("ready-2")];
    let choices = Field::new(t, Kind::Radio, "x", w("service"))
        .choices(vec![web::component::form::Choice::new("8", w("portal"))])
        .value("8");
    let form = Form::new("#", vec![field, choices], w("save")).second(Link::new("#", w("later")));
    let summary = ErrorSummary { t, items: summary_of(form.fields()) };
    Page {
        t,
        shell: Shell { narrow: true, one_question: true, saved: w("saved"), nav: vec![], ..shell(t, "") },
        head: Head { crumbs: vec![Link::new("", w("step-of"))], title: w("site-name"), ..Head::default() },
        top: vec![Html::of(&summary)],
        main: vec![
            Card { body: vec![Html::of(&form)], ..Card::default() }.html(),
            Html::of(&Guidance { title: w("rules-of"), lines: vec![(w("rule-1"), w("name-source"))] }),
        ],
        aside: vec![],
    }
}

fn case(t: T, w: &dyn Fn(&str) -> String) -> CasePage {
    let line = |field: &str, label: &str, value: String, tone, word: &str, mark| CaseLine {
        field: field.to_owned(),
        label: w(label),
        value,
        before: None,
        reveal: None,
        tag: Tag::new(tone, w(word)),
        mark,
        advice: String::new(),
        findings: vec![],
        proof: "materials.subject_certificate".into(),
    };
    let mut postal = line("subject.postal_address", "postal", w("address-2"), Tone::Stop, "change", "needs_change");
    postal.advice = w("address-wrong");
    postal.findings = vec![finding(t, w, "address-wrong", "address-source")];
    let mut legal = line("subject.legal_representative", "legal", w("person"), Tone::Ok, "ok", "ok");
    legal.reveal = Some("#".into());
    let picture = |slot: &str, title: &str| Picture {
        slot: slot.to_owned(),
        title: w(title),
        src: web::asset::url("mark.svg"),
        width: 420,
        height: 300,
        note: "1600 × 1200 · 11-18 09:58".into(),
    };
    CasePage {
        t,
        shell: Shell { wide: true, ..shell(t, "021") },
        head: Head {
            crumbs: vec![Link::new("", w("type")), Link::new("", "B2026-1121-0042"), Link::new("", w("left"))],
            title: "yunshan-tech.cn".into(),
            small: w("company"),
            ..Head::default()
        },
        top: vec![],
        base: "#".into(),
        marking: true,
        cards: vec![
            CaseCard {
                title: w("subject"),
                lines: vec![
                    line("basic.name", "unit-name", w("company"), Tone::Ok, "ok", "ok"),
                    line("basic.certificate_number", "code", "91330106MA2K****7Q".into(), Tone::Wait, "seen", "seen"),
                    line("subject.certificate_address", "licence-address", w("address-1"), Tone::Ok, "ok", "ok"),
                    postal,
                    legal,
                ],
            },
            CaseCard {
                title: w("site"),
                lines: vec![
                    line("sites.0.name", "site-name", w("site"), Tone::Ok, "ok", "ok"),
                    line("sites.0.content", "service", w("portal"), Tone::Plain, "unseen", "none"),
                ],
            },
        ],
        viewer: Viewer {
            t,
            pictures: vec![picture("materials.subject_certificate", "licence"), picture("sites.0.materials.photo", "photo")],
        },
        decision: Some(Decision {
            t,
            base: "#".into(),
            unseen: vec![Link::new("#row-sites-0-content", w("service"))],
            requests: vec![(Link::new("#row-subject-postal-address", w("postal")), w("address-wrong"))],
            pass_blocked: vec![w("closed-why")],
            changes_blocked: vec![],
        }),
        side: vec![Html::of(&Facts {
            title: w("calls"),
            rows: vec![Row::new("10:02", w("no-answer"))],
            ..Facts::default()
        })],
    }
}

fn home(t: T) -> HomePage {
    HomePage {
        t,
        shell: Shell { strangers: true, who: None, nav: vec![], ..shell(t, "") },
        steps: (1..=4)
            .map(|n| (t.of("home-step-title", n), t.of("home-step-text", n)))
            .collect(),
        search: Search { t, q: String::new() },
    }
}

fn shot(t: T, w: &dyn Fn(&str) -> String) -> ShotPage {
    ShotPage {
        t,
        shell: Shell { nav: vec![], who: None, narrow: true, ..shell(t, "") },
        head: Head { title: w("photo"), ..Head::default() },
        top: vec![],
        action: "#".into(),
        next: "#".into(),
        facing: "user",
        face: true,
        current: None,
        tips: vec![w("rule-1")],
    }
}
