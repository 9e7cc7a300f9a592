//! The applicant on the page of what is filed.

use super::applicant::Applicant;
use super::{Failure, Seen, insist, text};
use filing::case::{CaseMaterial, MaterialSource, Then};
use filing::material::MaterialKind;
use serde_json::{Value, json};

impl Applicant<'_> {
    /// Opens the order that asks something of the filing, on the page of what is filed.
    pub async fn ask(&mut self, then: &Then, domain: &str) -> Result<Seen, Failure> {
        let action = then.action();
        let order = insist(async || {
            let filing = self.filing().await?;
            // It may run already, when the answer to opening it was lost.
            if let Some(running) = filing["running"].as_str() {
                return Ok(Some(running.to_owned()));
            }
            let on = |site: &&Value| site["domains"].as_array().is_some_and(|all| all.contains(&json!(domain)));
            let site = filing["sites"].as_array().and_then(|sites| sites.iter().find(on)).map(|site| &site["id"]);
            let site = site.filter(|_| then.site().is_some());
            let (what, body) = match then {
                Then::ChangeFiling { .. } | Then::ChangeSite { .. } => {
                    ("changes", json!({ "action": action, "sites": Vec::from_iter(site) }))
                }
                Then::CancelSubject { cancellation }
                | Then::CancelSite { cancellation, .. }
                | Then::CancelAccess { cancellation, .. } => {
                    ("cancellations", json!({ "action": action, "site": site, "cancellation": cancellation }))
                }
            };
            let path = format!("api/v1/filings/{}/{what}", text(&filing["id"]));
            Ok(Some(text(&self.known.post(path, body).await?["id"]).to_owned()))
        })
        .await?;
        self.order = order;
        Ok(vec![("action", action.to_string()), ("number", self.number.clone())])
    }

    /// Uploads the papers that a change asks for: those of the case that show the same, or drawn ones.
    pub async fn bring_required(&self, then: &Then) -> Result<Seen, Failure> {
        let order = insist(async || self.view().await.map(Some)).await?;
        let mut count = 0;
        for slot in order["slots"].as_array().into_iter().flatten() {
            if slot["required"] != json!(true) || !slot["material"].is_null() {
                continue;
            }
            let field = text(&slot["slot"]);
            let (kind, of_order) = MaterialKind::from_field(field)
                .ok_or_else(|| Failure::Odd(format!("{field} is no place for a paper")))?;
            // The order counts its own sites, the case all of them.
            let site = of_order.and(then.site());
            let of_case = self.case.materials.iter().find(|material| material.kind == kind && material.site == site);
            let drawn = CaseMaterial { kind, site, source: MaterialSource::Generated };
            let bytes = self.bytes(of_case.unwrap_or(&drawn))?;
            self.put(&self.known, self.path(&format!("/materials/{field}")), bytes).await?;
            count += 1;
        }
        Ok(vec![("count", count.to_string())])
    }

    /// The filing under the applicant's number, as its owner sees it.
    async fn filing(&self) -> Result<Value, Failure> {
        let filings = self.known.get("api/v1/filings").await?;
        let mine = filings["items"].as_array().and_then(|all| all.iter().find(|one| one["number"] == self.number));
        mine.cloned().ok_or_else(|| Failure::Odd(format!("{} is not among what is filed", self.number)))
    }

    /// How many text messages to a phone name a number.
    pub async fn told_of(&self, number: &str, mobile: &str) -> Result<usize, Failure> {
        let messages = insist(async || self.messages(mobile).await.map(Some)).await?;
        Ok(messages.iter().filter(|message| text(&message["text"]).contains(number)).count())
    }
}
