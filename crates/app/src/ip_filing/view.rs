//! A range as people see it.

use filing::check::Finding;
use filing::ip_filing::{Attempt, RangeDraft, Span, Stage, Standing};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Held;
use crate::actor::Actor;
use crate::policy::Act;

/// A range in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IpRangeRow {
    /// The range.
    pub id: Uuid,
    /// The bureau it is filed with.
    pub bureau: String,
    /// What it says: `source`, `allocation`, `broadcast`, `brought_in`.
    pub kind: String,
    /// The first address.
    #[schema(value_type = String)]
    pub first: std::net::Ipv4Addr,
    /// The last address.
    #[schema(value_type = String)]
    pub last: std::net::Ipv4Addr,
    /// How many addresses it has.
    pub size: u64,
    /// Of an allocation, what it comes to.
    pub mode: String,
    /// Who uses it, or the number of the unit it is about.
    pub about: String,
    /// Where it stands.
    pub state: Standing,
    /// Whether sites may stand on its addresses.
    pub carries_sites: bool,
    /// What the bureau calls it.
    pub bureau_id: Option<i64>,
    /// What the authority said last, and what its audits say.
    pub findings: Vec<Finding>,
    /// Counts changes.
    pub version: i64,
}

/// A range with all it holds.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IpRangeView {
    /// The range as in a list.
    pub range: IpRangeRow,
    /// The content: as drafted, and once filed as it is on the books.
    pub content: RangeDraft,
    /// The content it is to have: of a correction under way, or of one that was refused.
    pub proposed: Option<RangeDraft>,
    /// Since when it is on the books.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub filed_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Whether the actor may change it, and what it holds is shown in full.
    pub may_change: bool,
}

impl IpRangeRow {
    /// The row of a range.
    #[must_use]
    pub fn of(held: &Held) -> Self {
        let draft = &held.kept.draft;
        let about = [&draft.user, &draft.source_unit, &draft.source_name, &draft.target, &draft.broadcaster];
        Self {
            id: held.row.id.0,
            bureau: held.row.bureau.clone(),
            kind: held.row.kind.clone(),
            first: held.row.first,
            last: held.row.last,
            size: Span::new(held.row.first, held.row.last).map_or(0, Span::size),
            mode: draft.mode.clone(),
            about: about.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default(),
            state: held.kept.stage.standing(),
            carries_sites: held.row.carries,
            bureau_id: held.row.bureau_id,
            findings: held.findings(),
            version: held.row.version,
        }
    }
}

impl IpRangeView {
    /// A range as an actor sees it; who may not change it sees its contact masked.
    #[must_use]
    pub fn of(held: &Held, actor: &Actor) -> Self {
        let may_change = Act::SaveIpRange.who().allows(Some(actor.role));
        let shown = |draft: &RangeDraft| if may_change { draft.clone() } else { masked(draft) };
        let (proposed, filed_at) = match &held.kept.stage {
            Stage::Changing { proposed, filed_at, .. } => (Some(&**proposed), Some(*filed_at)),
            Stage::Filed { attempt: Some(Attempt { proposed, .. }), at, .. } => (proposed.as_deref(), Some(*at)),
            Stage::Filed { at, .. } => (None, Some(*at)),
            Stage::Deleting { filed_at, .. } => (None, Some(*filed_at)),
            _ => (None, None),
        };
        Self {
            range: IpRangeRow::of(held),
            content: shown(&held.kept.draft),
            proposed: proposed.map(shown),
            filed_at,
            created_at: held.row.created_at,
            updated_at: held.row.updated_at,
            may_change,
        }
    }
}

fn masked(draft: &RangeDraft) -> RangeDraft {
    use filing::mask;
    let hide = |text: &str, mask: fn(&str) -> String| if text.is_empty() { String::new() } else { mask(text) };
    RangeDraft {
        contact: hide(&draft.contact, mask::name),
        phone: hide(&draft.phone, mask::phone),
        email: hide(&draft.email, mask::email),
        ..draft.clone()
    }
}
