//! The evidence bundle: it is checked with nothing but itself, and whatever is done to it is found and named.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use app::act::{self, ExportEvidence};
use app::evidence::verify::{Finding, Report, Tampering, Unusable, verify};
use app::evidence::{LedgerLine, MANIFEST, Manifest};
use app::job::clean_up::CleanUp;
use app::job::{Job as _, Run};
use app::{Actor, World};
use authority::envelope;
use jiff::SignedDuration;
use jiff::civil::date;
use sha2::{Digest as _, Sha256};
use store::audit::Verdict;
use store::download::NewDownload;
use store::upload::NewUpload;
use store::{DownloadId, UploadId};
use testkit::story::told;
use testkit::world::{BUREAU, TestWorld};

/// Uploads of four days, one each, and as many downloads: two of every three encrypted.
async fn filled() -> Result<TestWorld> {
    let test = TestWorld::sqlite().await?;
    let world = &test.world;
    let client = &world.bureaus.find(BUREAU).context("the bureau")?.client;
    let tx = world.store.write().await?;
    store::bureau::ensure(&tx, BUREAU).await?;
    tx.commit().await?;
    for day in 0..4 {
        let xml = format!("<UploadData version=\"V.3.0\"><Qqdwid>{day}</Qqdwid></UploadData>");
        let zip = envelope::zip(xml.as_bytes(), envelope::ENTRY)?;
        let md5 = envelope::hash(&zip);
        let container = if day % 3 == 1 { envelope::pack(xml.as_bytes(), "a.xml", None)? } else { client.seal(&zip) };
        let tx = world.store.write().await?;
        let id = UploadId(world.uuid());
        let operation = "XZBA";
        let at = world.now();
        let new = NewUpload { id, bureau: BUREAU, order: None, operation, container: &zip, md5: &md5, at };
        store::upload::append(&tx, &new).await?;
        let raw = serde_json::to_vec(&container)?;
        let file_name = format!("{day}.xml");
        let id = DownloadId(world.uuid());
        let new = NewDownload { id, bureau: BUREAU, file_name: &file_name, raw: &raw, at };
        store::download::receive(&tx, &new).await?;
        tx.commit().await?;
        test.clock.advance(SignedDuration::from_hours(24));
    }
    Ok(test)
}

/// The last three of the four days.
async fn export(world: &World, file: &Path) -> Result<act::Exported> {
    let input = ExportEvidence { from: date(2026, 11, 21), to: date(2026, 11, 23), bureau: None };
    act::export_evidence(world, &Actor::operator(), input, File::create(file)?).await.map_err(told)
}

/// A bundle that can be taken apart.
struct Parts {
    files: BTreeMap<String, Vec<u8>>,
    folder: tempfile::TempDir,
}

const UPLOADS: &str = "ledger/33/upload.jsonl";
const SECOND: &str = "containers/33/upload/00000002.zip";
const THIRD: &str = "containers/33/upload/00000003.zip";

impl Parts {
    async fn new() -> Result<(Self, String)> {
        let test = filled().await?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("whole.zip");
        let exported = export(&test.world, &file).await?;
        let mut zip = zip::ZipArchive::new(File::open(&file)?)?;
        let mut files = BTreeMap::new();
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index)?;
            let mut bytes = Vec::new();
            let name = entry.name()?.into_owned();
            entry.read_to_end(&mut bytes)?;
            files.insert(name, bytes);
        }
        Ok((Self { files, folder }, exported.fingerprint))
    }

    fn manifest(&self) -> Result<Manifest> {
        Ok(serde_json::from_slice(&self.files[MANIFEST])?)
    }

    fn set_manifest(&mut self, manifest: &Manifest) -> Result<()> {
        self.files.insert(MANIFEST.to_owned(), serde_json::to_vec_pretty(manifest)?);
        Ok(())
    }

    fn lines(&self) -> Result<Vec<LedgerLine>> {
        let text = std::str::from_utf8(&self.files[UPLOADS])?;
        Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    fn set_lines(&mut self, lines: &[LedgerLine]) -> Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        self.files.insert(UPLOADS.to_owned(), text);
        Ok(())
    }

    /// What a careful forger does last: the manifest names the files as they are now.
    fn cover_up(&mut self) -> Result<()> {
        let mut manifest = self.manifest()?;
        manifest.files.retain(|file| self.files.contains_key(&file.path));
        for file in &mut manifest.files {
            let bytes = &self.files[&file.path];
            (file.size, file.sha256) = (bytes.len() as u64, hex::encode(Sha256::digest(bytes)));
        }
        self.set_manifest(&manifest)
    }

    fn write(&self) -> Result<PathBuf> {
        let file = self.folder.path().join("again.zip");
        let mut zip = zip::ZipWriter::new(File::create(&file)?);
        for (name, bytes) in &self.files {
            zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default())?;
            zip.write_all(bytes)?;
        }
        zip.finish()?;
        Ok(file)
    }

    fn check(&self) -> Result<Report> {
        Ok(verify(&self.write()?, None)?)
    }

    fn found(&self) -> Result<Vec<(Tampering, String)>> {
        Ok(self.check()?.findings.into_iter().map(|Finding { what, place }| (what, place)).collect())
    }
}

fn at(what: Tampering, place: &str) -> (Tampering, String) {
    (what, place.to_owned())
}

#[tokio::test]
async fn a_bundle_is_whole_and_begins_with_the_link_to_what_came_before() -> Result<()> {
    let (parts, fingerprint) = Parts::new().await?;
    let report = parts.check()?;
    assert_eq!(report.findings, []);
    assert_eq!((report.lines, report.ledgers.len()), (6, 2));
    assert_eq!(report.fingerprint, fingerprint);
    let uploads = &report.ledgers[0];
    assert_eq!((uploads.before.entry, uploads.last.entry, uploads.head.entry), (1, 4, 4));
    assert_ne!(uploads.before.hash, store::chain::GENESIS, "the first day's upload came before");
    assert_eq!(uploads.last, uploads.head);
    // Of what travelled encrypted the opened zip lies beside it; of what did not, there is nothing to open.
    let opened: Vec<&String> =
        parts.files.keys().filter(|name| name.contains("download/") && name.ends_with(".zip")).collect();
    assert_eq!(opened, ["containers/33/download/00000003.zip", "containers/33/download/00000004.zip"]);
    let readme = std::str::from_utf8(&parts.files["README.md"])?;
    assert!(readme.contains("证据包") && readme.contains("Evidence bundle"));
    Ok(())
}

#[tokio::test]
async fn an_export_is_written_into_the_audit_trail_with_its_fingerprint() -> Result<()> {
    let test = filled().await?;
    let folder = tempfile::tempdir()?;
    let exported = export(&test.world, &folder.path().join("whole.zip")).await?;
    let reader = test.world.store.read().await?;
    let latest = store::audit::latest(&reader, None, 1).await?;
    let line = &latest.first().context("a line")?.line;
    assert_eq!(
        (line.act.as_str(), line.facts["fingerprint"].as_str()),
        ("export_evidence", Some(exported.fingerprint.as_str()))
    );
    Ok(())
}

#[tokio::test]
async fn days_in_the_wrong_order_and_unknown_bureaus_are_refused() -> Result<()> {
    let test = filled().await?;
    let folder = tempfile::tempdir()?;
    for (from, to, bureau, field) in [
        (date(2026, 11, 23), date(2026, 11, 21), None, "to"),
        (date(2026, 11, 21), date(2026, 11, 23), Some("99".to_owned()), "bureau"),
    ] {
        let file = File::create(folder.path().join("none.zip"))?;
        let input = ExportEvidence { from, to, bureau };
        let error = act::export_evidence(&test.world, &Actor::operator(), input, file).await.unwrap_err();
        assert_eq!(error.findings()[0].field, field);
    }
    Ok(())
}

#[tokio::test]
async fn files_that_were_changed_removed_or_added_are_named() -> Result<()> {
    let (mut parts, _) = Parts::new().await?;
    parts.files.insert("README.md".to_owned(), b"trust me".to_vec());
    assert_eq!(parts.found()?, [at(Tampering::FileChanged, "README.md")]);
    let (mut parts, _) = Parts::new().await?;
    parts.files.remove(SECOND);
    assert_eq!(parts.found()?, [at(Tampering::FileRemoved, SECOND), at(Tampering::ContainerRemoved, SECOND)]);
    let (mut parts, _) = Parts::new().await?;
    parts.files.insert("containers/33/upload/00000009.zip".to_owned(), vec![1]);
    assert_eq!(parts.found()?, [at(Tampering::FileAdded, "containers/33/upload/00000009.zip")]);
    Ok(())
}

#[tokio::test]
async fn a_container_that_was_exchanged_does_not_fit_its_ledger_line() -> Result<()> {
    let (mut parts, _) = Parts::new().await?;
    let other = envelope::zip(b"<UploadData/>", envelope::ENTRY)?;
    parts.files.insert(SECOND.to_owned(), other);
    parts.cover_up()?;
    let found = parts.found()?;
    let all = [Tampering::ContainerSize, Tampering::ContainerMd5, Tampering::ContainerSha256];
    assert_eq!(found, all.map(|what| at(what, SECOND)));
    // Two containers of lines that are both there, exchanged for each other.
    let (mut parts, _) = Parts::new().await?;
    let (second, third) = (parts.files[SECOND].clone(), parts.files[THIRD].clone());
    parts.files.insert(SECOND.to_owned(), third);
    parts.files.insert(THIRD.to_owned(), second);
    parts.cover_up()?;
    let found = parts.found()?;
    for container in [SECOND, THIRD] {
        assert!(found.contains(&at(Tampering::ContainerMd5, container)), "{found:?}");
        assert!(found.contains(&at(Tampering::ContainerSha256, container)), "{found:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_opened_zip_of_a_download_is_the_one_the_authority_sent() -> Result<()> {
    let (mut parts, _) = Parts::new().await?;
    let opened = "containers/33/download/00000003.zip";
    parts.files.insert(opened.to_owned(), envelope::zip(b"<DownloadData/>", "a.xml")?);
    parts.cover_up()?;
    assert_eq!(parts.found()?, [at(Tampering::ContentMd5, opened)]);
    Ok(())
}

#[tokio::test]
async fn a_ledger_line_that_was_changed_removed_moved_or_added_is_named() -> Result<()> {
    let line = |entry: u64| format!("{UPLOADS}#{entry}");
    let (mut parts, _) = Parts::new().await?;
    let mut lines = parts.lines()?;
    lines[1].text = lines[1].text.replace("XZBA", "ZXBA");
    parts.set_lines(&lines)?;
    parts.cover_up()?;
    assert_eq!(parts.found()?, [at(Tampering::LineChanged, &line(3))]);
    // The same with a hash that fits: the next line does not follow any more.
    lines[1].hash = store::chain::link(&lines[1].prev_hash, &lines[1].text);
    parts.set_lines(&lines)?;
    parts.cover_up()?;
    assert_eq!(parts.found()?, [at(Tampering::LineMoved, &line(4))]);

    let (mut parts, _) = Parts::new().await?;
    let mut lines = parts.lines()?;
    lines.remove(1);
    parts.set_lines(&lines)?;
    parts.cover_up()?;
    assert_eq!(parts.found()?, [at(Tampering::LineRemoved, &line(3))]);

    let (mut parts, _) = Parts::new().await?;
    let mut lines = parts.lines()?;
    lines.pop();
    parts.set_lines(&lines)?;
    parts.cover_up()?;
    assert_eq!(parts.found()?, [at(Tampering::LineRemoved, &line(4))]);

    let (mut parts, _) = Parts::new().await?;
    let mut lines = parts.lines()?;
    lines.swap(0, 1);
    parts.set_lines(&lines)?;
    parts.cover_up()?;
    assert!(parts.found()?.contains(&at(Tampering::LineMoved, &line(2))));

    let (mut parts, _) = Parts::new().await?;
    let mut lines = parts.lines()?;
    let mut more = lines[2].clone();
    more.text = more.text.replacen("[4,", "[5,", 1).replace(",4,0,null", ",5,0,null");
    more.prev_hash = lines[2].hash.clone();
    more.hash = store::chain::link(&more.prev_hash, &more.text);
    lines.push(more);
    parts.set_lines(&lines)?;
    parts.cover_up()?;
    assert_eq!(parts.found()?, [at(Tampering::LineAdded, &line(5))]);

    let (mut parts, _) = Parts::new().await?;
    let mut text = parts.files[UPLOADS].clone();
    text.splice(0..1, *b"nonsense");
    parts.files.insert(UPLOADS.to_owned(), text);
    parts.cover_up()?;
    assert!(parts.found()?.contains(&at(Tampering::LineUnreadable, &format!("{UPLOADS}:1"))));
    Ok(())
}

#[tokio::test]
async fn the_link_to_what_came_before_and_the_end_cannot_be_bent() -> Result<()> {
    let (mut parts, _) = Parts::new().await?;
    let mut manifest = parts.manifest()?;
    manifest.ledgers[0].before.hash = "0".repeat(64);
    parts.set_manifest(&manifest)?;
    assert_eq!(parts.found()?, [at(Tampering::BeginChanged, &format!("{UPLOADS}#2"))]);
    let (mut parts, _) = Parts::new().await?;
    let mut manifest = parts.manifest()?;
    manifest.ledgers[0].last.hash = "0".repeat(64);
    parts.set_manifest(&manifest)?;
    assert_eq!(parts.found()?, [at(Tampering::EndChanged, UPLOADS)]);
    Ok(())
}

#[tokio::test]
async fn a_bundle_made_anew_as_a_whole_is_exposed_by_its_fingerprint() -> Result<()> {
    let (mut parts, fingerprint) = Parts::new().await?;
    assert_eq!(verify(&parts.write()?, Some(&fingerprint.to_uppercase()))?.findings, []);
    let mut lines = parts.lines()?;
    let zip = envelope::zip(b"<UploadData/>", envelope::ENTRY)?;
    let mut fields: Vec<serde_json::Value> = serde_json::from_str(&lines[0].text)?;
    fields[7] = zip.len().into();
    fields[8] = envelope::hash(&zip).into();
    fields[9] = hex::encode(Sha256::digest(&zip)).into();
    lines[0].text = serde_json::to_string(&fields)?;
    parts.files.insert(SECOND.to_owned(), zip);
    for index in 0..lines.len() {
        if index > 0 {
            lines[index].prev_hash = lines[index - 1].hash.clone();
        }
        lines[index].hash = store::chain::link(&lines[index].prev_hash, &lines[index].text);
    }
    let mut manifest = parts.manifest()?;
    let hash = lines[2].hash.clone();
    (manifest.ledgers[0].last.hash, manifest.ledgers[0].head.hash) = (hash.clone(), hash);
    parts.set_manifest(&manifest)?;
    parts.set_lines(&lines)?;
    parts.cover_up()?;
    assert_eq!(parts.found()?, [], "it is whole in itself");
    let found = verify(&parts.write()?, Some(&fingerprint))?.findings;
    assert_eq!(found, [Finding { what: Tampering::ManifestChanged, place: MANIFEST.to_owned() }]);
    Ok(())
}

#[tokio::test]
async fn what_is_no_bundle_is_said_to_be_none() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("x");
    assert!(matches!(verify(&file, None), Err(Unusable::Read(_))));
    std::fs::write(&file, b"no zip")?;
    assert!(matches!(verify(&file, None), Err(Unusable::NoZip)));
    let (mut parts, _) = Parts::new().await?;
    let mut manifest = parts.manifest()?;
    manifest.format = 99;
    parts.set_manifest(&manifest)?;
    assert!(matches!(verify(&parts.write()?, None), Err(Unusable::Format(99))));
    parts.files.remove(MANIFEST);
    assert!(matches!(verify(&parts.write()?, None), Err(Unusable::NoManifest)));
    Ok(())
}

#[tokio::test]
async fn nothing_that_travelled_is_ever_cleaned_away() -> Result<()> {
    let test = filled().await?;
    let run = Run { worker: "test".to_owned(), attempt: 1 };
    // The interface asks for three months at least, for sending again; the chain needs every container for good.
    for days in [1, 90, 400] {
        test.clock.advance(SignedDuration::from_hours(24 * days));
        CleanUp {}.run(&test.world, &run).await.map_err(told)?;
        let reader = test.world.store.read().await?;
        for verdict in [store::upload::verify(&reader, BUREAU).await?, store::download::verify(&reader, BUREAU).await?]
        {
            assert!(matches!(verdict, Verdict::Intact { lines: 4, .. }), "after {days} days: {verdict:?}");
        }
    }
    Ok(())
}
