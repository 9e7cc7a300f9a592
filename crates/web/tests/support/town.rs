//! A small town of applicants whose orders stand at every stage, over a world and an authority of their own.

use anyhow::{Context as _, Result};
use app::Role;
use app::World;
use app::act::{self, LogIn, MarkField, MarkWord, OrderRef, Patch, RequestChanges, StartHandover};
use filing::stage::StageKind;
use testkit::persona;
use testkit::story::{Story, told};
use uuid::Uuid;

/// The town.
pub struct Town {
    /// Its world and authority.
    pub story: Story,
    /// A draft that lacks one answer.
    pub draft: (String, Uuid),
    /// An order whose reviewer asked for changes.
    pub changes: (String, Uuid),
    /// An order of two sites on the desk, half marked.
    pub review: (String, Uuid),
    /// An order that waits for the ministry's text message, or is filed.
    pub reported: (String, Uuid),
    /// Somebody whose first page would be refused.
    pub newcomer: String,
    /// The link of a phone.
    pub handover: String,
    /// A range of the provider's addresses, as a draft.
    pub range: Uuid,
}

/// Builds the town; `filed` carries the reported order to its number.
pub async fn build(filed: bool) -> Result<Town> {
    let story = Story::begin().await?;
    match Box::pin(settle(&story, filed)).await {
        Ok(places) => Ok(places.with(story)),
        Err(error) => {
            // A story wants to be finished even when it went wrong; what went wrong is the news.
            story.finish().await.ok();
            Err(error)
        }
    }
}

/// What was settled, before it owns its story.
struct Places {
    draft: (String, Uuid),
    changes: (String, Uuid),
    review: (String, Uuid),
    reported: (String, Uuid),
    newcomer: String,
    handover: String,
    range: Uuid,
}

impl Places {
    fn with(self, story: Story) -> Town {
        let Self { draft, changes, review, reported, newcomer, handover, range } = self;
        Town { story, draft, changes, review, reported, newcomer, handover, range }
    }
}

async fn settle(story: &Story, filed: bool) -> Result<Places> {
    for role in [Role::Supervisor, Role::Administrator, Role::Auditor] {
        persona::staff(story, role).await?;
    }
    let government = persona::case("government")?;
    let (actor, draft) = story.fill_in(&government).await?;
    let mut subject = government.draft.subject.clone();
    subject.postal_address.clear();
    story.save(&actor, draft, Patch::Subject { subject }).await?;
    let link = act::start_handover(story, &actor, StartHandover { order: draft, site: 0 }).await.map_err(told)?;
    let handover = link.url.rsplit('/').next().context("a link has a token")?.to_owned();

    let tea = persona::case("changes-requested")?;
    let (actor, changes) = story.fill_in(&tea).await?;
    story.submit(&actor, changes).await?;
    story.claim(changes).await?;
    mark(story, changes, "subject.postal_address", MarkWord::NeedsChange, Some("Write it down to the door.")).await?;
    mark(story, changes, "sites.0.name", MarkWord::NeedsChange, Some("Use the company's short name.")).await?;
    let input = RequestChanges { order: changes, requests: vec![] };
    act::request_changes(story, &story.reviewer, input).await.map_err(told)?;

    let person = persona::case("individual")?;
    let (actor, reported) = story.fill_in(&person).await?;
    story.submit(&actor, reported).await?;
    story.pass(reported).await?;
    story.reach(reported, StageKind::AwaitingSms).await?;
    if filed {
        story.verify_all(&person).await?;
        story.authority.decide(true, "").await?;
        story.reach(reported, StageKind::Filed).await?;
    }

    Box::pin(testkit::news::arrive(story, &person.draft.basic.domain)).await?;

    let company = persona::case("company-two-sites")?;
    let (actor, review) = story.fill_in(&company).await?;
    story.submit(&actor, review).await?;
    story.claim(review).await?;
    let view = act::view_case(story, &story.reviewer, OrderRef { order: review }).await.map_err(told)?;
    for (n, row) in view.rows.iter().filter(|row| !row.value.is_empty()).enumerate() {
        match n % 5 {
            0 | 1 => mark(story, review, &row.field, MarkWord::Ok, None).await?,
            2 => mark(story, review, &row.field, MarkWord::Seen, None).await?,
            _ => {}
        }
    }
    let advice = Some("Name the real district and write it down to the door.");
    mark(story, review, "subject.postal_address", MarkWord::NeedsChange, advice).await?;

    let refused = persona::case("refused")?;
    persona::applicant(story, &refused).await?;
    story.import(&refused).await?;
    story.work().await?;
    Ok(Places {
        draft: (government.account.email, draft),
        changes: (tea.account.email, changes),
        review: (company.account.email, review),
        reported: (person.account.email, reported),
        newcomer: refused.account.email,
        handover,
        range: range(story).await?,
    })
}

/// A source of addresses that nobody has reported yet.
async fn range(story: &Story) -> Result<Uuid> {
    let content = filing::ip_filing::RangeDraft {
        kind: "source".into(),
        first: "203.0.113.0".into(),
        last: "203.0.113.255".into(),
        source_unit: "110000000001".into(),
        ..Default::default()
    };
    let input = act::SaveIpRange { range: None, bureau: testkit::world::BUREAU.into(), content };
    Ok(act::save_ip_range(story, &app::Actor::operator(), input).await.map_err(told)?.range.id)
}

async fn mark(story: &Story, order: Uuid, field: &str, mark: MarkWord, advice: Option<&str>) -> Result<()> {
    let input = MarkField { order, field: field.to_owned(), mark, advice: advice.map(str::to_owned) };
    act::mark_field(story, &story.reviewer, input).await.map_err(told)?;
    Ok(())
}

/// The address of a member of staff.
pub fn staff(role: Role) -> String {
    format!("{role}@provider.example.com")
}

/// A session of somebody, as the cookie carries it.
pub async fn cookie(world: &World, login: &str) -> Result<String> {
    let input = LogIn { login: login.to_owned(), password: persona::PASSWORD.to_owned() };
    let signed_in = act::log_in(world, &persona::origin(), input).await?;
    Ok(format!("{}={}", web::request::COOKIE, signed_in.token))
}

/// The pages of what an order filed: the filing, and what can be asked of it.
pub async fn filings(story: &Story, order: Uuid) -> Result<Vec<String>> {
    let (subject, site) = testkit::filed::of_order(story, order).await?;
    let base = format!("/filings/{subject}");
    Ok(vec![
        "/filings".to_owned(),
        base.clone(),
        format!("{base}/papers"),
        format!("{base}/cancel?action=cancel_subject"),
        format!("{base}/cancel?action=cancel_site&site={site}"),
        format!("{base}/cancel?action=cancel_access&site={site}"),
        format!("{base}/change?action=change_filing"),
        format!("{base}/change?action=change_site&site={site}"),
    ])
}
