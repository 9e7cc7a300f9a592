//! What an order builds upon: the subject and the site as they are filed, beside everything that only adds to them.

use app::on_file::OnFileView;
use filing::draft::Draft;
use filing::rejection;
use filing::stage::{Action, ChangeRequest};

use crate::component::{Facts, FindingBox, Html, Link, Row, Tone};
use crate::locale::T;

/// The numbers and names that are filed; nothing where the ministry told none.
#[must_use]
pub fn card(t: T, on_file: Option<&OnFileView>, draft: &Draft) -> Option<Html> {
    let rows = rows(t, on_file?, draft);
    (!rows.is_empty()).then(|| {
        Html::of(&Facts { title: t.msg("on-file-title"), rows, text: t.msg("on-file-text"), ..Facts::default() })
    })
}

/// The same as lines of the document.
#[must_use]
pub fn rows(t: T, on_file: &OnFileView, draft: &Draft) -> Vec<Row> {
    let subject = on_file.subject_number.iter().map(|number| Row::new(t.msg("lookup-subject-number"), number.clone()));
    let sites = on_file.sites.iter().map(|site| {
        let domain = draft.sites.get(site.index).map(|site| site.domain.clone()).unwrap_or_default();
        let note = [site.name.clone().unwrap_or_default(), domain];
        let note: Vec<String> = note.into_iter().filter(|word| !word.is_empty()).collect();
        Row::new(t.msg("on-file-site-number"), site.number.clone()).note(note.join(" · "))
    });
    subject.chain(sites).collect()
}

/// What must be mended: the words of who asks, and after a result of the authority's machine what that means.
#[must_use]
pub fn request_box(t: T, action: &str, request: &ChangeRequest, link: Option<Link>) -> FindingBox {
    let code = request.rule.as_deref().and_then(|rule| rule.parse::<i64>().ok());
    let advice = code.and_then(|code| rejection::advice_of(code, Action::from_word(action)));
    let by = t.msg(if code.is_some() { "asked-by-authority" } else { "asked-by-reviewer" });
    FindingBox {
        t,
        tone: Tone::Stop,
        message: request.advice.clone(),
        fix: advice.map(|advice| t.text(advice).to_owned()).unwrap_or_default(),
        source: match &request.rule {
            Some(rule) => format!("{by} · {rule}"),
            None => by,
        },
        link,
    }
}
