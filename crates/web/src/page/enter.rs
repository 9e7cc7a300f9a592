//! Coming in and going out: register, confirm, log in, log out.

use app::act::{self, ConfirmContact, LogIn, Register, ResendCode, SignedIn};
use axum::extract::Query;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use uuid::Uuid;

use crate::component::form::{Field, Form, Kind, summary_of};
use crate::component::{Card, ErrorSummary, Html, Link};
use crate::http::context::{Ctx, Signed, home_of};
use crate::http::typed::Typed;
use crate::page::public::own_path;
use crate::page::{Shown, fields, go, show_with};
use crate::request::{COOKIE, cookie};
use crate::view::{Head, Page};

/// Where to go after logging in, and which registration is confirmed.
#[derive(Debug, Default, Deserialize)]
pub struct Way {
    #[serde(default)]
    to: String,
    #[serde(default)]
    registration: Uuid,
}

/// The cookie that remembers which contact is confirmed.
const CONTACT: &str = "beian_contact";

/// What went wrong, said on the form again: findings beside their fields, anything else on top.
pub struct Refused {
    status: StatusCode,
    findings: Vec<filing::check::Finding>,
    said: Option<String>,
}

impl Refused {
    /// Nothing went wrong yet.
    #[must_use]
    pub const fn nothing() -> Self {
        Self { status: StatusCode::OK, findings: Vec::new(), said: None }
    }

    /// Takes what a form can say; what it cannot say becomes a page of its own.
    ///
    /// # Errors
    /// With what the form cannot say.
    pub fn by(ctx: &Ctx, error: app::Error) -> Result<Self, app::Error> {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
        match error {
            app::Error::Invalid(findings) => Ok(Self { status, findings, said: None }),
            app::Error::Internal(_) | app::Error::NotFound | app::Error::Forbidden => Err(error),
            app::Error::Throttled { retry_after_seconds } => {
                let left = i64::try_from(retry_after_seconds).unwrap_or(i64::MAX).saturating_add(59);
                let said = format!(
                    "{} {}",
                    ctx.t.msg("error-throttled"),
                    ctx.t.one("error-retry", "time", ctx.t.duration(left))
                );
                Ok(Self { status, findings: Vec::new(), said: Some(said) })
            }
            other => Ok(Self { status, findings: Vec::new(), said: Some(ctx.t.of("error", other.code())) }),
        }
    }

    /// The status to answer with.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The same refusal said in other words.
    #[must_use]
    pub fn saying(mut self, said: String) -> Self {
        self.said = Some(said);
        self
    }

    /// Puts the findings beside their fields and gives the summary for the top.
    #[must_use]
    pub fn onto(&self, ctx: &Ctx, form: &mut Form) -> ErrorSummary {
        let mut items: Vec<Link> = self.said.iter().map(|said| Link::new("", said.clone())).collect();
        for finding in &self.findings {
            if !form.fields().any(|field| field.name == finding.field) {
                items.push(Link::new("", ctx.t.text(&finding.message)));
            }
        }
        for (_, list) in &mut form.groups {
            fields::attach(ctx.t, list, &self.findings);
        }
        items.extend(summary_of(form.fields()));
        ErrorSummary { t: ctx.t, items }
    }
}

/// A narrow page with one form.
///
/// # Errors
/// When the frame cannot be drawn.
pub async fn form_page(ctx: &Ctx, head: Head, mut form: Form, refused: &Refused, below: Vec<Html>) -> Shown {
    let summary = refused.onto(ctx, &mut form);
    let mut shell = ctx.shell(head.title.clone()).await?;
    shell.narrow = true;
    let mut main = vec![Card { body: vec![Html::of(&form)], ..Card::default() }.html()];
    main.extend(below);
    let page = Page { t: ctx.t, shell, head, top: vec![Html::of(&summary)], main, aside: vec![] };
    Ok(show_with(refused.status(), &page))
}

/// The form to register.
pub async fn register_form(ctx: Ctx) -> Shown {
    register_page(&ctx, "", &Refused::nothing()).await
}

async fn register_page(ctx: &Ctx, contact: &str, refused: &Refused) -> Shown {
    let t = ctx.t;
    let form = Form::new(
        "/register",
        vec![
            Field::new(t, Kind::Text, "contact", t.msg("enter-contact"))
                .hint(t.msg("enter-contact-hint"))
                .value(contact)
                .keyboard("email", "username"),
            Field::new(t, Kind::Password, "password", t.msg("enter-password"))
                .hint(t.msg("enter-password-hint"))
                .keyboard("text", "new-password"),
        ],
        t.msg("register-submit"),
    )
    .second(Link::new("/login", t.msg("register-have")));
    form_page(
        ctx,
        Head { title: t.msg("register-title"), lead: t.msg("register-lead"), ..Head::default() },
        form,
        refused,
        vec![],
    )
    .await
}

/// Registers, and goes on to the code.
pub async fn register(ctx: Ctx, typed: Typed) -> Shown {
    let input = Register { contact: typed.get("contact").to_owned(), password: typed.raw("password").to_owned() };
    match act::register(&ctx.world, &ctx.origin, input).await {
        Ok(sent) => Ok(go_on(&ctx, typed.get("contact"), sent.registration)),
        Err(error) => register_page(&ctx, typed.get("contact"), &Refused::by(&ctx, error)?).await,
    }
}

/// On to the code. The address names the registration alone: addresses end up in histories and logs, so the contact
/// goes along in a cookie that only the page of the code gets, and not for long.
fn go_on(ctx: &Ctx, contact: &str, registration: Uuid) -> Response {
    let mut response = go(&format!("/confirm?registration={registration}&done=code-sent"));
    let minutes = u64::from(ctx.world.settings.code_minutes) * 2;
    remember_contact(ctx, &mut response, contact, minutes * 60);
    response
}

fn remember_contact(ctx: &Ctx, response: &mut Response, contact: &str, seconds: u64) {
    let contact: String = url::form_urlencoded::byte_serialize(contact.as_bytes()).collect();
    let secure = secure(ctx);
    let cookie = format!("{CONTACT}={contact}; Path=/confirm; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn remembered_contact(headers: &HeaderMap) -> String {
    let pair = format!("{CONTACT}={}", cookie(headers, CONTACT).unwrap_or_default());
    let contact = url::form_urlencoded::parse(pair.as_bytes()).next();
    contact.map(|(_, contact)| contact.into_owned()).unwrap_or_default()
}

fn secure(ctx: &Ctx) -> &'static str {
    if ctx.world.settings.public_url.scheme() == "https" { "; Secure" } else { "" }
}

/// The form for the code that was sent.
pub async fn confirm_form(ctx: Ctx, Query(way): Query<Way>, headers: HeaderMap) -> Shown {
    confirm_page(&ctx, &remembered_contact(&headers), way.registration, "", &Refused::nothing()).await
}

async fn confirm_page(ctx: &Ctx, contact: &str, registration: Uuid, code: &str, refused: &Refused) -> Shown {
    let t = ctx.t;
    let form = Form::new(
        "/confirm",
        vec![
            Field::new(t, Kind::Text, "contact", t.msg("enter-contact")).value(contact).keyboard("email", "username"),
            Field::new(t, Kind::Text, "code", t.msg("enter-code"))
                .hint(t.msg("enter-code-hint"))
                .value(code)
                .keyboard("numeric", "one-time-code"),
        ],
        t.msg("confirm-submit"),
    )
    .hidden("registration", registration.to_string());
    let again = Form { submit: t.msg("confirm-resend"), action: "/confirm/resend".into(), ..Form::default() }
        .hidden("contact", contact)
        .hidden("registration", registration.to_string());
    let below = vec![Card { text: t.msg("confirm-none"), body: vec![Html::of(&again)], ..Card::default() }.html()];
    form_page(
        ctx,
        Head { title: t.msg("confirm-title"), lead: t.msg("confirm-lead"), ..Head::default() },
        form,
        refused,
        below,
    )
    .await
}

/// Confirms the contact, which also logs in.
pub async fn confirm(ctx: Ctx, typed: Typed) -> Shown {
    let (contact, code) = (typed.get("contact"), typed.get("code"));
    let registration = typed.get("registration").parse().unwrap_or_default();
    let input = ConfirmContact { registration, contact: contact.to_owned(), code: code.to_owned() };
    match act::confirm_contact(&ctx.world, &ctx.origin, input).await {
        Ok(signed_in) => {
            let mut response = enter(&ctx, &signed_in, "/account/identity?done=registered");
            remember_contact(&ctx, &mut response, "", 0);
            Ok(response)
        }
        Err(error) => confirm_page(&ctx, contact, registration, code, &Refused::by(&ctx, error)?).await,
    }
}

/// Sends another code.
pub async fn resend(ctx: Ctx, typed: Typed) -> Shown {
    let contact = typed.get("contact");
    let registration = typed.get("registration").parse().unwrap_or_default();
    match act::resend_code(&ctx.world, &ctx.origin, ResendCode { registration, contact: contact.to_owned() }).await {
        Ok(sent) => Ok(go_on(&ctx, contact, sent.registration)),
        Err(error) => confirm_page(&ctx, contact, registration, "", &Refused::by(&ctx, error)?).await,
    }
}

/// The form to log in.
pub async fn log_in_form(ctx: Ctx, Query(way): Query<Way>) -> Shown {
    if let Some(actor) = &ctx.actor {
        let to = if way.to.is_empty() { home_of(actor.role.as_str()) } else { own_path(&way.to) };
        return Ok(go(to));
    }
    log_in_page(&ctx, "", &way.to, &Refused::nothing()).await
}

async fn log_in_page(ctx: &Ctx, login: &str, to: &str, refused: &Refused) -> Shown {
    let t = ctx.t;
    let form = Form::new(
        "/login",
        vec![
            Field::new(t, Kind::Text, "login", t.msg("enter-contact")).value(login).keyboard("email", "username"),
            Field::new(t, Kind::Password, "password", t.msg("enter-password")).keyboard("text", "current-password"),
        ],
        t.msg("log-in"),
    )
    .hidden("to", to)
    .second(Link::new("/register", t.msg("login-new")));
    form_page(ctx, Head { title: t.msg("login-title"), ..Head::default() }, form, refused, vec![]).await
}

/// Logs in.
pub async fn log_in(ctx: Ctx, typed: Typed) -> Shown {
    let login = typed.get("login");
    let input = LogIn { login: login.to_owned(), password: typed.raw("password").to_owned() };
    match act::log_in(&ctx.world, &ctx.origin, input).await {
        Ok(signed_in) => {
            let to = match typed.get("to") {
                "" | "/" => "",
                to => own_path(to),
            };
            Ok(enter(&ctx, &signed_in, to))
        }
        Err(app::Error::Unauthenticated) => {
            let refused = Refused { status: StatusCode::UNAUTHORIZED, ..Refused::nothing() };
            log_in_page(&ctx, login, typed.get("to"), &refused.saying(ctx.t.msg("login-wrong"))).await
        }
        Err(error) => log_in_page(&ctx, login, typed.get("to"), &Refused::by(&ctx, error)?).await,
    }
}

/// Hands the session to the browser and goes on; without a way, to where this role begins.
fn enter(ctx: &Ctx, signed_in: &SignedIn, to: &str) -> Response {
    let home = home_of(&signed_in.account.role);
    let mut response = go(if to.is_empty() { home } else { to });
    let seconds = signed_in.expires_at.duration_since(ctx.now()).as_secs().max(0);
    set_session(ctx, &mut response, &signed_in.token, seconds);
    response
}

fn set_session(ctx: &Ctx, response: &mut Response, token: &str, seconds: i64) {
    let secure = secure(ctx);
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// Logs out; a session that is already gone is forgotten all the same.
pub async fn log_out(ctx: Ctx) -> Shown {
    if let Some(actor) = &ctx.actor {
        act::log_out(&ctx.world, actor).await?;
    }
    let mut response = go("/");
    set_session(&ctx, &mut response, "", 0);
    Ok(response)
}

/// Sends somebody who is signed in to where their role begins.
pub async fn start(signed: Signed) -> Response {
    go(home_of(signed.actor.role.as_str()))
}
