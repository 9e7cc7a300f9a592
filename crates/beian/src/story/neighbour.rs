//! Another provider at the same authority: it speaks the authority's interface itself, with an account of its own.

use super::authority::{Authority, People, people};
use super::{Failure, Seen, insist};
use authority::client::{Bureau, Client};
use authority::message::{
    Access, Address, Certificate, Domain, FiledBy, IpRange, NewFiling, Person, Site, Subject, Upload, UploadOperation,
};
use filing::case::CaseFile;
use filing::certificate::CertificateKind;
use filing::draft::{Draft, PersonDraft, SiteDraft};
use filing::nature::Nature;
use filing::province::Province;

/// Where its servers stand: the authority's code of Zhejiang (所在地).
const LOCATION: i64 = 34;
/// How it gives access: a cloud server (接入方式).
const METHOD: i64 = 5;
/// The last part of the address of its first server; its addresses are of a range for documentation (RFC 5737).
const HOST: u8 = 21;
/// Numbers that a filing of it may use up.
const NUMBERS: i64 = 1_000;

/// The other provider.
pub struct Neighbour {
    client: Client,
}

impl Neighbour {
    /// A provider with an account at the authority.
    pub fn new(account: Bureau) -> Result<Self, Failure> {
        let client = Client::new(account).map_err(|error| Failure::Odd(error.to_string()))?;
        Ok(Self { client })
    }

    /// Reports the first filing of the case's subject with the sites it has elsewhere.
    pub async fn report(&self, case: &CaseFile) -> Result<Seen, Failure> {
        let away = |error: &dyn std::fmt::Display| Failure::Away(error.to_string());
        let sequence = insist(async || {
            let last = self.client.previous_upload().await.map_err(|error| away(&error))?;
            Ok(Some(last.sequence.unwrap_or_default() + 1))
        })
        .await?;
        let filing = filing(&case.draft, &case.elsewhere, sequence * NUMBERS)
            .ok_or_else(|| Failure::Odd("what is filed elsewhere has no form on the wire".to_owned()))?;
        let account = self.client.bureau();
        let upload = Upload { provider: account.isp_id, operation: UploadOperation::NewFiling(vec![filing]) };
        let xml = upload.to_gbk(account.version).map_err(|error| Failure::Odd(error.to_string()))?;
        let container = self.client.pack(&xml).map_err(|error| Failure::Odd(error.to_string()))?;
        let answer = self.client.upload(sequence, &container).await.map_err(|error| away(&error))?;
        if !answer.is_stored() {
            return Err(Failure::Odd(format!("the authority answers {} {}", answer.answer.code.0, answer.answer.text)));
        }
        let domains: Vec<&str> = case.elsewhere.iter().map(|site| site.domain.as_str()).collect();
        Ok(vec![("domains", domains.join(", ")), ("sequence", sequence.to_string())])
    }
}

/// Whom the authority texts for it.
pub fn receivers(case: &CaseFile) -> People {
    let draft = Draft { sites: case.elsewhere.clone(), ..case.draft.clone() };
    let managers = (0..draft.sites.len()).filter_map(|site| filing::material::manager(&draft, site));
    people(std::iter::once(&draft.principal).chain(managers))
}

/// Waits until the authority's look-up knows what was filed elsewhere.
pub async fn filed(case: &CaseFile, authority: &Authority<'_>) -> Result<Seen, Failure> {
    let mut seen = Vec::new();
    for site in &case.elsewhere {
        seen.push(insist(async || authority.number_of(&site.domain).await).await?);
    }
    Ok(vec![("number", seen.join(", "))])
}

/// The filing on the wire; none when a word of the draft has no code. Its own numbers begin after `base`.
fn filing(draft: &Draft, sites: &[SiteDraft], base: i64) -> Option<NewFiling> {
    let (basic, subject) = (&draft.basic, &draft.subject);
    let nature = Nature::from_word(&basic.nature)?;
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let subject = Subject {
        id: base,
        name: basic.name.clone(),
        nature: Some(i64::from(nature.code())),
        investor: text(&subject.investor).or_else(|| text(&subject.legal_representative)),
        address: Address {
            province: Province::from_word(&basic.province)?.division_code().parse().ok()?,
            city: subject.city.parse().ok(),
            county: subject.district.parse().ok(),
            street: text(&subject.postal_address),
        },
        certificate: Certificate {
            kind: certificate(&basic.certificate_kind, nature)?,
            number: basic.certificate_number.clone(),
            address: subject.certificate_address.clone(),
        },
        principal: person(&draft.principal, nature)?,
        filed_by: FiledBy::Provider,
        remark: text(&subject.remark),
    };
    let site = |(index, site): (usize, &SiteDraft)| {
        let index = u8::try_from(index).ok()?;
        let id = base + 1 + i64::from(index) * 10;
        let ip = [198, 51, 100, HOST.checked_add(index)?].into();
        let manager = if site.manager_is_principal { &draft.principal } else { &site.manager };
        Some(Site {
            id,
            name: site.name.clone(),
            approvals: Vec::new(),
            contents: vec![site.content.parse().ok()?],
            languages: site.languages.iter().filter_map(|code| code.parse().ok()).collect(),
            domains: vec![Domain { id: id + 1, name: site.domain.clone() }],
            accesses: vec![Access {
                id: id + 2,
                locations: vec![LOCATION],
                methods: vec![METHOD],
                ips: vec![IpRange { id: id + 3, first: ip, last: ip }],
            }],
            manager: person(manager, nature)?,
            home_url: Some(format!("www.{}", site.domain)),
            remark: text(&site.remark),
        })
    };
    let sites = sites.iter().enumerate().map(site).collect::<Option<Vec<_>>>()?;
    // The sandbox asks nobody for pictures; what they prove is the other provider's affair.
    Some(NewFiling { subject, sites, attachments: Vec::new() })
}

fn person(person: &PersonDraft, nature: Nature) -> Option<Person> {
    Some(Person {
        name: Some(person.name.clone()),
        office_phone: Some(person.mobile.clone()),
        mobile: Some(person.mobile.clone()),
        email: Some(person.email.clone()),
        certificate_kind: Some(certificate(&person.certificate_kind, nature)?),
        certificate_number: Some(person.certificate_number.clone()),
        ..Person::default()
    })
}

fn certificate(word: &str, nature: Nature) -> Option<i64> {
    CertificateKind::from_word(word)?.code(nature).map(i64::from)
}
