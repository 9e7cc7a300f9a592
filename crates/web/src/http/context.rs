//! What a page knows of its request before it begins: the world, the language, who asks, where they are.

use app::act::{AccountView, QueueCounts, authenticate};
use app::world::World;
use app::{Actor, Origin};
use axum::extract::{FromRef, FromRequestParts};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use jiff::Timestamp;

use crate::http::failure::Failure;
use crate::locale::{Lang, T};
use crate::request;
use crate::view::{NavItem, Shell};

/// The cookie that remembers the language.
pub const LANG_COOKIE: &str = "lang";

/// A request for a page.
#[derive(Clone)]
pub struct Ctx {
    /// The world of the acts.
    pub world: World,
    /// The reader's language.
    pub t: T,
    /// Where the request comes from.
    pub origin: Origin,
    /// Its address below this site.
    pub path: String,
    /// What was just done, by its word in `done-…`.
    pub done: Option<String>,
    /// Who asks, when known.
    pub actor: Option<Actor>,
}

/// A request of somebody known; a stranger is sent to log in and comes back.
pub struct Signed {
    /// The request.
    pub ctx: Ctx,
    /// Who asks.
    pub actor: Actor,
}

/// The language of a request: the cookie's, or what the browser prefers when it prefers English to Chinese.
#[must_use]
pub fn language(headers: &http::HeaderMap) -> Lang {
    if let Some(lang) = request::cookie(headers, LANG_COOKIE).and_then(|tag| Lang::from_tag(&tag)) {
        return lang;
    }
    let wanted = headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = wanted.split(',').map(str::trim).find(|tag| tag.starts_with("en") || tag.starts_with("zh"));
    if first.is_some_and(|tag| tag.starts_with("en")) { Lang::En } else { Lang::Zh }
}

impl<S> FromRequestParts<S> for Ctx
where
    World: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let world = World::from_ref(state);
        let lang = language(&parts.headers);
        let actor = match request::session_token(&parts.headers) {
            Some(token) => authenticate::by_session(&world, &token).await?,
            None => None,
        };
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self {
            t: T(lang),
            origin: request::origin(parts, lang, &world.settings.trusted_proxies),
            path: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            done: url::form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == "done")
                .map(|(_, word)| word.into_owned()),
            world,
            actor,
        })
    }
}

impl<S> FromRequestParts<S> for Signed
where
    World: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let safe = parts.method.is_safe();
        let ctx = Ctx::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        match ctx.actor.clone() {
            Some(actor) => Ok(Self { ctx, actor }),
            None => {
                // After a form that came too late, the way back is the page it stood on, which is at the same address.
                let to = if safe { ctx.path.as_str() } else { "/" };
                let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
                Err(Redirect::to(&format!("/login?{query}")).into_response())
            }
        }
    }
}

/// Where somebody of this role begins.
#[must_use]
pub fn home_of(role: &str) -> &'static str {
    match role {
        "applicant" => "/orders",
        "reviewer" | "supervisor" => "/review",
        "auditor" => "/audit",
        "administrator" => "/accounts",
        _ => "/account",
    }
}

impl Ctx {
    /// Now, on the world's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// The frame of a page for a stranger, or for somebody whose name is not worth a question to the database.
    #[must_use]
    pub fn plain_shell(&self, title: impl Into<String>) -> Shell {
        let provider = &self.world.settings.provider;
        Shell {
            title: title.into(),
            home: "/",
            strangers: true,
            flash: self.done.as_deref().and_then(|word| self.t.find("done", word)),
            demo: self.world.settings.demo,
            provider: self.t.pick(&provider.name_zh, &provider.name_en).to_owned(),
            path: self.path.clone(),
            ..Shell::default()
        }
    }

    /// The frame of a page, with the navigation of whoever asks.
    ///
    /// # Errors
    /// When the account cannot be read.
    pub async fn shell(&self, title: impl Into<String>) -> Result<Shell, Failure> {
        let mut shell = self.plain_shell(title);
        let Some(actor) = &self.actor else { return Ok(shell) };
        let account = app::act::my_account(&self.world, actor).await?;
        let role = actor.role.as_str();
        let counts = match role {
            "reviewer" | "supervisor" => Some(app::act::queue_counts(&self.world, actor).await?),
            _ => None,
        };
        shell.home = home_of(role);
        shell.strangers = false;
        shell.who = Some(name_of(self.t, &account));
        let tasks = match role {
            "applicant" | "reviewer" | "supervisor" => Box::pin(app::act::open_tasks(&self.world, actor)).await?,
            _ => 0,
        };
        shell.nav = self.nav(role, counts.as_ref(), tasks);
        Ok(shell)
    }

    fn nav(&self, role: &str, counts: Option<&QueueCounts>, tasks: u64) -> Vec<NavItem> {
        let items: &[(&'static str, &str)] = match role {
            "applicant" => &[
                ("/orders", "nav-orders"),
                ("/filings", "nav-filings"),
                ("/tasks", "nav-tasks"),
                ("/resources", "nav-resources"),
                ("/lookup", "nav-lookup"),
            ],
            "reviewer" => &[("/review", "nav-queue"), ("/tasks", "nav-tasks"), ("/lookup", "nav-lookup")],
            "supervisor" => &[
                ("/review", "nav-queue"),
                ("/tasks", "nav-tasks"),
                ("/ledger", "nav-ledger"),
                ("/mailbox", "nav-mailbox"),
                ("/gateways", "nav-gateways"),
                ("/ip-ranges", "nav-ip-ranges"),
                ("/lookup", "nav-lookup"),
            ],
            "administrator" => &[
                ("/accounts", "nav-accounts"),
                ("/ledger", "nav-ledger"),
                ("/mailbox", "nav-mailbox"),
                ("/gateways", "nav-gateways"),
                ("/ip-ranges", "nav-ip-ranges"),
            ],
            "auditor" => &[
                ("/audit", "nav-audit"),
                ("/review", "nav-cases"),
                ("/tasks", "nav-tasks"),
                ("/ledger", "nav-ledger"),
                ("/mailbox", "nav-mailbox"),
                ("/gateways", "nav-gateways"),
                ("/ip-ranges", "nav-ip-ranges"),
            ],
            _ => &[],
        };
        items
            .iter()
            .map(|(href, key)| NavItem {
                href,
                word: self.t.msg(key),
                count: match *href {
                    "/review" => counts.map(|counts| counts.waiting),
                    "/tasks" => (tasks > 0).then_some(tasks),
                    _ => None,
                },
                here: self.path.split(['?', '/']).nth(1) == href.split('/').nth(1),
            })
            .collect()
    }
}

/// What somebody is called at the right end of the frame.
#[must_use]
pub fn name_of(t: T, account: &AccountView) -> String {
    let role = t.of("role", &account.role);
    match (&account.identity, &account.email, &account.mobile) {
        (Some(identity), _, _) => identity.name.clone(),
        (None, Some(contact), _) | (None, None, Some(contact)) if account.role == "applicant" => contact.clone(),
        (None, Some(contact), _) | (None, None, Some(contact)) => format!("{role} {contact}"),
        _ => role,
    }
}
