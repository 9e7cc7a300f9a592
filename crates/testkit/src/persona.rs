//! People of the tests, who come in the way people do: they register, read the code, say who they are.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use app::account::SignedIn;
use app::act::{self, ConfirmContact, CreateAccount, DemoMessages, ListAccounts, Register, SetIdentity};
use app::{Actor, Origin, World};
use filing::case::CaseFile;
use store::AccountId;
use store::account::Role;

/// The password of everybody in the tests.
pub const PASSWORD: &str = "a long enough password";

/// Where the tests come from.
#[must_use]
pub fn origin() -> Origin {
    Origin { ip: "192.0.2.7".to_owned(), user_agent: "test".to_owned(), language: app::Language::English }
}

/// Whoever holds a session.
///
/// # Errors
/// When the session is not good.
pub async fn actor(world: &World, signed_in: &SignedIn) -> Result<Actor> {
    act::authenticate::by_session(world, &signed_in.token).await?.context("the session is good")
}

/// The six digits of the latest message to a contact.
///
/// # Errors
/// When there is no such message.
pub async fn code(world: &World, contact: &str) -> Result<String> {
    let messages = act::demo_messages(world, &origin(), DemoMessages { to: Some(contact.to_owned()) }).await?;
    let text = &messages.first().context("a message came")?.text;
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6);
    Ok(digits.with_context(|| format!("a code in {text}"))?.to_owned())
}

/// Somebody who registers and confirms their contact.
///
/// # Errors
/// When they cannot.
pub async fn registered(world: &World, contact: &str) -> Result<Actor> {
    let input = Register { contact: contact.to_owned(), password: PASSWORD.to_owned() };
    let sent = act::register(world, &origin(), input).await?;
    let code = code(world, contact).await?;
    let input = ConfirmContact { registration: sent.registration, contact: contact.to_owned(), code };
    actor(world, &act::confirm_contact(world, &origin(), input).await?).await
}

/// Somebody the operator made an account for.
///
/// # Errors
/// When there is one already.
pub async fn staff(world: &World, role: Role) -> Result<Actor> {
    staff_at(world, role, &format!("{role}@provider.example.com")).await
}

/// Somebody of the staff with a mail address of their own.
///
/// # Errors
/// When there is one already.
pub async fn staff_at(world: &World, role: Role, contact: &str) -> Result<Actor> {
    let input =
        CreateAccount { contact: contact.to_owned(), role: role.as_str().to_owned(), password: PASSWORD.to_owned() };
    let view = act::create_account(world, &Actor::operator(), input).await?;
    Ok(Actor { account: AccountId(view.id), role, via: app::Via::Cli })
}

/// Somebody of the staff who is there already.
///
/// # Errors
/// When nobody of this role is.
pub async fn staff_of(world: &World, role: Role) -> Result<Actor> {
    let input = ListAccounts { role: Some(role.as_str().to_owned()), cursor: None };
    let found = act::list_accounts(world, &Actor::operator(), input).await?.items;
    let account = found.first().context("somebody of the staff")?;
    Ok(Actor { account: AccountId(account.id), role, via: app::Via::Cli })
}

/// The applicant of a case, registered and verified.
///
/// # Errors
/// When they cannot be.
pub async fn applicant(world: &World, case: &CaseFile) -> Result<Actor> {
    let actor = registered(world, &case.account.email).await?;
    let basic = &case.draft.basic;
    let identity = SetIdentity {
        nature: basic.nature.clone(),
        name: case.account.identity.name.clone(),
        certificate_kind: basic.certificate_kind.clone(),
        certificate_number: case.account.identity.certificate_number.clone(),
    };
    act::set_identity(world, &actor, identity).await.map_err(|error| anyhow!("{error}: {:?}", error.findings()))?;
    Ok(actor)
}

/// The folder of the example cases.
#[must_use]
pub fn cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/cases")
}

/// An example case by its word.
///
/// # Errors
/// When there is none, or it is broken.
pub fn case(word: &str) -> Result<CaseFile> {
    let path = cases().join(format!("{word}.json"));
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// The case `individual` as somebody else's: another number, phone, domain and server.
///
/// # Errors
/// When there are more people than days since 1960.
pub fn nth(template: &CaseFile, n: usize) -> Result<CaseFile> {
    let born = jiff::civil::date(1960, 1, 1).checked_add(jiff::SignedDuration::from_hours(24 * i64::try_from(n)?))?;
    let first = format!("110108{}{:02}{:02}982", born.year(), born.month(), born.day());
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.bytes().zip(weights).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    let check = char::from(b"10X98765432"[(sum % 11) as usize]);
    let text = serde_json::to_string(template)?
        .replace("110108199005129827", &format!("{first}{check}"))
        .replace("zhixia-notes", &format!("zhixia-notes{n}"))
        .replace("13600007352", &format!("136{n:08}"))
        .replace("lh-bj-01", &format!("lh-bj-{n}"))
        .replace("203.0.113.41", &format!("203.{}.{}.{}", 100 + n / 62_500, (n / 250) % 250, n % 250 + 1));
    Ok(serde_json::from_str(&text)?)
}
