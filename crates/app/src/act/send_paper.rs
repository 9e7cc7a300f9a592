//! Sending the authority one more paper for something that is filed (单独提交核验材料).

use authority::envelope;
use filing::supplement::SupplementKind;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;
use store::filed::FiledState;
use store::supplement::{Supplement, SupplementState};
use store::upload::NewUpload;
use store::{SupplementId, UploadId};
use utoipa::ToSchema;
use uuid::Uuid;

use super::filings::{FilingRef, FilingView, own, view_filing};
use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::finding;
use crate::job::{self, report::Report};
use crate::picture;
use crate::policy::{Act, require};
use crate::trail::Trail;
use crate::upload::materials::{OPERATION, pack_paper, reference};
use crate::world::World;

/// The most papers a filing may send in a day: each is an upload of its own.
const MOST_A_DAY: u64 = 20;

/// A paper, and what it belongs to.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SendPaper {
    /// The filed subject.
    pub filing: Uuid,
    /// The filed site; none for a paper of the subject.
    pub site: Option<Uuid>,
    /// What it proves.
    pub purpose: SupplementKind,
    /// The picture.
    #[schema(value_type = String, format = Binary)]
    pub bytes: Vec<u8>,
}

/// Sends a picture to the authority at once; its answer comes later and is shown with the filing.
///
/// # Errors
/// When the filing is not the actor's or has ended, the purpose is not of its owner, or the file is no picture.
pub async fn send_paper(world: &World, actor: &Actor, input: SendPaper) -> Result<FilingView> {
    require(actor, Act::SendPaper)?;
    let (subject, site) = {
        let reader = world.store.read().await?;
        let subject = own(&reader, actor, input.filing).await?;
        let sites = store::filed::sites_of(&reader, subject.id).await?;
        let site = match input.site {
            Some(wanted) => Some(sites.into_iter().find(|site| site.id.0 == wanted).ok_or(Error::NotFound)?),
            None => None,
        };
        (subject, site)
    };
    if subject.state == FiledState::Cancelled {
        return Err(Error::conflict("subject-cancelled"));
    }
    if let Some(site) = &site {
        if site.state == FiledState::Cancelled {
            return Err(Error::conflict("site-cancelled"));
        }
        if !site.accessed {
            return Err(Error::conflict("not-accessed"));
        }
    }
    if !input.purpose.fits(site.is_some()) {
        return Err(Error::field("purpose", "purpose-of-other"));
    }
    let bureau = world.bureaus.find(&subject.bureau).cloned().ok_or(Error::Unavailable { code: "no-bureau" })?;
    let most = world.settings.max_picture_bytes;
    let (purpose, bytes, for_pack) = (input.purpose, input.bytes, (subject.clone(), site.clone()));
    let work = move || {
        let megabytes = (most / 1_000_000).to_string();
        let taken = picture::take_in(&bytes, most).map_err(|refusal| {
            Error::Invalid(vec![finding::block("file", refusal.code(), &[("megabytes", &megabytes)])])
        })?;
        let zip = pack_paper(&bureau, &for_pack.0, for_pack.1.as_ref(), purpose, &taken.jpeg)?;
        Ok::<_, Error>((taken.sha256, zip))
    };
    let (sha256, zip) = world.heavy.picture(work).await??;
    let now = world.now();
    let tx = world.store.write().await?;
    let lately = store::supplement::count_since(&tx, subject.id, now - SignedDuration::from_hours(24)).await?;
    if lately >= MOST_A_DAY {
        return Err(Error::conflict("too-many-submissions"));
    }
    store::bureau::ensure(&tx, &subject.bureau).await?;
    let md5 = envelope::hash(&zip);
    let new = NewUpload {
        id: UploadId(world.uuid()),
        bureau: &subject.bureau,
        order: None,
        operation: OPERATION,
        container: &zip,
        md5: &md5,
        at: now,
    };
    let upload = store::upload::append(&tx, &new).await?;
    let paper = Supplement {
        id: SupplementId(world.uuid()),
        account: actor.account,
        subject: subject.id,
        site: site.as_ref().map(|site| site.id),
        upload: Some(upload.id),
        purpose: input.purpose.as_str().to_owned(),
        reference: reference(&subject, site.as_ref()),
        sha256,
        state: SupplementState::Sent,
        code: None,
        sent_at: now,
        settled_at: None,
    };
    store::supplement::insert(&tx, &paper).await?;
    job::promise(&tx, world, &Report { bureau: subject.bureau.clone() }, now).await?;
    let facts = json!({ "purpose": paper.purpose, "bureau": upload.bureau, "sequence": upload.sequence });
    Trail::by(actor, "send_paper", now).on("filing", subject.id).with(facts).write(&tx).await?;
    tx.commit().await?;
    view_filing(world, actor, FilingRef { filing: input.filing }).await
}
