//! 核实任务: a record that an organiser filed by itself, invented for the task, which a provider must verify.

use sqlx::SqliteConnection;

use super::Task;
use super::send::Sent;
use crate::message::{
    Address, Certificate, Download, FiledAccess, FiledBy, FiledDomain, FiledIp, FiledRecord, FiledSite, FiledSubject,
    Person, TaskAccess, TaskDomain, TaskIp, TaskRecord, TaskSite, TaskSubject,
};
use crate::sandbox::Error;
use crate::sandbox::clock::local;
use crate::sandbox::office::Office;
use crate::sandbox::words::Lang;

impl Office {
    /// Invents a record that an organiser filed by itself, and asks a provider to verify it.
    pub(super) async fn task(&self, tx: &mut SqliteConnection, task: &Task, to: &[i64]) -> Sent {
        for isp_id in to {
            let record = self.self_filed(tx, task, *isp_id).await?;
            sqlx::query("INSERT INTO self_filed (subject_id, isp_id, record, state) VALUES (?, ?, ?, 'open')")
                .bind(record.subject.bureau_id)
                .bind(isp_id)
                .bind(serde_json::to_string(&record)?)
                .execute(&mut *tx)
                .await?;
            let tasks = vec![to_verify(&record, *isp_id)];
            self.queue_for(tx, *isp_id, &Download { tasks, ..Download::default() }).await?;
        }
        Ok(Ok(()))
    }

    async fn self_filed(&self, tx: &mut SqliteConnection, task: &Task, isp_id: i64) -> Result<FiledRecord, Error> {
        let zh = Lang::Chinese;
        let today = local(self.clock.now()).date().to_string();
        let ids = [
            self.next_id(tx).await?,
            self.next_id(tx).await?,
            self.next_id(tx).await?,
            self.next_id(tx).await?,
            self.next_id(tx).await?,
        ];
        let domain = task.domain.trim().to_lowercase();
        let person = Person {
            name: Some(zh.text("task-person")),
            office_phone: Some("0571-00000000".to_owned()),
            mobile: Some("13800000000".to_owned()),
            email: Some(format!("office@{domain}")),
            certificate_kind: Some(2),
            certificate_number: Some("330106199001010018".to_owned()),
            ..Person::default()
        };
        let address = zh.text("task-address");
        // Made of the id, so that no two tasks have the same credential.
        let number = format!("91{:016}", ids[0] % 10_000_000_000_000_000);
        Ok(FiledRecord {
            subject: FiledSubject {
                id: None,
                bureau_id: ids[0],
                name: task.name.clone(),
                nature: Some(4),
                address: Some(Address {
                    province: self.province(),
                    city: Some(self.province() + 100),
                    county: None,
                    street: Some(address.clone()),
                }),
                certificate: Some(Certificate { kind: 1, number, address }),
                principal: person.clone(),
                number: None,
                filed_by: Some(FiledBy::Organiser),
                investor: None,
                first_filed: Some(today.clone()),
                changed: Some(today.clone()),
                certificate_until: None,
                certificate_path: None,
                certificate_serial: None,
                officer: None,
                reviewed: None,
                remark: None,
            },
            sites: vec![FiledSite {
                id: None,
                bureau_id: ids[1],
                name: task.name.clone(),
                approvals: Vec::new(),
                contents: vec![8],
                languages: vec![1],
                domains: vec![FiledDomain { id: None, bureau_id: ids[2], name: domain.clone() }],
                accesses: vec![FiledAccess {
                    id: None,
                    bureau_id: ids[3],
                    provider: isp_id,
                    locations: vec![1],
                    methods: vec![5],
                    ips: vec![FiledIp { id: None, bureau_id: ids[4], first: task.ip, last: task.ip }],
                }],
                manager: person,
                home_url: Some(format!("www.{domain}")),
                remark: None,
                first_filed: Some(today.clone()),
                changed: Some(today),
                number: None,
            }],
            remark: None,
        })
    }
}

/// A record as a verification task carries it.
fn to_verify(record: &FiledRecord, isp_id: i64) -> TaskRecord {
    let subject = &record.subject;
    let site = |site: &FiledSite| TaskSite {
        bureau_id: site.bureau_id,
        name: site.name.clone(),
        approvals: site.approvals.clone(),
        contents: site.contents.clone(),
        languages: site.languages.clone(),
        domains: site
            .domains
            .iter()
            .map(|domain| TaskDomain { bureau_id: domain.bureau_id, name: domain.name.clone() })
            .collect(),
        accesses: site
            .accesses
            .iter()
            .map(|access| TaskAccess {
                bureau_id: access.bureau_id,
                locations: access.locations.clone(),
                methods: access.methods.clone(),
                ips: access
                    .ips
                    .iter()
                    .map(|ip| TaskIp { bureau_id: ip.bureau_id, first: ip.first, last: ip.last })
                    .collect(),
                filer: isp_id,
                filed_by: FiledBy::Organiser,
            })
            .collect(),
        manager: site.manager.clone(),
        home_url: site.home_url.clone(),
        remark: site.remark.clone(),
        first_filed: site.first_filed.clone(),
        changed: site.changed.clone(),
    };
    TaskRecord {
        subject: TaskSubject {
            bureau_id: subject.bureau_id,
            name: subject.name.clone(),
            nature: subject.nature,
            address: subject.address.clone().unwrap_or(Address {
                province: 110_000,
                city: None,
                county: None,
                street: None,
            }),
            certificate: subject.certificate.clone().unwrap_or(Certificate {
                kind: 1,
                number: subject.bureau_id.to_string(),
                address: subject.name.clone(),
            }),
            principal: subject.principal.clone(),
            investor: subject.investor.clone(),
            filed_by: Some(FiledBy::Organiser),
            first_filed: subject.first_filed.clone(),
            changed: subject.changed.clone(),
            remark: None,
        },
        sites: record.sites.iter().map(site).collect(),
        remark: None,
    }
}
