//! A filing from hand to hand: the applicant, the reviewer, the authority, and the jobs between them.

use std::ops::Deref;

use anyhow::{Context as _, Result, anyhow, bail};
use app::act::{
    self, Accepted, CallOutcome, CallParty, EditOrder, ImportResources, LogCall, OpenOrder, OrderRef, OrderView, Patch,
    ResourceImport, SaveSection, SitePatch, Submit, UploadMaterial,
};
use app::job::poll_downloads::take;
use app::{Actor, Error, agreement, worker};
use authority::envelope;
use authority::message::{Download, Version};
use authority::soap::FileInfo;
use filing::case::{CaseFile, MaterialSource};
use filing::draft::Draft;
use filing::stage::StageKind;
use jiff::SignedDuration;
use store::UploadId;
use store::account::Role;
use store::task::{Task, TaskKind, TaskState};
use store::upload::NewUpload;
use tempfile::TempDir;
use uuid::Uuid;

use crate::authority::TestAuthority;
use crate::persona;
use crate::world::{BUREAU, TestWorld};

/// A world with an authority and a reviewer. It must be finished, so that no test leaves work behind unseen.
#[derive(Debug)]
pub struct Story {
    /// The world.
    pub test: TestWorld,
    /// The authority.
    pub authority: TestAuthority,
    /// Who reviews.
    pub reviewer: Actor,
    finished: bool,
}

impl Deref for Story {
    type Target = app::World;

    fn deref(&self) -> &app::World {
        &self.test.world
    }
}

/// Says what an act's error is about, findings included.
pub fn told(error: Error) -> anyhow::Error {
    let findings: Vec<String> =
        error.findings().iter().map(|f| format!("{} {} {}", f.field, f.rule, f.message.en)).collect();
    anyhow!("{error}: {findings:#?}")
}

impl Story {
    /// A story over SQLite.
    ///
    /// # Errors
    /// When something cannot be started.
    pub async fn begin() -> Result<Self> {
        Self::begin_with(TestAuthority::start().await?).await
    }

    /// A story over SQLite with an authority of its own kind.
    ///
    /// # Errors
    /// When something cannot be started.
    pub async fn begin_with(authority: TestAuthority) -> Result<Self> {
        let test = TestWorld::sqlite_with(authority.bureau()?).await?;
        Self::told_in(test, authority).await
    }

    /// A story over PostgreSQL.
    ///
    /// # Errors
    /// When something cannot be started.
    pub async fn begin_on_postgres(url: &str) -> Result<Self> {
        let authority = TestAuthority::start().await?;
        let test = TestWorld::over(url, tempfile::tempdir()?, authority.bureau()?).await?;
        Self::told_in(test, authority).await
    }

    /// A story over an empty database at an address, with an authority of its own kind.
    ///
    /// # Errors
    /// When something cannot be started.
    pub async fn begin_over(url: &str, folder: TempDir, authority: TestAuthority) -> Result<Self> {
        let test = TestWorld::over(url, folder, authority.bureau()?).await?;
        Self::told_in(test, authority).await
    }

    async fn told_in(test: TestWorld, authority: TestAuthority) -> Result<Self> {
        let reviewer = persona::staff(&test.world, Role::Reviewer).await?;
        worker::begin(&test.world).await?;
        Ok(Self { test, authority, reviewer, finished: false })
    }

    /// Does everything that is due; a test that forgets what it queued finds it here.
    ///
    /// # Errors
    /// When the queue cannot be reached, or never empties.
    pub async fn work(&self) -> Result<()> {
        for _ in 0..500 {
            if !worker::turn(self, "test").await? {
                return Ok(());
            }
        }
        bail!("the queue never empties")
    }

    /// Works, lets a little time pass, and works again, until something is so.
    ///
    /// # Errors
    /// When it never is.
    pub async fn work_until(&self, what: &str, is_so: impl AsyncFn() -> Result<bool>) -> Result<()> {
        for _ in 0..120 {
            self.work().await?;
            if is_so().await? {
                return Ok(());
            }
            self.test.clock.advance(SignedDuration::from_secs(20));
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        bail!("never came about: {what}")
    }

    /// Where an order stands, as the reviewer sees it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn stage(&self, order: Uuid) -> Result<StageKind> {
        Ok(act::view_order(self, &self.reviewer, OrderRef { order }).await.map_err(told)?.kind)
    }

    /// Works until an order stands somewhere.
    ///
    /// # Errors
    /// When it never does.
    pub async fn reach(&self, order: Uuid, stage: StageKind) -> Result<()> {
        self.work_until(stage.as_str(), async || Ok(self.stage(order).await? == stage)).await
    }

    /// The draft of a case with the ids its resources have here.
    ///
    /// # Errors
    /// When a resource is not there.
    pub async fn draft_of(&self, actor: &Actor, case: &CaseFile) -> Result<Draft> {
        let resources = act::list_resources(self, actor).await.map_err(told)?;
        let id = |external: &str| {
            let found = resources.iter().find(|resource| resource.external_id == external);
            found.map(|resource| resource.id.to_string()).with_context(|| format!("resource {external}"))
        };
        let mut draft = case.draft.clone();
        draft.basic.resource = id(&draft.basic.resource)?;
        for site in &mut draft.sites {
            if !site.resource.is_empty() {
                site.resource = id(&site.resource)?;
            }
        }
        Ok(draft)
    }

    /// Brings the resources of a case in.
    ///
    /// # Errors
    /// When they are refused.
    pub async fn import(&self, case: &CaseFile) -> Result<()> {
        let resources = case
            .resources
            .iter()
            .map(|resource| ResourceImport { account: case.account.email.clone(), resource: resource.clone() })
            .collect();
        let input = ImportResources { resources };
        act::import_resources(self, &Actor::operator(), input).await.map_err(told)?;
        Ok(())
    }

    /// Registers the applicant of a case, opens its order and fills it in; everything but submitting.
    ///
    /// # Errors
    /// When anything is refused.
    pub async fn fill_in(&self, case: &CaseFile) -> Result<(Actor, Uuid)> {
        let actor = persona::applicant(self, case).await?;
        self.import(case).await?;
        let order = self.write(&actor, case).await?;
        Ok((actor, order))
    }

    /// Opens an order of a case for somebody who is there already, and fills it in; everything but submitting.
    ///
    /// # Errors
    /// When anything is refused.
    pub async fn write(&self, actor: &Actor, case: &CaseFile) -> Result<Uuid> {
        let draft = self.draft_of(actor, case).await?;
        let opened = act::open_order(self, actor, OpenOrder { basic: draft.basic.clone() }).await.map_err(told)?;
        let order = opened.id;
        self.save(actor, order, Patch::Subject { subject: draft.subject.clone() }).await?;
        self.save(actor, order, Patch::Principal { principal: draft.principal.clone() }).await?;
        for (index, site) in draft.sites.iter().enumerate() {
            if index > 0 {
                let (domain, resource) = (site.domain.clone(), site.resource.clone());
                self.save(actor, order, Patch::AddSite { domain, resource }).await?;
            }
            let patch = SitePatch {
                name: site.name.clone(),
                domain: site.domain.clone(),
                resource: site.resource.clone(),
                content: site.content.clone(),
                languages: site.languages.clone(),
                approvals: site.approvals.clone(),
                remark: site.remark.clone(),
            };
            self.save(actor, order, Patch::Site { index, site: patch }).await?;
            let (manager_is_principal, manager) = (site.manager_is_principal, site.manager.clone());
            self.save(actor, order, Patch::Manager { index, manager_is_principal, manager }).await?;
        }
        for material in &case.materials {
            let MaterialSource::File(path) = &material.source else { bail!("a case of the tests names its files") };
            let bytes = std::fs::read(persona::cases().join(path)).with_context(|| path.clone())?;
            let slot = material.kind.field(material.site);
            let input = UploadMaterial { order, slot, file_name: path.clone(), bytes };
            act::upload_material(self, actor, input).await.map_err(told)?;
        }
        Ok(order)
    }

    /// Saves one section at the version it has now.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn save(&self, actor: &Actor, order: Uuid, patch: Patch) -> Result<()> {
        let version = act::edit_order(self, actor, EditOrder { order }).await.map_err(told)?.version;
        act::save_section(self, actor, SaveSection { order, version, patch }).await.map_err(told)?;
        Ok(())
    }

    /// Submits an order with every agreement accepted.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn submit(&self, actor: &Actor, order: Uuid) -> Result<OrderView> {
        let version = act::edit_order(self, actor, EditOrder { order }).await.map_err(told)?.version;
        act::submit(self, actor, Submit { order, version, agreements: accepted() }).await.map_err(told)
    }

    /// The reviewer claims an order and calls its principal.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn claim(&self, order: Uuid) -> Result<()> {
        act::claim(self, &self.reviewer, OrderRef { order }).await.map_err(told)?;
        let call = LogCall {
            order,
            who: CallParty::Principal,
            site: None,
            outcome: CallOutcome::Confirmed,
            note: "knows of it".to_owned(),
        };
        act::log_call(self, &self.reviewer, call).await.map_err(told)?;
        Ok(())
    }

    /// The reviewer claims an order, calls and passes it.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn pass(&self, order: Uuid) -> Result<()> {
        self.claim(order).await?;
        act::pass(self, &self.reviewer, OrderRef { order }).await.map_err(told)?;
        Ok(())
    }

    /// Everybody in a case enters their code at the ministry's page.
    ///
    /// # Errors
    /// When a code is not taken.
    pub async fn verify_all(&self, case: &CaseFile) -> Result<()> {
        let mut done: Vec<&str> = Vec::new();
        let draft = &case.draft;
        let managers = (0..draft.sites.len()).filter_map(|site| filing::material::manager(draft, site));
        for person in std::iter::once(&draft.principal).chain(managers) {
            if done.contains(&person.mobile.as_str()) {
                continue;
            }
            let tail: String =
                person.certificate_number.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect();
            let state = self.authority.verify(&person.mobile, &tail).await?;
            if !matches!(state.as_str(), "verified" | "waiting_for_other") {
                bail!("the code was not taken: {state}");
            }
            done.push(&person.mobile);
        }
        Ok(())
    }

    /// Gives the provider a file, as the authority's queue would; says whether it was taken to its end.
    ///
    /// # Errors
    /// When it cannot be written or applied.
    pub async fn give(&self, name: &str, content: &Download) -> Result<bool> {
        let bureau = self.bureaus.find(BUREAU).context("the bureau")?;
        let container = bureau.client.seal(&envelope::zip(&content.to_gbk(Version::V3_0)?, name)?);
        let file = FileInfo { name: name.to_owned(), container, sequence: None };
        take(self, bureau, &file).await.map_err(told)
    }

    /// Ends the story: whatever is due has been done and nothing was given up.
    ///
    /// # Errors
    /// When work is left, or the authority did not end well.
    pub async fn finish(mut self) -> Result<()> {
        self.finished = true;
        self.work().await?;
        let reader = self.store.read().await?;
        for count in store::job::counts(&reader).await? {
            if !worker::RECURRING.contains(&count.kind.as_str()) {
                bail!("{} job(s) of kind {} are left {}", count.jobs, count.kind, count.state);
            }
        }
        Ok(())
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        if !self.finished {
            // An error on the way ends a story early; to panic here would hide which.
            eprintln!("the story ended before it was finished");
        }
    }
}

/// Every agreement in its current version.
#[must_use]
pub fn accepted() -> Vec<Accepted> {
    agreement::CURRENT
        .iter()
        .map(|agreement| Accepted { agreement: agreement.id.to_owned(), version: agreement.version.to_owned() })
        .collect()
}

/// Puts a small file into the ledger of uploads, as if it waited to be sent.
///
/// # Errors
/// When the store cannot.
pub async fn waiting_upload(world: &app::World) -> Result<Uuid> {
    let zip =
        envelope::zip(b"<UploadData version=\"V.3.0\"><ICP><XZHYD/><Qqdwid>1</Qqdwid></ICP></UploadData>", "a.xml")?;
    let id = world.uuid();
    let tx = world.store.write().await?;
    store::bureau::ensure(&tx, BUREAU).await?;
    let new = NewUpload {
        id: UploadId(id),
        bureau: BUREAU,
        order: None,
        operation: "XZHYD",
        container: &zip,
        md5: &envelope::hash(&zip),
        at: world.now(),
    };
    store::upload::append(&tx, &new).await?;
    tx.commit().await?;
    Ok(id)
}

/// Lets the authority ask something of whoever logs in with this address.
///
/// # Errors
/// When there is nobody, or the store cannot.
pub async fn waiting_task(world: &app::World, login: &str) -> Result<Uuid> {
    let tx = world.store.write().await?;
    let account = store::account::find_by_login(&tx, login).await?.context("an account")?;
    let kind = TaskKind::CorrectSubject;
    let task = Task {
        id: store::TaskId(world.uuid()),
        kind,
        bureau: BUREAU.to_owned(),
        download: None,
        reference: login.to_owned(),
        account: Some(account.id),
        assignee: None,
        order: None,
        subject: None,
        site: None,
        domain: None,
        number: Some("浙ICP备2026000077号".to_owned()),
        upload: None,
        content: serde_json::json!({ "about": 0, "text": "the address is not where the unit is" }),
        state: TaskState::Open,
        due_at: app::task::due(kind, world.now()),
        opened_at: world.now(),
        updated_at: world.now(),
        version: 0,
    };
    store::task::insert(&tx, &task).await?;
    tx.commit().await?;
    Ok(task.id.0)
}
