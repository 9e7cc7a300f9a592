//! One's own account: identity, contact, sessions, keys, password.

use app::act::{
    self, AccountView, ApiKeyView, ChangePassword, CreateApiKey, RevokeApiKey, RevokeSession, SessionView, SetIdentity,
};
use axum::extract::Path;
use filing::nature::Nature;
use uuid::Uuid;

use crate::component::form::{Field, Form, Kind};
use crate::component::list::{Cell, Snippet, Table};
use crate::component::progress::Post;
use crate::component::{Card, Facts, Html, Link, Notice, Row, Tag, Tone};
use crate::http::context::Signed;
use crate::http::typed::Typed;
use crate::locale::T;
use crate::page::enter::{Refused, form_page};
use crate::page::{Shown, fields, go, show, words};
use crate::view::{Head, Page};

/// The account with everything that can open it.
pub async fn account(Signed { ctx, actor }: Signed) -> Shown {
    page(&Signed { ctx, actor }, None).await
}

async fn page(Signed { ctx, actor }: &Signed, new_key: Option<String>) -> Shown {
    let t = ctx.t;
    let account = act::my_account(&ctx.world, actor).await?;
    let sessions = act::list_sessions(&ctx.world, actor).await?;
    let keys = act::list_api_keys(&ctx.world, actor).await?;
    let mut main = vec![Html::of(&identity_card(t, &account))];
    main.push(Card::with(t.msg("account-sessions"), &sessions_table(t, &sessions)).html());
    main.push(keys_card(t, &keys, new_key, account.role == "administrator"));
    let aside = vec![Html::of(&Facts {
        title: t.msg("account-contact"),
        rows: vec![
            Row::new(t.msg("account-email"), account.email.clone().unwrap_or_default()),
            Row::new(t.msg("account-mobile"), account.mobile.clone().unwrap_or_default()),
            Row::new(t.msg("account-role"), t.of("role", &account.role)),
            Row::new(t.msg("account-since"), t.full_time(&account.created_at)),
        ]
        .into_iter()
        .filter(|row| !row.value.is_empty())
        .collect(),
        links: vec![Link::new("/account/password", t.msg("account-password"))],
        ..Facts::default()
    })];
    Ok(show(&Page {
        t,
        shell: ctx.shell(t.msg("nav-account")).await?,
        head: Head { title: t.msg("nav-account"), ..Head::default() },
        top: vec![],
        main,
        aside,
    }))
}

fn identity_card(t: T, account: &AccountView) -> Facts {
    let mut card = Facts { title: t.msg("identity-title"), ..Facts::default() };
    match &account.identity {
        Some(identity) => {
            card.rows = vec![
                Row::new(t.msg("identity-name"), identity.name.clone()),
                Row::new(t.msg("field-basic-nature"), words::nature(t, &identity.nature)),
                Row::new(words::certificate(t, &identity.certificate_kind), identity.certificate_number.clone()),
                Row::new(t.msg("identity-proof"), "").tag(Tag::new(Tone::Ok, t.of("proof", identity.proof.as_str()))),
            ];
            card.links = vec![Link::new("/account/identity", t.msg("identity-change"))];
        }
        None if account.role == "applicant" => {
            card.text = t.msg("identity-none");
            card.links = vec![Link::new("/account/identity", t.msg("identity-set"))];
        }
        None => card.text = t.msg("identity-staff"),
    }
    card
}

fn sessions_table(t: T, sessions: &[SessionView]) -> Table {
    Table {
        caption: t.msg("account-sessions"),
        head: vec![t.msg("session-device"), t.msg("session-since"), t.msg("session-seen"), String::new()],
        rows: sessions
            .iter()
            .map(|session| {
                let end = Post {
                    action: format!("/account/sessions/{}/revoke", session.id),
                    word: t.msg("session-end"),
                    hidden: vec![],
                };
                vec![
                    Cell::text(device(t, &session.user_agent)).note(session.ip.clone()),
                    Cell::text(t.full_time(&session.created_at)),
                    Cell::text(t.full_time(&session.last_seen_at)),
                    if session.current {
                        Cell::tag(Tag::new(Tone::Info, t.msg("session-this")))
                    } else {
                        Cell::post(Some(end))
                    },
                ]
            })
            .collect(),
        more: None,
    }
}

/// A browser's long description in two words; the full one says little to people.
fn device(t: T, user_agent: &str) -> String {
    let browser = [
        ("MicroMessenger", "WeChat"),
        ("Edg/", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]
    .into_iter()
    .find(|(mark, _)| user_agent.contains(mark))
    .map(|(_, name)| name);
    let system =
        [("Android", "Android"), ("iPhone", "iPhone"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")]
            .into_iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| name);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        _ if user_agent.is_empty() => t.msg("session-unknown"),
        _ => user_agent.chars().take(40).collect(),
    }
}

fn keys_card(t: T, keys: &[ApiKeyView], new_key: Option<String>, gateways: bool) -> Html {
    let mut body = Vec::new();
    if let Some(key) = new_key {
        body.push(Html::of(&Notice { tone: Tone::Wait, text: t.msg("key-once"), link: None }));
        body.push(Html::of(&Snippet { t, id: "new-key".into(), text: key }));
    }
    if !keys.is_empty() {
        let rows = keys.iter().map(|key| {
            let end =
                Post { action: format!("/account/keys/{}/revoke", key.id), word: t.msg("key-end"), hidden: vec![] };
            vec![
                Cell::text(key.name.clone()),
                Cell::text(t.full_time(&key.created_at)),
                Cell::text(key.last_used_at.map_or_else(|| t.msg("key-unused"), |at| t.full_time(&at))),
                Cell::post(Some(end)),
            ]
        });
        body.push(Html::of(&Table {
            caption: t.msg("account-keys"),
            head: vec![t.msg("key-name"), t.msg("session-since"), t.msg("key-used"), String::new()],
            rows: rows.collect(),
            more: None,
        }));
    }
    let mut asked = vec![Field::new(t, Kind::Text, "name", t.msg("key-name"))];
    if gateways {
        asked.push(Field::new(t, Kind::Tick, "for_gateway", t.msg("key-for-gateway")));
    }
    let form = Form { inline: true, ..Form::new("/account/keys", asked, t.msg("key-create")) };
    body.push(Html::of(&form));
    Card { title: t.msg("account-keys"), text: t.msg("account-keys-text"), body, id: "keys".into(), ..Card::default() }
        .html()
}

/// Ends another session.
pub async fn revoke_session(Signed { ctx, actor }: Signed, Path(id): Path<Uuid>) -> Shown {
    act::revoke_session(&ctx.world, &actor, RevokeSession { id }).await?;
    Ok(go("/account?done=session-ended"))
}

/// Makes a key and shows it, this once.
pub async fn create_key(signed: Signed, typed: Typed) -> Shown {
    let input = CreateApiKey { name: typed.get("name").to_owned(), for_gateway: typed.has("for_gateway") };
    match act::create_api_key(&signed.ctx.world, &signed.actor, input).await {
        Ok(created) => page(&signed, Some(created.key)).await,
        Err(app::Error::Invalid(_)) => Ok(go("/account?done=key-name#keys")),
        Err(error) => Err(error.into()),
    }
}

/// Ends a key.
pub async fn revoke_key(Signed { ctx, actor }: Signed, Path(id): Path<Uuid>) -> Shown {
    act::revoke_api_key(&ctx.world, &actor, RevokeApiKey { id }).await?;
    Ok(go("/account?done=key-ended#keys"))
}

/// The form for another password.
pub async fn password_form(signed: Signed) -> Shown {
    password_page(&signed, &Refused::nothing()).await
}

async fn password_page(Signed { ctx, .. }: &Signed, refused: &Refused) -> Shown {
    let t = ctx.t;
    let form = Form::new(
        "/account/password",
        vec![
            Field::new(t, Kind::Password, "current", t.msg("password-current")).keyboard("text", "current-password"),
            Field::new(t, Kind::Password, "new", t.msg("password-new"))
                .hint(t.msg("enter-password-hint"))
                .keyboard("text", "new-password"),
        ],
        t.msg("save"),
    )
    .second(Link::new("/account", t.msg("back")));
    form_page(ctx, Head { title: t.msg("account-password"), ..Head::default() }, form, refused, vec![]).await
}

/// Sets another password.
pub async fn password(signed: Signed, typed: Typed) -> Shown {
    let input = ChangePassword { current: typed.raw("current").to_owned(), new: typed.raw("new").to_owned() };
    match act::change_password(&signed.ctx.world, &signed.actor, input).await {
        Ok(_) => Ok(go("/account?done=password-changed")),
        Err(app::Error::Unauthenticated) => {
            let refused = Refused::nothing().saying(signed.ctx.t.msg("password-wrong"));
            password_page(&signed, &refused).await
        }
        Err(error) => {
            let refused = Refused::by(&signed.ctx, error)?;
            password_page(&signed, &refused).await
        }
    }
}

/// The form for the account's identity.
pub async fn identity_form(signed: Signed) -> Shown {
    identity_page(&signed, &Typed::default(), &Refused::nothing()).await
}

async fn identity_page(Signed { ctx, .. }: &Signed, typed: &Typed, refused: &Refused) -> Shown {
    let t = ctx.t;
    let natures = Nature::ALL.iter().map(|nature| fields::choice_of(t, nature.as_str(), &nature.name())).collect();
    let mut kind = Field::new(t, Kind::Select, "certificate_kind", t.msg("field-basic-certificate-kind"))
        .choices(fields::certificate_choices(t))
        .value(typed.get("certificate_kind"));
    kind.follows = crate::component::form::id_of("nature");
    let form = Form::new(
        "/account/identity",
        vec![
            Field::new(t, Kind::Select, "nature", t.msg("field-basic-nature"))
                .choices(natures)
                .value(typed.get("nature")),
            Field::new(t, Kind::Text, "name", t.msg("identity-name"))
                .hint(t.msg("identity-name-hint"))
                .value(typed.get("name"))
                .keyboard("text", "off"),
            kind,
            Field::new(t, Kind::Text, "certificate_number", t.msg("field-basic-certificate-number"))
                .value(typed.get("certificate_number"))
                .keyboard("text", "off"),
        ],
        t.msg("identity-submit"),
    )
    .second(Link::new("/", t.msg("identity-later")));
    let head = Head { title: t.msg("identity-title"), lead: t.msg("identity-lead"), ..Head::default() };
    form_page(ctx, head, form, refused, vec![]).await
}

/// Sets the account's identity.
pub async fn identity(signed: Signed, typed: Typed) -> Shown {
    let input = SetIdentity {
        nature: typed.get("nature").to_owned(),
        name: typed.get("name").to_owned(),
        certificate_kind: typed.get("certificate_kind").to_owned(),
        certificate_number: typed.get("certificate_number").to_owned(),
    };
    match act::set_identity(&signed.ctx.world, &signed.actor, input).await {
        Ok(_) => Ok(go("/orders?done=identity-set")),
        Err(error) => {
            let refused = Refused::by(&signed.ctx, error)?;
            identity_page(&signed, &typed, &refused).await
        }
    }
}
