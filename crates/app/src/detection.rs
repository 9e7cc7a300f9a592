//! Asking the ministry and our own records what is filed. Nobody's silence is taken for a no.

use authority::client::{Cause, Condition, StatusInfo};
use authority::code::Reaction;
use filing::certificate::CertificateKind;
use filing::detect::{Answer, Answers, DomainAtMinistry, SubjectAtMinistry};
use filing::domain::DomainName;
use filing::draft::Basic;
use filing::nature::Nature;
use filing::outside::{Silence, Why};
use filing::province::Province;
use filing::verdict::Known;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use utoipa::ToSchema;

use crate::bureau::Bureau;
use crate::error::Result;
use crate::on_file;
use crate::world::World;

/// What came of asking about one domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Asked {
    /// The domain.
    pub domain: String,
    /// What was answered; what nobody answered is unknown.
    pub answers: Answers,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// Who said nothing that can be used.
    pub silent: Vec<Silence>,
    /// The subject's filing number, where the ministry has it filed (主体备案号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_number: Option<String>,
    /// The site's filing number, where the domain is filed under this subject (网站备案号).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_number: Option<String>,
    /// The site's name as it is filed, where the domain is filed under this subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
}

/// What is known of a subject and a domain. Asks the authority over the network: never call it within a transaction.
///
/// # Errors
/// When our own records cannot be read.
pub async fn ask(world: &World, basic: &Basic, domain: &str) -> Result<Option<Asked>> {
    let Ok(domain) = DomainName::parse(domain) else { return Ok(None) };
    let practice = Province::from_word(basic.province.trim()).map_or(Answer::Unknown, Province::shell_may_add);
    let mut answers = Answers { shell_may_add: practice, ..Answers::default() };
    let number = basic.certificate_number.trim().to_uppercase();
    {
        let reader = world.store.read().await?;
        let site = store::filed::find_site_by_domain(&reader, domain.as_str()).await?;
        answers.domain_here = yes_or_no(site.is_some_and(|site| site.accessed));
        // Without a number nobody was asked about the subject: that is not a no either.
        if !number.is_empty() {
            answers.subject_here = yes_or_no(on_file::subject(&reader, basic).await?.is_some());
        }
    }
    let mut silent = Vec::new();
    let mut heard = |told: Result<Option<StatusInfo>, Silence>| {
        told.unwrap_or_else(|silence| {
            // One bureau that is away is away for both questions.
            if !silent.contains(&silence) {
                silent.push(silence);
            }
            None
        })
    };
    let mut asked = Asked {
        domain: domain.as_str().to_owned(),
        answers,
        as_of: world.now(),
        silent: Vec::new(),
        subject_number: None,
        site_number: None,
        site_name: None,
    };
    if let Some(bureau) = world.bureaus.of_province(&basic.province) {
        let about_domain = heard(status(bureau, Condition::Domain(domain.as_str().to_owned())).await);
        let about_subject = match credential_code(basic).filter(|_| !number.is_empty()) {
            Some(code) => heard(status(bureau, Condition::Credential(code, number)).await),
            None => None,
        };
        answers.subject = match about_subject.as_ref().and_then(|info| info.filed) {
            Some(true) => SubjectAtMinistry::Filed,
            Some(false) => SubjectAtMinistry::NotFiled,
            None => SubjectAtMinistry::Unknown,
        };
        answers.domain = match about_domain.as_ref().and_then(|info| info.filed) {
            Some(false) => DomainAtMinistry::NotFiled,
            Some(true) => under_whom(about_domain.as_ref(), about_subject.as_ref()),
            None => DomainAtMinistry::Unknown,
        };
        asked.as_of = world.now();
        asked.subject_number = about_subject
            .filter(|info| info.filed == Some(true))
            .and_then(|info| stated(info.subject_number.as_deref()));
        if answers.domain == DomainAtMinistry::SameSubject {
            asked.site_number = about_domain.as_ref().and_then(|info| stated(info.site_number.as_deref()));
            asked.site_name = about_domain.as_ref().and_then(|info| stated(info.site_names.as_deref()));
        }
    }
    asked.answers = answers;
    asked.silent = silent;
    Ok(Some(asked))
}

/// What the authorities say of a domain, whoever files it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ministry {
    /// Whether it is filed: yes when one of them says so, no when all of them deny it.
    pub filed: Known,
    /// The site's filing number, where one of them tells it.
    pub number: Option<String>,
    /// Who said nothing that can be used.
    pub silent: Vec<Silence>,
}

/// Asks every authority this provider reports to about a domain, at the same time. Goes over the network: never call it
/// within a transaction.
pub async fn of_domain(world: &World, domain: &str) -> Ministry {
    let mut asked = JoinSet::new();
    for bureau in world.bureaus.iter() {
        let (bureau, domain) = (bureau.clone(), domain.to_owned());
        asked.spawn(async move { status(&bureau, Condition::Domain(domain)).await });
    }
    let mut ministry = Ministry { filed: Known::Unknown, number: None, silent: Vec::new() };
    let mut denied = 0;
    for told in asked.join_all().await {
        match told {
            Ok(Some(info)) if info.filed == Some(true) => {
                ministry.filed = Known::Yes;
                ministry.number = ministry.number.or_else(|| stated(info.site_number.as_deref()));
            }
            Ok(Some(info)) if info.filed == Some(false) => denied += 1,
            Ok(_) => {}
            Err(silence) => ministry.silent.push(silence),
        }
    }
    if denied > 0 && denied == world.bureaus.iter().count() {
        ministry.filed = Known::No;
    }
    ministry
}

/// A site's number is its subject's with `-n` behind: that tells whether both belong together.
fn under_whom(domain: Option<&StatusInfo>, subject: Option<&StatusInfo>) -> DomainAtMinistry {
    let site = domain.and_then(|info| info.site_number.as_deref()).map(str::trim).filter(|text| !text.is_empty());
    let subject = subject
        .filter(|info| info.filed == Some(true))
        .and_then(|info| info.subject_number.as_deref())
        .map(str::trim)
        .filter(|text| !text.is_empty());
    match (site, subject) {
        (Some(site), Some(subject)) if site.starts_with(&format!("{subject}-")) => DomainAtMinistry::SameSubject,
        (Some(_), Some(_)) => DomainAtMinistry::OtherSubject,
        _ => DomainAtMinistry::Filed,
    }
}

/// What an answer says, when it says anything.
fn stated(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

async fn status(bureau: &Bureau, condition: Condition) -> Result<Option<StatusInfo>, Silence> {
    let why = match bureau.client.status(&condition).await {
        Ok(answer) if answer.answer.code.reaction() == Reaction::Proceed && answer.status.is_some() => {
            return Ok(answer.status);
        }
        Ok(answer) => {
            tracing::warn!(bureau = %bureau.code, code = answer.answer.code.0, "the status query was refused");
            Why::Refused
        }
        Err(error) => {
            tracing::warn!(bureau = %bureau.code, %error, "the status query got no answer");
            match error.cause {
                Cause::Timeout => Why::TimedOut,
                Cause::Setup(_) | Cause::Connect(_) => Why::Unreachable,
                Cause::Http(_) | Cause::Fault(_) => Why::Refused,
                Cause::Broken(_) | Cause::Unreadable(_) => Why::Garbled,
            }
        }
    };
    Err(Silence { who: bureau.name.clone(), why })
}

fn credential_code(basic: &Basic) -> Option<i64> {
    let nature = Nature::from_word(basic.nature.trim())?;
    CertificateKind::from_word(basic.certificate_kind.trim())?.code(nature).map(i64::from)
}

const fn yes_or_no(is_so: bool) -> Answer {
    if is_so { Answer::Yes } else { Answer::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(filed: bool, subject: Option<&str>, site: Option<&str>) -> StatusInfo {
        StatusInfo {
            kind: 0,
            condition: String::new(),
            site_names: None,
            subject_number: subject.map(str::to_owned),
            site_number: site.map(str::to_owned),
            filed: Some(filed),
        }
    }

    #[test]
    fn a_site_belongs_to_the_subject_whose_number_it_begins_with() {
        let site = info(true, None, Some("浙ICP备2026000001号-2"));
        let under = |subject: Option<&StatusInfo>| under_whom(Some(&site), subject);
        assert_eq!(under(Some(&info(true, Some("浙ICP备2026000001号"), None))), DomainAtMinistry::SameSubject);
        assert_eq!(under(Some(&info(true, Some("浙ICP备202600000号"), None))), DomainAtMinistry::OtherSubject);
        assert_eq!(under(Some(&info(false, None, None))), DomainAtMinistry::Filed);
        assert_eq!(under(None), DomainAtMinistry::Filed);
    }
}
