//! The provider's people: a reviewer at the desk, an administrator with the inventory.

use super::applicant::stage;
use super::http::Server;
use super::{Failure, Seen, insist, text};
use filing::case::{CaseFile, Round};
use reqwest::Method;
use serde_json::{Value, json};

/// Somebody of the provider, logged in.
pub struct Staff {
    platform: Server,
}

impl Staff {
    /// Logs in with `LOGIN:PASSWORD`.
    pub async fn log_in(platform: &Server, credentials: &str) -> Result<Self, Failure> {
        let (login, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        let body = json!({ "login": login, "password": password });
        let signed_in = insist(async || platform.post("api/v1/session", body.clone()).await.map(Some)).await?;
        Ok(Self { platform: platform.with_token(text(&signed_in["token"])) })
    }

    /// Brings the case's resources into the account of the applicant, as the provider's inventory would.
    pub async fn import(&self, case: &CaseFile, login: &str, origin: &str) -> Result<Seen, Failure> {
        let resources: Vec<Value> = case
            .resources
            .iter()
            .map(|resource| {
                let mut resource = json!(resource);
                // Wherever the case says its websites run, this story's run here.
                resource["origin"] = json!(origin);
                json!({ "account": login, "resource": resource })
            })
            .collect();
        let body = json!({ "resources": resources });
        insist(async || self.platform.post("api/v1/resources/import", body.clone()).await.map(Some)).await?;
        Ok(vec![("count", resources.len().to_string())])
    }

    /// Waits until the platform's own ledger has nothing open: its uploads as numbers with their order.
    pub async fn settled_uploads(&self) -> Result<Vec<u64>, Failure> {
        insist(async || {
            let ledger = self.platform.get("api/v1/ledger").await?;
            let rows = |what: &str| ledger[what].as_array().cloned().unwrap_or_default();
            let open = |rows: Vec<Value>, end: &str| rows.iter().any(|row| text(&row["state"]) != end);
            if open(rows("uploads"), "stored") || open(rows("downloads"), "acked") {
                return Ok(None);
            }
            Ok(Some(rows("uploads").iter().filter_map(|row| row["sequence"].as_u64()).collect()))
        })
        .await
    }

    fn path(order: &str, rest: &str) -> String {
        format!("api/v1/review/orders/{order}{rest}")
    }

    async fn case(&self, order: &str) -> Result<Value, Failure> {
        self.platform.get(Self::path(order, "")).await
    }

    /// Finds the order in the queue and claims it.
    pub async fn claim(&self, order: &str) -> Result<Seen, Failure> {
        let case = insist(async || {
            let case = self.case(order).await?;
            if case["mine"] == json!(true) {
                return Ok(Some(case));
            }
            if stage(&case["order"]) == "submitted" && !self.is_waiting(order).await? {
                return Err(Failure::Odd("a submitted order is not in the queue".to_owned()));
            }
            self.platform.post(Self::path(order, "/claim"), json!({})).await?;
            Ok(None)
        })
        .await?;
        let count = |what: &str| case[what].as_array().map_or(0, Vec::len).to_string();
        Ok(vec![("rows", count("rows")), ("findings", count("findings"))])
    }

    /// Whether the order waits in the queue, on whatever page.
    async fn is_waiting(&self, order: &str) -> Result<bool, Failure> {
        let mut path = "api/v1/review/orders?view=waiting".to_owned();
        loop {
            let page = self.platform.get(path).await?;
            let rows = page["items"].as_array().cloned().unwrap_or_default();
            if rows.iter().any(|row| text(&row["order"]) == order) {
                return Ok(true);
            }
            match page["next"].as_str() {
                Some(next) => {
                    path = format!("api/v1/review/orders?view=waiting&cursor={}", super::applicant::encode(next))
                }
                None => return Ok(false),
            }
        }
    }

    /// Looks at every row beside its document and marks it; after a round of changes some rows show what stood there
    /// before.
    pub async fn look(&self, order: &str, mended: bool) -> Result<Seen, Failure> {
        let case = insist(async || self.case(order).await.map(Some)).await?;
        let rows = case["rows"].as_array().cloned().unwrap_or_default();
        let changed = rows.iter().filter(|row| !row["changed"].is_null()).count();
        if mended && changed == 0 {
            return Err(Failure::Odd("the reviewer does not see what was changed".to_owned()));
        }
        for row in &rows {
            if text(&row["mark"]) != "ok" {
                self.mark(order, text(&row["field"]), json!({ "mark": "ok" })).await?;
            }
        }
        Ok(vec![("rows", rows.len().to_string()), ("changed", changed.to_string())])
    }

    async fn mark(&self, order: &str, field: &str, mark: Value) -> Result<(), Failure> {
        insist(async || {
            let request = self.platform.request(Method::PUT, Self::path(order, &format!("/marks/{field}")));
            request.body(mark.clone()).send().await.map(|_| Some(()))
        })
        .await
    }

    /// Calls the principal and the managers, and writes down that they confirmed.
    pub async fn call(&self, order: &str, run: &str) -> Result<Seen, Failure> {
        let case = insist(async || self.case(order).await.map(Some)).await?;
        let (submissions, draft) = (case["submissions"].to_string(), &case["order"]["draft"]);
        let is_person = text(&draft["basic"]["nature"]) == "individual";
        let managers = draft["sites"].as_array().into_iter().flatten().enumerate();
        let managers = managers.filter(|(_, site)| !is_person && site["manager_is_principal"] == json!(false));
        let mut calls = vec![json!({ "who": "principal", "outcome": "confirmed" })];
        calls.extend(managers.map(|(site, _)| json!({ "who": "manager", "site": site, "outcome": "confirmed" })));
        for (number, call) in calls.iter_mut().enumerate() {
            // The note tells this call from any other, so that one that was written down is not written down again.
            let note = format!("story {run}, submission {submissions}, call {}", number + 1);
            call["note"] = json!(note);
            insist(async || {
                let case = self.case(order).await?;
                if case["calls"].as_array().is_some_and(|calls| calls.iter().any(|call| text(&call["note"]) == note)) {
                    return Ok(Some(()));
                }
                self.platform.post(Self::path(order, "/calls"), call.clone()).await?;
                Ok(None)
            })
            .await?;
        }
        Ok(vec![("count", calls.len().to_string())])
    }

    /// Sends the order back with what is to be mended.
    pub async fn request_changes(&self, order: &str, round: &Round) -> Result<Seen, Failure> {
        for request in &round.requests {
            let mark = json!({ "mark": "needs_change", "advice": request.advice });
            self.mark(order, &request.field, mark).await?;
        }
        let body = json!({ "requests": round.requests });
        self.act(order, "/request-changes", &body, "in_review").await?;
        let fields: Vec<&str> = round.requests.iter().map(|request| request.field.as_str()).collect();
        Ok(vec![("fields", fields.join(", "))])
    }

    /// Passes the order on to the authority.
    pub async fn pass(&self, order: &str) -> Result<Seen, Failure> {
        self.act(order, "/pass", &json!({}), "in_review").await?;
        Ok(vec![])
    }

    /// Does an act that ends a stage, once, however often it has to be asked for.
    async fn act(&self, order: &str, act: &str, body: &Value, ends: &str) -> Result<(), Failure> {
        insist(async || {
            let case = self.case(order).await?;
            if stage(&case["order"]) != ends {
                return Ok(Some(()));
            }
            self.platform.post(Self::path(order, act), body.clone()).await?;
            Ok(None)
        })
        .await
    }
}
