//! Every code of an answer × every method ends as `docs/wire.md` says, and heals.

use anyhow::{Context as _, Result, ensure};
use app::act::{self, Ledger, LineState, ResumeLine};
use authority::envelope;
use filing::detect::DomainAtMinistry;
use jiff::SignedDuration;
use store::account::Role;
use store::upload::{NewUpload, UploadState};
use store::{UploadId, upload};
use testkit::persona::{self, case};
use testkit::story::{Story, told};

const METHODS: [&str; 5] =
    ["isp_upload", "isp_querypreviousupload", "isp_download", "isp_downloadack", "isp_querybeianstatus"];

/// The table of the documentation: the code, and what each method does after it.
fn table() -> Result<Vec<(i64, Vec<String>)>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/wire.md"))?;
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
        let code = cells.first()?.parse().ok()?;
        Some((code, cells[1..=METHODS.len()].iter().map(|cell| (*cell).to_owned()).collect()))
    });
    Ok(rows.collect())
}

/// What the line is asked to carry: the end of a record that nobody knows. The authority stores it and refuses it later.
const FILE: &[u8] = b"<?xml version=\"1.0\" encoding=\"GBK\"?><UploadData version=\"V.3.0\"><ICP><ZXBA><Zx_xx><Zxlb>0\
    </Zxlb><Jlid>1</Jlid><Zxly>1</Zxly></Zx_xx></ZXBA><Qqdwid>330000000001</Qqdwid></ICP></UploadData>";

struct Line {
    story: Story,
    supervisor: app::Actor,
}

impl Line {
    async fn begin() -> Result<Self> {
        let story = Story::begin().await?;
        let supervisor = persona::staff(&story, Role::Supervisor).await?;
        Ok(Self { story, supervisor })
    }

    /// Puts one more upload into the line.
    async fn append(&self) -> Result<UploadId> {
        let world = &self.story.test.world;
        let zip = envelope::zip(FILE, envelope::ENTRY)?;
        let md5 = envelope::hash(&zip);
        let id = UploadId(world.uuid());
        let tx = world.store.write().await?;
        store::bureau::ensure(&tx, "33").await?;
        let new =
            NewUpload { id, bureau: "33", order: None, operation: "ZXBA", container: &zip, md5: &md5, at: world.now() };
        upload::append(&tx, &new).await?;
        app::job::promise(&tx, world, &app::job::report::Report { bureau: "33".to_owned() }, world.now()).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn state(&self, id: UploadId) -> Result<UploadState> {
        Ok(upload::get(&self.story.store.read().await?, id).await?.state)
    }

    async fn is_halted(&self) -> Result<bool> {
        let view = act::ledger(&self.story, &self.supervisor, Ledger::default()).await.map_err(told)?;
        let line = view.bureaus.first().context("the line")?;
        let is_halted = line.state == LineState::Halted;
        ensure!(!is_halted || line.alarm.is_some(), "a halted line says why");
        Ok(is_halted)
    }

    async fn resume(&self) -> Result<()> {
        act::resume_line(&self.story, &self.supervisor, ResumeLine { bureau: "33".into() }).await.map_err(told)?;
        Ok(())
    }

    /// Whatever was ordered has passed: the line goes on, and this upload is stored.
    async fn heal(&self, id: UploadId) -> Result<()> {
        if self.is_halted().await? {
            self.resume().await?;
        }
        self.story
            .work_until("the upload is stored", async || Ok(self.state(id).await? == UploadState::Stored))
            .await?;
        ensure!(!self.is_halted().await?, "it goes on");
        let ledger = self.story.authority.ledger().await?;
        ensure!(ledger.iter().all(|(_, _, taken)| *taken == 1), "every number is taken once: {ledger:?}");
        Ok(())
    }

    /// What came of a code for an upload.
    async fn upload(&self, code: i64) -> Result<&'static str> {
        self.story.authority.order_code(code, "isp_upload").await?;
        let id = self.append().await?;
        self.story.work().await?;
        let (state, is_halted) = (self.state(id).await?, self.is_halted().await?);
        let now = match (state, is_halted) {
            (UploadState::Stored, false) => "goes on",
            (UploadState::Held, false) if code == 14 => "asks",
            (UploadState::Held, false) => "waits",
            (UploadState::Held, true) => "stands",
            _ => "something else",
        };
        if is_halted {
            self.story.test.clock.advance(SignedDuration::from_hours(2));
            self.story.work().await?;
            ensure!(self.state(id).await? == state, "nothing moves by itself");
        }
        self.heal(id).await?;
        Ok(now)
    }

    /// What came of a code for the question what arrived last.
    async fn previous(&self, code: i64) -> Result<&'static str> {
        self.story.authority.order_fault("drop_after_commit", "isp_upload", 1).await?;
        self.story.authority.order_code(code, "isp_querypreviousupload").await?;
        let id = self.append().await?;
        self.story.work().await?;
        // The answer to the upload is lost; a little later the question is asked, and gets the code.
        self.story.test.clock.advance(SignedDuration::from_secs(5));
        self.story.work().await?;
        let now = match (self.state(id).await?, self.is_halted().await?) {
            (UploadState::Stored, _) => "goes on",
            (_, true) => "stands",
            (_, false) => "waits",
        };
        self.heal(id).await?;
        Ok(now)
    }

    async fn acknowledged(&self) -> Result<usize> {
        let reader = self.story.store.read().await?;
        let line = store::bureau::get(&reader, "33").await?;
        let all = store::download::list(&reader, "33", line.downloads.saturating_sub(100), 100).await?;
        Ok(all.iter().filter(|row| row.acked_at.is_some()).count())
    }

    /// What came of a code for a download, or for its acknowledgement, when there is one file to fetch.
    async fn download(&self, code: i64, method: &str) -> Result<&'static str> {
        let before = self.acknowledged().await?;
        self.story.authority.order_code(code, method).await?;
        self.append().await?;
        // The result of the upload is there after a moment; a refused poll waits for up to an hour.
        for _ in 0..400 {
            if self.story.authority.ask("api/faults").await?.as_array().is_some_and(Vec::is_empty) {
                break;
            }
            // One job at a time: what the next one does is not what came of the code.
            if !app::worker::turn(&self.story, "test").await? {
                self.story.test.clock.advance(SignedDuration::from_secs(70));
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        }
        let is_halted = self.is_halted().await?;
        let after = self.acknowledged().await?;
        let now = match (is_halted, after > before) {
            (true, _) => "stands",
            (false, true) => "goes on",
            (false, false) => "waits",
        };
        if is_halted {
            self.resume().await?;
        }
        self.story.work_until("the file is acknowledged", async || Ok(self.acknowledged().await? > before)).await?;
        Ok(now)
    }

    /// What came of a code for the question whether something is filed.
    async fn status(&self, code: i64) -> Result<&'static str> {
        let case = case("government")?;
        let basic = &case.draft.basic;
        self.story.authority.order_code(code, "isp_querybeianstatus").await?;
        let asked = app::detection::ask(&self.story, basic, &basic.domain).await.map_err(told)?.context("an answer")?;
        let is_unknown = asked.answers.domain == DomainAtMinistry::Unknown && !asked.silent.is_empty();
        let again = app::detection::ask(&self.story, basic, &basic.domain).await.map_err(told)?.context("an answer")?;
        ensure!(again.answers.domain == DomainAtMinistry::NotFiled, "asked again, it answers");
        Ok(if is_unknown { "unknown" } else { "something else" })
    }
}

/// Plays one column of the table.
async fn column(method: &str) -> Result<()> {
    let place = METHODS.iter().position(|known| *known == method).context("a method")?;
    let line = Line::begin().await?;
    let mut wrong = Vec::new();
    for (code, cells) in table()? {
        let found = match method {
            "isp_upload" => line.upload(code).await,
            "isp_querypreviousupload" => line.previous(code).await,
            "isp_querybeianstatus" => line.status(code).await,
            method => line.download(code, method).await,
        }
        .with_context(|| format!("{method} answered {code}"))?;
        if found != cells[place] {
            wrong.push(format!("{code}: {found}, documented is {}", cells[place]));
        }
    }
    ensure!(wrong.is_empty(), "{method}: {wrong:#?}");
    line.story.finish().await
}

#[test]
fn every_known_code_is_in_the_table_once_and_an_unknown_one_with_them() -> Result<()> {
    let mut found: Vec<i64> = table()?.into_iter().map(|(code, _)| code).collect();
    found.sort_unstable();
    let mut known: Vec<i64> = authority::code::answers().map(|(code, _)| code).filter(|code| *code != 0).collect();
    known.push(777);
    known.sort_unstable();
    ensure!(found == known, "{found:?}");
    Ok(())
}

#[tokio::test]
async fn uploads_end_as_documented() -> Result<()> {
    column("isp_upload").await
}

#[tokio::test]
async fn questions_about_the_last_upload_end_as_documented() -> Result<()> {
    column("isp_querypreviousupload").await
}

#[tokio::test]
async fn downloads_end_as_documented() -> Result<()> {
    column("isp_download").await
}

#[tokio::test]
async fn acknowledgements_end_as_documented() -> Result<()> {
    column("isp_downloadack").await
}

#[tokio::test]
async fn questions_whether_something_is_filed_end_as_documented() -> Result<()> {
    column("isp_querybeianstatus").await
}
