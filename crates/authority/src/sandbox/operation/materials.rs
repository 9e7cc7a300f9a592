//! 单独提交核验材料: papers for something that is filed already. Nobody decides them: they are stored (1060) or not.

use sqlx::SqliteConnection;

use crate::code::ResultCode;
use crate::message::{AttachmentPurpose, Download, FiledAttachment, FiledOwner};
use crate::sandbox::check::{self, Finding, Findings, Owner};
use crate::sandbox::office::Office;
use crate::sandbox::records::named;
use crate::sandbox::request::Matter;
use crate::sandbox::result::machine_result;
use crate::sandbox::scenario::Kind;
use crate::sandbox::{Error, Provider};

/// The success of a paper that was stored.
const STORED: ResultCode = ResultCode(1060);

/// Stores a paper, or says why not.
pub(in crate::sandbox) async fn settle(
    office: &Office,
    tx: &mut SqliteConnection,
    provider: &Provider,
    paper: &FiledAttachment,
    answers: &mut Download,
) -> Result<(Matter, Vec<Finding>), Error> {
    let reference = match &paper.owner {
        FiledOwner::Subject(reference) | FiledOwner::Site(reference) | FiledOwner::Other(_, reference) => reference,
    };
    let key = named(reference);
    let mut matter = Matter::new(Kind::Materials, provider.isp_id, key.clone(), 0, &key);
    let mut findings = Findings::default();
    let owner = match &paper.owner {
        FiledOwner::Subject(_) => match office.subject(tx, reference).await? {
            None => Err(1058),
            Some(subject) => {
                (matter.subject, matter.record) = (Some(subject.id), subject.id);
                matter.title.clone_from(&subject.name);
                subject.ended().map_or(Ok(Owner::Subject), Err)
            }
        },
        FiledOwner::Site(_) => match office.site(tx, reference).await? {
            None => Err(1059),
            Some(site) => {
                matter.record = site.id;
                let record = office.record(tx, site.subject_id).await?;
                matter.concern(&site, record.as_ref());
                site.ended().map_or(Ok(Owner::Site), Err)
            }
        },
        FiledOwner::Other(..) => Err(1061),
    };
    match owner {
        Err(code) => findings.add(code, key),
        Ok(owner) => {
            let providers = office.providers_of(tx, matter.subject.unwrap_or_default()).await?;
            if !providers.contains(&provider.isp_id) {
                let foreign = if paper.purpose == AttachmentPurpose::VERIFICATION_FORM { 1055 } else { 1048 };
                findings.add(foreign, key);
            }
            check::attachment(paper.format, paper.purpose, &paper.content, Some(owner), &mut findings);
        }
    }
    if findings.0.is_empty() {
        findings.0 = office.scripted_results(tx, &matter).await?;
    }
    answers.results.push(machine_result(&matter, Some(STORED), &findings.0));
    Ok((matter, findings.0))
}
