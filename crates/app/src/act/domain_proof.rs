//! The owner of a closed domain: proves that it is theirs, sees why it is closed, and has it looked at again.
//!
//! Nobody has to be logged in. The secret in the link ties the three ways of proving, by DNS, by a file, by the
//! account, to whoever began; what DNS and the file must say follows from the secret and is of no use to others.

use filing::domain::DomainName;
use filing::outside::{Silence, Why};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Reader;
use store::account::Role;
use store::domain_proof::{DomainProof, ProvenBy};
use utoipa::ToSchema;

use crate::account::hash_secret;
use crate::actor::{Actor, Origin};
use crate::closed::{self, Explained, KEPT, Looked};
use crate::error::{Error, Result};
use crate::feed;
use crate::job;
use crate::job::watch_closed::{PAUSE, WatchClosed};
use crate::trail::Trail;
use crate::world::World;

/// Where the text stands in DNS, before the domain.
const DNS_LABEL: &str = "_beian";
/// Where the file stands on the website.
const PATH: &str = "/.well-known/beian-domain-proof.txt";
/// What the text begins with.
const PREFIX: &str = "beian-domain-proof=";
/// Nobody looks again sooner.
const SOONEST: SignedDuration = SignedDuration::from_secs(15);

/// Whose domain is to be proven.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartDomainProof {
    /// The domain, or a name below it.
    pub domain: String,
}

/// The secret of a proof.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct DomainProofRef {
    /// The secret.
    pub token: String,
}

/// How to prove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By a text (TXT record) in its DNS.
    Dns,
    /// By a file on its website, read from where the website runs.
    Http,
    /// By being logged in with the account that files it.
    Account,
}

/// Proves that a domain is the asker's.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ProveDomain {
    /// The secret.
    pub token: String,
    /// How.
    pub by: Way,
}

/// A proof that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StartedDomainProof {
    /// The secret; it is shown this once.
    pub token: String,
    /// The page of the proof.
    pub url: String,
    /// Where it stands.
    pub proof: DomainProofView,
}

/// Where a proof stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DomainProofView {
    /// The registrable domain.
    pub domain: String,
    /// Until when the link is good.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// What to put into DNS; none when this platform asks no resolver.
    pub dns: Option<DnsText>,
    /// What to put on the website; none when it is not known where it runs.
    pub http: Option<HttpFile>,
    /// How it was proven; none while it is not.
    pub proven_by: Option<Way>,
    /// What came of the proving that was just tried in vain.
    pub tried: Option<Tried>,
    /// Why it is closed; only who proved it may know.
    pub explained: Option<Explained>,
    /// What was found when it was last looked at again.
    pub looked: Option<Looked>,
}

/// A text in DNS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DnsText {
    /// The name of the TXT record.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A file on a website.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HttpFile {
    /// Its path.
    pub path: String,
    /// What it contains.
    pub content: String,
}

/// A proof that was tried in vain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tried {
    /// How.
    pub by: Way,
    /// Who answered, without what was looked for.
    pub asked: Vec<String>,
    /// Who said nothing that can be used.
    pub silent: Vec<Silence>,
}

/// Begins a proof; whoever is logged in with the account that files the domain has proven it already.
///
/// # Errors
/// `not-a-domain`; [`Error::Throttled`] when one address begins too many.
pub async fn start_domain_proof(
    world: &World,
    origin: &Origin,
    actor: Option<&Actor>,
    input: StartDomainProof,
) -> Result<StartedDomainProof> {
    let domain = DomainName::of_host(input.domain.trim()).map_err(|_| Error::field("domain", "not-a-domain"))?;
    world.rates.start_proof(&origin.ip)?;
    let now = world.now();
    let token = world.secret();
    let proof = DomainProof {
        id: world.uuid(),
        domain: domain.into(),
        token_hash: hash_secret(&token),
        account: None,
        created_at: now,
        expires_at: now + KEPT,
        proven: None,
        looked: None,
    };
    let tx = world.store.write().await?;
    store::domain_proof::insert(&tx, &proof).await?;
    let facts = json!({ "domain": proof.domain });
    who(actor, "start_domain_proof", now).on("domain_proof", proof.id).with(facts).write(&tx).await?;
    tx.commit().await?;
    let proof = match is_own(&world.store.read().await?, actor, &proof.domain).await? {
        true => prove(world, actor, &proof, Way::Account).await?,
        false => proof,
    };
    let view = view(world, actor, &token, &proof, None).await?;
    Ok(StartedDomainProof { url: world.settings.link(&format!("closed/{token}")), token, proof: view })
}

/// Shows where a proof stands, and once it is proven why the domain is closed.
///
/// # Errors
/// `proof-expired` when it is no longer good.
pub async fn view_domain_proof(
    world: &World,
    _origin: &Origin,
    actor: Option<&Actor>,
    input: DomainProofRef,
) -> Result<DomainProofView> {
    let proof = good(&world.store.read().await?, world, &input.token).await?;
    view(world, actor, &input.token, &proof, None).await
}

/// Looks for the proof where it must be.
///
/// # Errors
/// `proof-expired`; [`Error::Throttled`] when one address asks too often. That nothing was found is no error.
pub async fn prove_domain(
    world: &World,
    origin: &Origin,
    actor: Option<&Actor>,
    input: ProveDomain,
) -> Result<DomainProofView> {
    world.rates.look_up(&origin.ip)?;
    let proof = good(&world.store.read().await?, world, &input.token).await?;
    if proof.proven.is_some() {
        return view(world, actor, &input.token, &proof, None).await;
    }
    match find(world, actor, &input, &proof).await? {
        None => {
            let proof = prove(world, actor, &proof, input.by).await?;
            view(world, actor, &input.token, &proof, None).await
        }
        tried => view(world, actor, &input.token, &proof, tried).await,
    }
}

/// Looks again at once whether the cause is gone, and opens the domain if it is.
///
/// # Errors
/// `proof-expired`, `not-proven`; [`Error::Throttled`] when it was looked at just now.
pub async fn recheck_domain(
    world: &World,
    origin: &Origin,
    actor: Option<&Actor>,
    input: DomainProofRef,
) -> Result<DomainProofView> {
    world.rates.look_up(&origin.ip)?;
    let proof = good(&world.store.read().await?, world, &input.token).await?;
    if proof.proven.is_none() {
        return Err(Error::conflict("not-proven"));
    }
    if let Some((at, _)) = &proof.looked
        && let wait = *at + SOONEST - world.now()
        && wait.get_seconds() > 0
    {
        return Err(Error::Throttled { retry_after_seconds: wait.get_seconds().unsigned_abs() });
    }
    closed::look_again(world, &proof, who(actor, "recheck_domain", world.now())).await?;
    let proof = good(&world.store.read().await?, world, &input.token).await?;
    view(world, actor, &input.token, &proof, None).await
}

/// A proof that is still worth something.
async fn good(reader: &Reader, world: &World, token: &str) -> Result<DomainProof> {
    let found = store::domain_proof::find_by_token_hash(reader, &hash_secret(token)).await?;
    found.filter(|proof| proof.expires_at > world.now()).ok_or_else(|| Error::conflict("proof-expired"))
}

fn who(actor: Option<&Actor>, act: &str, at: Timestamp) -> Trail {
    actor.map_or_else(|| Trail::by_stranger(act, at), |actor| Trail::by(actor, act, at))
}

/// What DNS or the file must say.
fn text_of(token: &str) -> String {
    format!("{PREFIX}{}", hash_secret(&format!("{PREFIX}{token}")))
}

fn dns_name(domain: &str) -> String {
    format!("{DNS_LABEL}.{domain}")
}

async fn is_own(reader: &Reader, actor: Option<&Actor>, domain: &str) -> Result<bool> {
    match actor.filter(|actor| actor.role == Role::Applicant) {
        Some(actor) => closed::is_filed_by(reader, actor.account, domain).await,
        None => Ok(false),
    }
}

/// Looks for the proof; none when it was found, or else what was tried.
async fn find(world: &World, actor: Option<&Actor>, input: &ProveDomain, proof: &DomainProof) -> Result<Option<Tried>> {
    let wanted = text_of(&input.token);
    let mut tried = Tried { by: input.by, asked: Vec::new(), silent: Vec::new() };
    let is_found = match input.by {
        Way::Account => is_own(&world.store.read().await?, actor, &proof.domain).await?,
        Way::Dns => {
            let told = world.outside.resolver.texts(&dns_name(&proof.domain), world.now()).await;
            (tried.asked, tried.silent) = (told.sources, told.silent);
            told.known.is_some_and(|texts| texts.iter().any(|text| text.trim() == wanted))
        }
        Way::Http => match read_file(world, &proof.domain).await? {
            Some(Ok(text)) => {
                tried.asked.push(proof.domain.clone());
                text.lines().any(|line| line.trim() == wanted)
            }
            Some(Err(why)) => {
                tried.silent.push(Silence { who: proof.domain.clone(), why });
                false
            }
            None => false,
        },
    };
    Ok((!is_found).then_some(tried))
}

/// The file of a domain's website; none when it is not known where that runs.
async fn read_file(world: &World, domain: &str) -> Result<Option<Result<String, Why>>> {
    let origin = origin_of(&world.store.read().await?, domain).await?;
    let (Some(site), Some(origin), Ok(domain)) = (&world.outside.site, origin, DomainName::parse(domain)) else {
        return Ok(None);
    };
    Ok(Some(site.read(&origin, &domain, PATH).await))
}

async fn origin_of(reader: &Reader, domain: &str) -> Result<Option<String>> {
    Ok(feed::latest(reader, domain).await?.and_then(|known| known.origin))
}

/// Notes that it is proven, and watches the domain from now on.
async fn prove(world: &World, actor: Option<&Actor>, proof: &DomainProof, by: Way) -> Result<DomainProof> {
    let now = world.now();
    let tx = world.store.write().await?;
    let mut proof = store::domain_proof::lock(&tx, proof.id).await?;
    let (word, account) = match by {
        Way::Dns => (ProvenBy::Dns, None),
        Way::Http => (ProvenBy::Http, None),
        Way::Account => (ProvenBy::Account, actor.map(|actor| actor.account)),
    };
    (proof.proven, proof.account) = (Some((now, word)), account);
    store::domain_proof::update(&tx, &proof).await?;
    job::promise(&tx, world, &WatchClosed { proof: proof.id }, now + PAUSE).await?;
    let facts = json!({ "domain": proof.domain, "by": word });
    who(actor, "prove_domain", now).on("domain_proof", proof.id).with(facts).write(&tx).await?;
    tx.commit().await?;
    Ok(proof)
}

async fn view(
    world: &World,
    actor: Option<&Actor>,
    token: &str,
    proof: &DomainProof,
    tried: Option<Tried>,
) -> Result<DomainProofView> {
    let reader = world.store.read().await?;
    let viewer = actor.filter(|actor| actor.role == Role::Applicant).map(|actor| actor.account);
    let (explained, looked) = match proof.proven {
        None => (None, None),
        Some(_) => {
            let looked = proof.looked.clone().map(|(_, found)| serde_json::from_value(found)).transpose()?;
            (Some(closed::explain(&reader, world, &proof.domain, viewer).await?), looked)
        }
    };
    let text = text_of(token);
    Ok(DomainProofView {
        domain: proof.domain.clone(),
        expires_at: proof.expires_at,
        dns: world.outside.asks_resolvers.then(|| DnsText { name: dns_name(&proof.domain), value: text.clone() }),
        http: origin_of(&reader, &proof.domain)
            .await?
            .filter(|_| world.outside.site.is_some())
            .map(|_| HttpFile { path: PATH.to_owned(), content: text }),
        proven_by: proof.proven.map(|(_, by)| match by {
            ProvenBy::Dns => Way::Dns,
            ProvenBy::Http => Way::Http,
            ProvenBy::Account => Way::Account,
        }),
        tried,
        explained,
        looked,
    })
}
