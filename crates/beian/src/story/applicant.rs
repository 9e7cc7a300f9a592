//! The applicant at the PC and the manager at the phone.

use super::http::Server;
use super::{Failure, Seen, insist, pictures, text};
use filing::case::{CaseFile, CaseMaterial, MaterialSource, Then};
use filing::material::MaterialKind;
use reqwest::Method;
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The applicant of one case.
pub struct Applicant<'a> {
    case: &'a CaseFile,
    /// The folder of the case file, which its pictures are named from.
    folder: &'a Path,
    stranger: &'a Server,
    /// The platform as it knows the applicant.
    known: Server,
    password: String,
    /// Our ids of the case's resources.
    resources: BTreeMap<String, String>,
    order: String,
    /// The subject's number, once there is one.
    number: String,
    /// A word of this run, so that keys of two runs differ.
    run: &'a str,
}

/// The field of a stage in an order.
pub fn stage(order: &Value) -> &str {
    order["kind"].as_str().or_else(|| order["stage"]["stage"].as_str()).unwrap_or_default()
}

impl<'a> Applicant<'a> {
    /// An applicant whom the platform does not know yet.
    pub fn new(case: &'a CaseFile, folder: &'a Path, platform: &'a Server, run: &'a str) -> Self {
        // The same in every run, so that a second story of the same case finds its account again.
        let password = case.account.password.clone().unwrap_or_else(|| format!("story-of-{}", case.id));
        Self {
            case,
            folder,
            stranger: platform,
            known: platform.clone(),
            password,
            resources: BTreeMap::new(),
            order: String::new(),
            number: String::new(),
            run,
        }
    }

    /// The order's id.
    pub fn order(&self) -> &str {
        &self.order
    }

    /// The number of the filing.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Remembers the number of the filing.
    pub fn keep_number(&mut self, number: String) {
        self.number = number;
    }

    /// What the account logs in with: individuals must use the mobile number they file with (Tencent Cloud 243/18911).
    pub fn login(&self) -> &str {
        if self.case.account.identity.individual { &self.case.account.mobile } else { &self.case.account.email }
    }

    /// Registers and confirms the code that came by message, or logs in where the account exists already.
    pub async fn register(&mut self) -> Result<Seen, Failure> {
        let credentials = json!({ "login": self.login(), "password": self.password });
        let registration = RefCell::new(String::new());
        let tried = RefCell::new(BTreeSet::new());
        let unsure = Cell::new(true);
        let signed_in = insist(async || {
            // At first, and whenever an answer was lost, the account may be there already.
            if unsure.take() {
                match self.stranger.post("api/v1/session", credentials.clone()).await {
                    Err(Failure::Refused(problem)) if problem.status == 401 => {}
                    answer => return answer.map(Some).inspect_err(|_| unsure.set(true)),
                }
            }
            unsure.set(true);
            if registration.borrow().is_empty() {
                let body = json!({ "contact": self.login(), "password": self.password });
                let sent = self.stranger.post("api/v1/registrations", body).await?;
                text(&sent["registration"]).clone_into(&mut registration.borrow_mut());
            }
            let messages = self.messages(self.login()).await?;
            let newest = messages.iter().find_map(|message| six_digits(text(&message["text"])));
            let Some(code) = newest.filter(|code| !tried.borrow().contains(code)) else {
                unsure.set(false);
                return Ok(None);
            };
            let bound = registration.borrow().clone();
            let body = json!({ "registration": bound, "contact": self.login(), "code": code });
            let answer = self.stranger.post("api/v1/registrations/confirm", body).await;
            if matches!(answer, Err(Failure::Refused(_))) {
                // Only an answer says that a code is of no use: one whose answer was cut off may not have been taken.
                tried.borrow_mut().insert(code);
            }
            answer.map(Some)
        })
        .await?;
        self.known = self.stranger.with_token(text(&signed_in["token"]));
        Ok(vec![("contact", mask(self.login()))])
    }

    /// The messages that were sent to somebody, the newest first.
    pub async fn messages(&self, to: &str) -> Result<Vec<Value>, Failure> {
        let path = format!("api/v1/demo/messages?to={}", encode(to));
        Ok(self.stranger.get(path).await?.as_array().cloned().unwrap_or_default())
    }

    /// Says who the account belongs to.
    pub async fn identify(&self) -> Result<Seen, Failure> {
        let basic = &self.case.draft.basic;
        let body = json!({
            "nature": basic.nature, "name": self.case.account.identity.name,
            "certificate_kind": basic.certificate_kind, "certificate_number": basic.certificate_number,
        });
        let account = insist(async || {
            self.known.request(Method::PUT, "api/v1/account/identity").body(body.clone()).send().await?.json().map(Some)
        })
        .await?;
        Ok(vec![("proof", text(&account["identity"]["proof"]).to_owned())])
    }

    /// Looks at the resources the provider's inventory brought.
    pub async fn see_resources(&mut self) -> Result<Seen, Failure> {
        let wanted: Vec<&str> = self.case.resources.iter().map(|resource| resource.id.as_str()).collect();
        let listed = insist(async || {
            let listed = self.known.get("api/v1/resources").await?;
            let listed = listed.as_array().cloned().unwrap_or_default();
            Ok((listed.len() >= wanted.len()).then_some(listed))
        })
        .await?;
        for id in wanted {
            let found = listed.iter().find(|listed| text(&listed["external_id"]) == id || text(&listed["id"]) == id);
            let found = found.ok_or_else(|| Failure::Odd(format!("resource {id} is not listed")))?;
            self.resources.insert(id.to_owned(), text(&found["id"]).to_owned());
        }
        Ok(vec![("count", listed.len().to_string())])
    }

    fn resource(&self, id: &str) -> String {
        self.resources.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn basic(&self) -> Value {
        let mut basic = json!(self.case.draft.basic);
        basic["resource"] = json!(self.resource(&self.case.draft.basic.resource));
        basic
    }

    /// Fills the first page and sees which type of filing it is.
    pub async fn check_basic(&self) -> Result<Seen, Failure> {
        let body = json!({ "basic": self.basic() });
        let checked = insist(async || self.known.post("api/v1/checks/basic", body.clone()).await.map(Some)).await?;
        let findings = checked["findings"].as_array().map_or(0, Vec::len);
        let action = text(&checked["detected"]["action"]).to_owned();
        Ok(vec![("action", action), ("findings", findings.to_string())])
    }

    /// Opens the order.
    pub async fn open(&mut self) -> Result<Seen, Failure> {
        let body = json!({ "basic": self.basic() });
        let key = format!("{}-{}-open", self.run, self.case.id);
        let domain = self.case.draft.basic.domain.to_lowercase();
        let order = insist(async || {
            let orders = self.known.get("api/v1/orders").await?;
            let running = orders["items"].as_array().and_then(|orders| {
                orders.iter().find(|order| {
                    text(&order["domain"]) == domain && !matches!(text(&order["stage"]), "filed" | "abandoned")
                })
            });
            if let Some(order) = running {
                return Ok(Some(text(&order["id"]).to_owned()));
            }
            let request = self.known.request(Method::POST, "api/v1/orders");
            let order = request.header("idempotency-key", &key).body(body.clone()).send().await?.json()?;
            Ok(Some(text(&order["id"]).to_owned()))
        })
        .await?;
        self.order = order;
        Ok(vec![("domain", domain)])
    }

    fn path(&self, rest: &str) -> String {
        format!("api/v1/orders/{}{rest}", self.order)
    }

    /// The order as its owner sees it.
    pub async fn view(&self) -> Result<Value, Failure> {
        self.known.get(self.path("")).await
    }

    /// Saves one section on top of whatever was saved last.
    async fn save(&self, patch: Value) -> Result<Value, Failure> {
        insist(async || {
            let edit = self.known.get(self.path("/edit")).await?;
            self.patch(&edit, &patch).await.map(Some)
        })
        .await
    }

    async fn patch(&self, edit: &Value, patch: &Value) -> Result<Value, Failure> {
        let request = self.known.request(Method::PATCH, self.path(""));
        let version = format!("\"{}\"", edit["version"]);
        request.header("if-match", version).body(patch.clone()).send().await?.json()
    }

    /// Fills subject and principal.
    pub async fn fill_subject(&self) -> Result<Seen, Failure> {
        self.save(json!({ "section": "subject", "subject": self.case.draft.subject })).await?;
        self.save(json!({ "section": "principal", "principal": self.case.draft.principal })).await?;
        Ok(vec![])
    }

    /// Fills every site and its manager, adding those after the first.
    pub async fn fill_sites(&self) -> Result<Seen, Failure> {
        for (index, site) in self.case.draft.sites.iter().enumerate() {
            insist(async || {
                let edit = self.known.get(self.path("/edit")).await?;
                let there = edit["draft"]["sites"].as_array().map_or(0, Vec::len);
                if there > index {
                    return Ok(Some(()));
                }
                let patch = json!({
                    "section": "add_site", "domain": site.domain, "resource": self.resource(&site.resource),
                });
                self.patch(&edit, &patch).await?;
                Ok(None)
            })
            .await?;
            self.save(self.site_patch(index, &json!(site))).await?;
            self.save(manager_patch(index, &json!(site))).await?;
        }
        let names: Vec<&str> = self.case.draft.sites.iter().map(|site| site.name.as_str()).collect();
        Ok(vec![("count", names.len().to_string())])
    }

    fn site_patch(&self, index: usize, site: &Value) -> Value {
        let mut fields = serde_json::Map::new();
        for name in ["name", "domain", "resource", "content", "languages", "approvals", "remark"] {
            fields.insert(name.to_owned(), site[name].clone());
        }
        let resource = self.resource(text(&site["resource"]));
        fields.insert("resource".to_owned(), json!(resource));
        json!({ "section": "site", "index": index, "site": fields })
    }

    fn bytes(&self, material: &CaseMaterial) -> Result<Vec<u8>, Failure> {
        pictures::bytes(self.case, self.folder, material)
    }

    fn is_for_phone(material: &CaseMaterial) -> bool {
        matches!(material.kind, MaterialKind::ManagerIdFront | MaterialKind::ManagerIdBack | MaterialKind::ManagerPhoto)
    }

    /// The sites whose manager has pictures to take.
    pub fn sites_for_phone(&self) -> BTreeSet<usize> {
        self.case.materials.iter().filter(|material| Self::is_for_phone(material)).filter_map(|m| m.site).collect()
    }

    /// Shows the QR code; what it leads to.
    pub async fn hand_over(&self, site: usize) -> Result<(Seen, String), Failure> {
        let link =
            insist(async || self.known.post(self.path("/handovers"), json!({ "site": site })).await.map(Some)).await?;
        let token = text(&link["url"]).rsplit('/').next().unwrap_or_default().to_owned();
        Ok((vec![("site", (site + 1).to_string()), ("until", text(&link["expires_at"]).to_owned())], token))
    }

    /// Takes the pictures of a site's manager on the phone.
    pub async fn take_pictures(&self, site: usize, token: &str) -> Result<Seen, Failure> {
        insist(async || self.stranger.get(format!("api/v1/handover/{token}")).await.map(Some)).await?;
        let mut count = 0;
        let mine = self.case.materials.iter().filter(|m| Self::is_for_phone(m) && m.site == Some(site));
        for material in mine {
            let path = format!("api/v1/handover/{token}/materials/{}", material.kind.field(material.site));
            self.put(self.stranger, path, self.bytes(material)?).await?;
            count += 1;
        }
        insist(async || self.stranger.post(format!("api/v1/handover/{token}/finish"), json!({})).await.map(Some))
            .await?;
        Ok(vec![("count", count.to_string())])
    }

    /// Sees at the PC that the phone is done.
    pub async fn follow_phone(&self, site: usize) -> Result<Seen, Failure> {
        insist(async || {
            let progress = self.known.get(self.path(&format!("/handovers/{site}"))).await?;
            Ok((text(&progress["link"]) == "finished").then_some(()))
        })
        .await?;
        Ok(vec![])
    }

    async fn put(&self, server: &Server, path: String, bytes: Vec<u8>) -> Result<Value, Failure> {
        insist(async || {
            let request = server.request(Method::PUT, path.clone());
            request.bytes(bytes.clone(), "image/jpeg").send().await?.json().map(Some)
        })
        .await
    }

    /// Uploads what the phone did not take.
    pub async fn upload(&self, by_phone: bool) -> Result<Seen, Failure> {
        let mut count = 0;
        for material in self.case.materials.iter().filter(|material| !(by_phone && Self::is_for_phone(material))) {
            let path = self.path(&format!("/materials/{}", material.kind.field(material.site)));
            self.put(&self.known, path, self.bytes(material)?).await?;
            count += 1;
        }
        Ok(vec![("count", count.to_string())])
    }

    /// Asks whether anything stands between the order and its submission.
    pub async fn check(&self) -> Result<(Seen, Value), Failure> {
        let checked = insist(async || self.known.get(self.path("/check")).await.map(Some)).await?;
        let count = |severity: &str| {
            let findings = checked["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
            findings.iter().filter(|finding| text(&finding["severity"]) == severity).count().to_string()
        };
        Ok((vec![("blocks", count("block")), ("warnings", count("warn"))], checked))
    }

    /// Accepts the agreements in force and submits.
    pub async fn submit(&self) -> Result<Seen, Failure> {
        let agreements = insist(async || self.stranger.get("api/v1/agreements").await.map(Some)).await?;
        let accepted: Vec<Value> = agreements
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .map(|agreement| json!({ "agreement": agreement["id"], "version": agreement["version"] }))
            .collect();
        insist(async || {
            let order = self.view().await?;
            if !matches!(stage(&order), "draft" | "changes_requested") {
                return Ok(Some(()));
            }
            let request = self.known.request(Method::POST, self.path("/submit"));
            let version = format!("\"{}\"", order["version"]);
            let body = json!({ "agreements": accepted });
            request.header("if-match", version).body(body).send().await?;
            Ok(None)
        })
        .await?;
        Ok(vec![("agreements", accepted.len().to_string())])
    }

    /// Sees what was asked for.
    pub async fn requests(&self) -> Result<(Seen, Vec<String>), Failure> {
        let requests = insist(async || {
            let order = self.view().await?;
            Ok((stage(&order) == "changes_requested").then(|| order["requests"].clone()))
        })
        .await?;
        let requests = requests.as_array().cloned().unwrap_or_default();
        let fields: Vec<String> = requests.iter().map(|request| text(&request["field"]).to_owned()).collect();
        let advice = requests.first().map(|request| text(&request["advice"]).to_owned()).unwrap_or_default();
        Ok((vec![("fields", fields.join(", ")), ("advice", advice)], fields))
    }

    /// Mends fields, and sees that nothing else can be edited.
    pub async fn mend(&self, mend: &BTreeMap<String, String>) -> Result<Seen, Failure> {
        for (field, value) in mend {
            insist(async || {
                let edit = self.known.get(self.path("/edit")).await?;
                if edit["editable"]["all"] != json!(false) {
                    return Err(Failure::Odd("more can be edited than was asked for".to_owned()));
                }
                let mut draft = edit["draft"].clone();
                let pointer = format!("/{}", field.replace('.', "/"));
                let Some(place) = draft.pointer_mut(&pointer) else {
                    return Err(Failure::Odd(format!("the draft has no field {field}")));
                };
                *place = json!(value);
                let patch = self.section(field, &draft);
                self.patch(&edit, &patch).await.map(Some)
            })
            .await?;
        }
        Ok(vec![("fields", mend.keys().cloned().collect::<Vec<_>>().join(", "))])
    }

    /// The patch that saves the section a field belongs to, from a whole draft.
    fn section(&self, field: &str, draft: &Value) -> Value {
        let parts: Vec<&str> = field.split('.').collect();
        match parts.as_slice() {
            ["sites", index, rest @ ..] => {
                let index: usize = index.parse().unwrap_or_default();
                let site = &draft["sites"][index];
                if rest.first().is_some_and(|word| word.starts_with("manager")) {
                    manager_patch(index, site)
                } else {
                    self.site_patch(index, site)
                }
            }
            [section, ..] => json!({ "section": section, *section: draft[*section] }),
            [] => Value::Null,
        }
    }

    /// Waits until the order is at a stage.
    pub async fn wait_for(&self, wanted: &str) -> Result<Value, Failure> {
        insist(async || {
            let order = self.view().await?;
            let now = stage(&order).to_owned();
            if now == wanted {
                return Ok(Some(order));
            }
            if wanted != "changes_requested" && matches!(now.as_str(), "changes_requested" | "abandoned") {
                let why = order["requests"].to_string();
                return Err(Failure::Odd(format!("the order is {now} instead of {wanted}: {why}")));
            }
            Ok(None)
        })
        .await
    }

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

    /// Says that the text messages were confirmed.
    pub async fn confirm_sms(&self) -> Result<Seen, Failure> {
        insist(async || {
            let order = self.view().await?;
            if stage(&order) != "awaiting_sms" {
                return Ok(Some(()));
            }
            self.known.post(self.path("/confirm-sms"), json!({})).await?;
            Ok(None)
        })
        .await?;
        Ok(vec![])
    }
}

fn manager_patch(index: usize, site: &Value) -> Value {
    json!({
        "section": "manager", "index": index,
        "manager_is_principal": site["manager_is_principal"], "manager": site["manager"],
    })
}

/// The first run of exactly six digits in a text.
fn six_digits(text: &str) -> Option<String> {
    text.split(|character: char| !character.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
}

/// A mail address or number as it may be shown.
pub fn mask(contact: &str) -> String {
    match contact.split_once('@') {
        Some((name, domain)) => format!("{}***@{domain}", name.chars().take(2).collect::<String>()),
        None if contact.len() > 7 => format!("{}****{}", &contact[..3], &contact[contact.len() - 4..]),
        None => contact.to_owned(),
    }
}

/// A text as it may stand in a query.
pub fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_and_not_part_of_a_longer_number() {
        assert_eq!(six_digits("【Beian】验证码 482913，10 分钟内有效。").as_deref(), Some("482913"));
        assert_eq!(six_digits("请致电 4001234567"), None);
    }

    #[test]
    fn a_contact_is_masked() {
        assert_eq!(mask("zhou@example.com"), "zh***@example.com");
        assert_eq!(mask("13812346620"), "138****6620");
    }
}
