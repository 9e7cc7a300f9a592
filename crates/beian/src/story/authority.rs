//! What happens at the authority: the text messages, the check, the officer's desk, the look-up.

use super::applicant::{encode, mask};
use super::http::Server;
use super::{Failure, Seen, insist, text};
use filing::case::CaseFile;
use filing::draft::PersonDraft;
use filing::stage::Action;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The sandbox authority as people use it.
pub struct Authority<'a> {
    server: &'a Server,
    /// Codes that were used in this story; a second round brings new ones.
    spent: RefCell<BTreeSet<String>>,
}

/// Everybody who gets a code, by mobile number, with the last six characters of their document.
pub type People = BTreeMap<String, String>;

/// Those of a list of persons, each phone once.
pub fn people<'a>(persons: impl IntoIterator<Item = &'a PersonDraft>) -> People {
    let tail = |number: &str| {
        let characters: Vec<char> = number.trim().chars().collect();
        characters[characters.len().saturating_sub(6)..].iter().collect::<String>()
    };
    persons.into_iter().map(|person| (person.mobile.clone(), tail(&person.certificate_number))).collect()
}

/// Those the authority texts when a case is filed.
pub fn receivers(case: &CaseFile) -> People {
    let draft = &case.draft;
    let action = case.facts().action(draft);
    let managers = (0..draft.sites.len()).filter_map(|site| filing::material::manager(draft, site));
    let principal = action.is_none_or(Action::texts_principal).then_some(&draft.principal);
    people(principal.into_iter().chain(managers))
}

impl<'a> Authority<'a> {
    /// The authority behind a server.
    pub fn new(server: &'a Server) -> Self {
        Self { server, spent: RefCell::default() }
    }

    /// Everybody reads the code on their phone and enters it on the ministry's page.
    pub async fn verify(&self, people: &People, wrong_codes: u8) -> Result<Seen, Failure> {
        let mut first = true;
        for (mobile, tail) in people {
            let code = insist(async || {
                let messages = self.server.get(format!("api/sms?mobile={}", encode(mobile))).await?;
                let codes = messages.as_array().cloned().unwrap_or_default();
                let code = codes.iter().map(|message| text(&message["code"]).to_owned()).find(|code| !code.is_empty());
                Ok(code.filter(|code| !self.spent.borrow().contains(&format!("{mobile}{code}"))))
            })
            .await?;
            if first {
                for _ in 0..wrong_codes.min(4) {
                    let wrong = if code == "000000" { "111111" } else { "000000" };
                    self.enter(mobile, wrong, tail, &["wrong"]).await?;
                }
            }
            first = false;
            self.enter(mobile, &code, tail, &["verified", "waiting_for_other"]).await?;
            self.spent.borrow_mut().insert(format!("{mobile}{code}"));
        }
        let shown: Vec<String> = people.keys().map(|mobile| mask(mobile)).collect();
        Ok(vec![("mobiles", shown.join(", ")), ("wrong", wrong_codes.to_string())])
    }

    async fn enter(&self, mobile: &str, code: &str, tail: &str, expected: &[&str]) -> Result<(), Failure> {
        let body = json!({ "mobile": mobile, "code": code, "id_tail": tail });
        let answer = self.server.post("api/verify", body).await?;
        let state = text(&answer["state"]);
        if expected.contains(&state) {
            return Ok(());
        }
        Err(Failure::Odd(format!("the code check answers {answer}")))
    }

    /// The officer finds the filing at the desk and approves it, or refuses with an opinion.
    pub async fn decide(&self, case: &CaseFile, refusal: Option<&str>) -> Result<Seen, Failure> {
        let name = case.draft.basic.name.trim().to_owned();
        let found = insist(async || {
            let desk = self.server.get("api/desk?state=waiting").await?;
            let items = desk.as_array().or_else(|| desk["items"].as_array()).cloned().unwrap_or_default();
            Ok(items.into_iter().find(|item| item.to_string().contains(&name)))
        })
        .await?;
        let id = match &found["id"] {
            Value::String(id) => id.clone(),
            id => id.to_string(),
        };
        let body = json!({ "approve": refusal.is_none(), "opinion": refusal.unwrap_or_default() });
        self.server.post(format!("api/desk/{id}/decision"), body).await?;
        Ok(vec![("id", id)])
    }

    /// The authority's own look-up knows a number.
    pub async fn look_up(&self, domain: &str, number: &str) -> Result<Seen, Failure> {
        let found = self.server.get(format!("api/lookup?q={}", encode(domain))).await?;
        if !found.to_string().contains(number) {
            return Err(Failure::Odd(format!("the authority's look-up does not know {number}: {found}")));
        }
        Ok(vec![("domain", domain.to_owned()), ("number", number.to_owned())])
    }

    /// The number of the site of a domain, once there is one.
    pub async fn number_of(&self, domain: &str) -> Result<Option<String>, Failure> {
        let found = self.server.get(format!("api/lookup?q={}", encode(domain))).await?;
        Ok(found[0]["site_number"].as_str().map(str::to_owned))
    }

    /// The authority's own look-up knows a site by a new name.
    pub async fn look_up_name(&self, domain: &str, name: &str) -> Result<Seen, Failure> {
        let found = self.server.get(format!("api/lookup?q={}", encode(domain))).await?;
        if text(&found[0]["site"]) != name {
            return Err(Failure::Odd(format!("the authority's look-up does not know {name}: {found}")));
        }
        Ok(vec![("domain", domain.to_owned()), ("name", name.to_owned())])
    }

    /// The authority's own look-up does not know a domain any more.
    pub async fn look_up_nothing(&self, domain: &str) -> Result<Seen, Failure> {
        let found = self.server.get(format!("api/lookup?q={}", encode(domain))).await?;
        if found.as_array().is_none_or(|found| !found.is_empty()) {
            return Err(Failure::Odd(format!("the authority's look-up still knows {domain}: {found}")));
        }
        Ok(vec![("domain", domain.to_owned())])
    }

    /// Reads the ledger: every number the platform holds as stored arrived and was taken exactly once, and no other came. What
    /// another provider sent is not ours.
    pub async fn compare(&self, mut stored: Vec<u64>, neighbour: i64) -> Result<Seen, Failure> {
        let ledger = insist(async || self.server.get("api/ledger").await.map(Some)).await?;
        let mut taken: Vec<u64> = Vec::new();
        let ours = |row: &&Value| row["isp_id"] != json!(neighbour);
        for row in ledger.as_array().into_iter().flatten().filter(ours) {
            if row["received"] != json!(1) || row["accepted"] != json!(1) {
                return Err(Failure::Odd(format!("a number did not arrive exactly once: {row}")));
            }
            taken.extend(row["sequence"].as_u64());
        }
        taken.sort_unstable();
        stored.sort_unstable();
        let gapless = taken.windows(2).all(|pair| pair[1] == pair[0] + 1);
        // The platform shows its latest uploads only.
        if !gapless || !taken.ends_with(&stored) {
            return Err(Failure::Odd(format!("the authority took {taken:?}, the platform holds {stored:?} as stored")));
        }
        Ok(vec![("count", taken.len().to_string())])
    }
}
