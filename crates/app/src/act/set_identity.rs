//! Saying who one is (账号实名认证): the identity must agree with the subject of every order.

use filing::certificate::{Certificate, CertificateKind};
use filing::nature::Nature;
use serde::Deserialize;
use store::account::{Identity, IdentityKind};
use utoipa::ToSchema;

use crate::account::AccountView;
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::fault::commit;
use crate::finding;
use crate::identity::{IdentityClaim, Verdict};
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::world::World;

/// Who the holder of the account is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SetIdentity {
    /// The nature as a word of [`Nature`].
    pub nature: String,
    /// The full name as on the certificate.
    pub name: String,
    /// The kind of certificate as a word of [`CertificateKind`].
    pub certificate_kind: String,
    /// The certificate's number.
    pub certificate_number: String,
}

/// Checks the form of the identity, asks the provider's real-name service, and keeps what it said together with how
/// well it is proven.
///
/// # Errors
/// When a field is not well formed, the service refuses, or an order is running under the former identity.
pub async fn set_identity(world: &World, actor: &Actor, input: SetIdentity) -> Result<AccountView> {
    require(actor, Act::SetIdentity)?;
    let now = world.now();
    let mut findings = Vec::new();
    let nature = Nature::from_word(&input.nature);
    if nature.is_none() {
        findings.push(finding::block("nature", "choice-unknown", &[]));
    }
    let name = input.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        findings.push(finding::block("name", "name-length", &[]));
    }
    let kind = CertificateKind::from_word(&input.certificate_kind)
        .filter(|kind| nature.is_none_or(|nature| nature.certificates().contains(kind)));
    let certificate = kind.map(|kind| Certificate::parse(kind, &input.certificate_number, world.today()));
    match &certificate {
        None => findings.push(finding::block("certificate_kind", "certificate-not-of-nature", &[])),
        Some(Err(fault)) => {
            findings.push(finding::block(
                "certificate_number",
                "certificate-malformed",
                &[("why", &fault.to_string())],
            ));
        }
        Some(Ok(_)) => {}
    }
    let (Some(nature), Some(Ok(certificate)), true) = (nature, certificate, findings.is_empty()) else {
        return Err(Error::Invalid(findings));
    };
    let claim = IdentityClaim {
        nature: nature.as_str().to_owned(),
        name: name.clone(),
        certificate_kind: certificate.kind().as_str().to_owned(),
        certificate_number: certificate.number().to_owned(),
    };
    let verdict = world.identity.look_up(&claim).await.map_err(|why| {
        tracing::warn!(%why, "the real-name service cannot be asked");
        Error::Unavailable { code: "identity-service-away" }
    })?;
    let Verdict::Accepted(proof) = verdict else {
        return Err(Error::field("name", "identity-refused"));
    };
    let tx = world.store.write().await?;
    if store::order::held_by(&tx, &store::order::Hold::Account(actor.account)).await?.is_some() {
        return Err(Error::conflict("running-order"));
    }
    let mut account = store::account::get(&tx, actor.account).await?;
    account.display_name.clone_from(&name);
    account.identity = Some(Identity {
        kind: if nature.is_individual() { IdentityKind::Individual } else { IdentityKind::Unit },
        nature: claim.nature,
        proof: proof.as_str().to_owned(),
        name,
        certificate_kind: claim.certificate_kind,
        certificate_number: claim.certificate_number,
        confirmed_at: now,
    });
    account.updated_at = now;
    store::account::update(&tx, &mut account).await?;
    let facts = serde_json::json!({ "nature": nature.as_str(), "proof": proof.as_str() });
    Trail::by(actor, "set_identity", now).on("account", account.id).with(facts).write(&tx).await?;
    commit!(tx, "set-identity");
    Ok(AccountView::of(&account))
}
