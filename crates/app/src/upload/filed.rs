//! What the authority calls the records an order adds to.

use authority::message::{self, Operation};
use store::Reader;

use super::Reference;
use crate::codes::Locations;
use crate::error::{Error, Result};
use crate::on_file;
use crate::order::Loaded;

/// A record of the authority's: its id, which only who filed or accessed it learned, and its filing number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filed {
    id: Option<i64>,
    number: Option<String>,
}

/// The subject of an order and its sites, as far as they are filed.
#[derive(Debug, Clone, Default)]
pub(super) struct OnFile {
    /// The subject.
    pub subject: Filed,
    /// The sites, in the order of the draft.
    pub sites: Vec<Filed>,
    /// Where servers stand, as the bureau numbers it.
    pub locations: Locations,
}

impl OnFile {
    /// What is known of them at a bureau.
    ///
    /// # Errors
    /// When our records cannot be read.
    pub async fn read(reader: &Reader, loaded: &Loaded, bureau: &str) -> Result<Self> {
        let own = loaded.own_subject.as_ref().filter(|filed| filed.bureau == bureau);
        let subject = Filed { id: own.and_then(|filed| filed.bureau_id), number: loaded.subject_number() };
        let mut sites = Vec::new();
        for site in &loaded.order.draft.sites {
            let asked = on_file::asked_about(&site.domain, &loaded.facts.asked);
            let number = asked.and_then(|asked| asked.site_number.clone());
            let known = match asked {
                Some(asked) => store::filed::find_site_by_domain(reader, &asked.domain).await?,
                None => None,
            };
            // A name that changed hands may have a record of its own here still.
            let known = known.filter(|known| known.bureau == bureau && Some(&known.number) == number.as_ref());
            sites.push(Filed { id: known.and_then(|known| known.bureau_id), number });
        }
        Ok(Self { subject, sites, locations: Locations::read(reader, bureau).await? })
    }

    /// A site of the order that is filed.
    ///
    /// # Errors
    /// When there is no such site.
    pub fn site(&self, index: usize) -> Result<&Filed> {
        self.sites.get(index).ok_or_else(|| Error::internal("a site that was not looked up"))
    }
}

impl Filed {
    /// A record by what somebody calls it: nothing but digits is the authority's id, anything else the filing number.
    pub fn named(name: &str) -> Self {
        let name = name.trim();
        match name.parse() {
            Ok(id) => Self { id: Some(id), number: None },
            Err(_) => Self { id: None, number: Some(name.to_owned()).filter(|name| !name.is_empty()) },
        }
    }

    /// How an upload names it: by the id where it is known, else by the number.
    ///
    /// # Errors
    /// With a finding on `field` when neither is known.
    pub fn reference(&self, field: &str) -> Result<message::Reference> {
        let by_number = self.number.clone().map(message::Reference::Number);
        self.id.map(message::Reference::Id).or(by_number).ok_or_else(|| Error::field(field, "number-not-told"))
    }

    /// Everything results may name it by.
    pub fn references(&self, operation: Operation) -> impl Iterator<Item = Reference> {
        let names = [self.id.map(|id| id.to_string()), self.number.clone()];
        names.into_iter().flatten().map(move |reference| Reference { operation, reference })
    }
}
