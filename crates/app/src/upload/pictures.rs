//! The pictures that travel with an order.

use authority::message::AttachmentPurpose;
use filing::draft::Draft;
use filing::material::{self, MaterialKind, Needed};

use crate::error::{Error, Result};
use crate::order::Loaded;
use crate::picture;
use crate::world::World;

/// A picture, small enough for the wire.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    /// What it is.
    pub wanted: Needed,
    /// Its bytes.
    pub jpeg: Vec<u8>,
}

impl Picture {
    /// What it proves to the authority; none of a paper that travels elsewhere, as approvals do with their site, or that
    /// stays with the provider, because it has no purpose code.
    pub const fn purpose(&self) -> Option<AttachmentPurpose> {
        use MaterialKind as Kind;
        match self.wanted.kind {
            Kind::SubjectCertificate => Some(AttachmentPurpose::SUBJECT_CERTIFICATE),
            Kind::PrincipalIdFront | Kind::PrincipalIdBack => Some(AttachmentPurpose::PRINCIPAL_CERTIFICATE),
            Kind::ManagerIdFront | Kind::ManagerIdBack => Some(AttachmentPurpose::MANAGER_CERTIFICATE),
            Kind::ManagerPhoto => Some(AttachmentPurpose::MANAGER_PHOTO),
            _ => None,
        }
    }
}

/// Reads the pictures of an order that travel.
///
/// # Errors
/// When the store cannot.
pub(super) async fn read(world: &World, loaded: &Loaded) -> Result<Vec<(Needed, Vec<u8>)>> {
    let mut originals = Vec::new();
    let reader = world.store.read().await?;
    let find = |needed: Needed| {
        let slot = needed.field();
        loaded.materials.iter().rev().find(|material| material.slot == slot).map(|material| material.id)
    };
    for (wanted, id) in wanted_pictures(&loaded.order.draft, find) {
        originals.push((wanted, store::material::bytes(&reader, id).await?));
    }
    Ok(originals)
}

/// Makes pictures as small as the wire wants them.
///
/// # Errors
/// When one cannot be read.
pub(super) fn shrink(originals: Vec<(Needed, Vec<u8>)>) -> Result<Vec<Picture>> {
    originals
        .into_iter()
        .map(|(wanted, jpeg)| {
            let jpeg = picture::shrink(&jpeg, authority::message::Version::default().limits().attachment_bytes)?;
            Ok(Picture { wanted, jpeg })
        })
        .collect::<Result<Vec<_>, picture::Refusal>>()
        .map_err(|refusal| Error::internal(format!("a kept picture cannot be shrunk: {refusal}")))
}

/// The pictures that travel, each with what it is taken from.
pub(super) fn wanted_pictures<T>(draft: &Draft, find: impl Fn(Needed) -> Option<T>) -> Vec<(Needed, T)> {
    use MaterialKind as Kind;
    let mut wanted = vec![Needed { kind: Kind::SubjectCertificate, site: None }];
    wanted.extend([Kind::PrincipalIdFront, Kind::PrincipalIdBack].map(|kind| Needed { kind, site: None }));
    for site in 0..draft.sites.len() {
        let kinds = [Kind::ManagerIdFront, Kind::ManagerIdBack, Kind::ManagerPhoto, Kind::Approval];
        wanted.extend(kinds.map(|kind| Needed { kind, site: Some(site) }));
    }
    wanted
        .into_iter()
        .filter_map(|wanted| {
            let source = material::source_of(draft, wanted, |there| find(there).is_some())?;
            Some((wanted, find(source)?))
        })
        .collect()
}
