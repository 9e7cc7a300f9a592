//! The SOAP services of the sandbox: six methods at the addresses of a real bureau, and their WSDL.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, OriginalUri, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use secrecy::ExposeSecret as _;

use super::clock::{local, stored};
use super::fault::FaultKind;
use super::line::Line;
use super::office::Office;
use super::words::Lang;
use super::{Error, MINISTRY, Provider};
use crate::code::{MsgCode, Table};
use crate::envelope::{self, Container, OpenError};
use crate::gbk;
use crate::soap::{
    self, Answer, DownloadAnswer, FileInfo, Method, PreviousUploadAnswer, Request, StatusAnswer, StatusInfo,
    UploadAnswer,
};

mod wsdl;

/// The largest request: 50 MB of XML as base64 that hardly compressed.
const MAX_BODY: usize = 100 * 1024 * 1024;
/// A code that no table knows, for a fault.
const UNKNOWN_CODE: i64 = 777;

pub(super) fn routes() -> Router<Arc<Office>> {
    let mut routes = Router::new();
    for path in wsdl::PATHS {
        routes = routes.route(path, get(describe).post(call));
    }
    routes.layer(DefaultBodyLimit::max(MAX_BODY))
}

/// Serves the WSDL at `?wsdl`, with the address under which it was asked for.
async fn describe(OriginalUri(uri): OriginalUri, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    if !query.unwrap_or_default().to_ascii_lowercase().starts_with("wsdl") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    xml(StatusCode::OK, wsdl::document(uri.path(), &format!("http://{host}{}", uri.path())))
}

fn xml(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
}

async fn call(
    State(office): State<Arc<Office>>,
    ConnectInfo(line): ConnectInfo<Line>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Response {
    let refuse = |text: &str| xml(StatusCode::INTERNAL_SERVER_ERROR, soap::fault("Client", text));
    let request = match std::str::from_utf8(&body)
        .map_err(|error| error.to_string())
        .and_then(|text| Request::read(text).map_err(|error| error.to_string()))
    {
        Ok(request) if request.method.path() == uri.path() => request,
        Ok(_) => return refuse("no such method at this address"),
        Err(error) => return refuse(&error),
    };
    drop(body);
    match answer(&office, &line, &request).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, method = request.method.name(), "the sandbox failed in a call");
            xml(StatusCode::INTERNAL_SERVER_ERROR, soap::fault("Server", "internal error"))
        }
    }
}

/// Answers a call, with the faults that were ordered.
async fn answer(office: &Office, line: &Line, request: &Request) -> Result<Response, Error> {
    let method = request.method;
    let fault = office.take_fault(method, request.number("ispId")).await?;
    let kind = fault.as_ref().map(|fault| fault.kind);
    let document = match kind {
        Some(FaultKind::DropBeforeCommit) => {
            line.cut();
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        Some(FaultKind::Down) => return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response()),
        Some(FaultKind::Maintenance) => {
            let code = match method {
                Method::Upload | Method::PreviousUpload => MsgCode::UPLOAD_MAINTENANCE,
                _ => MsgCode::DOWNLOAD_MAINTENANCE,
            };
            soap::to_text(&said(code))
        }
        Some(FaultKind::Gap) => {
            let sequence = request.number("dataSequence").unwrap_or(1);
            soap::to_text(&UploadAnswer { answer: said(MsgCode::GAP), missing: vec![(sequence - 1).max(1)] })
        }
        Some(FaultKind::UnknownMsgCode) => {
            soap::to_text(&Answer::new(MsgCode(UNKNOWN_CODE), Lang::Chinese.text("unknown-code")))
        }
        Some(FaultKind::MsgCode) => {
            let code = fault.as_ref().and_then(|fault| fault.code).unwrap_or(MsgCode::OTHER.0);
            soap::to_text(&said(MsgCode(code)))
        }
        _ => office.answer(request, kind).await?,
    };
    match kind {
        Some(FaultKind::DropAfterCommit) => line.cut(),
        Some(FaultKind::Delay) => {
            let delay = fault.map_or(0, |fault| fault.delay_ms);
            tokio::time::sleep(Duration::from_millis(delay.unsigned_abs())).await;
        }
        _ => {}
    }
    Ok(xml(StatusCode::OK, soap::response(method, &document)))
}

/// An answer with the text of the specification.
fn said(code: MsgCode) -> Answer {
    Answer::new(code, code.words().map(|words| words.zh).unwrap_or_default())
}

/// 999 with the reason in words.
fn other(key: &str, values: &[(&'static str, &str)]) -> Answer {
    Answer::new(MsgCode::OTHER, Lang::Chinese.with(key, values))
}

impl Office {
    /// Answers a call as a bureau would, and returns the text of the return document.
    async fn answer(&self, request: &Request, fault: Option<FaultKind>) -> Result<String, Error> {
        let provider = match self.authenticate(request) {
            Ok(provider) => provider,
            Err(code) => return Ok(soap::to_text(&said(code))),
        };
        if let Some(seconds) = self.rate.exceeded(provider.isp_id, self.clock.now()) {
            return Ok(soap::to_text(&other("too-often", &[("seconds", &seconds.to_string())])));
        }
        if request.method != Method::Upload && request.number("hashAlgorithm") != Some(0) {
            return Ok(soap::to_text(&said(MsgCode::HASH_ALGORITHM)));
        }
        Ok(match request.method {
            Method::Upload => soap::to_text(&self.upload(provider, request).await?),
            Method::Download => soap::to_text(&self.download(provider, fault).await?),
            Method::Acknowledge => soap::to_text(&self.acknowledge(provider, request, fault).await?),
            Method::PreviousUpload => soap::to_text(&self.previous(provider, fault).await?),
            Method::Status => soap::to_text(&self.status(request).await?),
            Method::VerifyPassword => soap::to_text(&self.verify_password(request).await?),
        })
    }

    /// Checks who calls (specification, section 3-1).
    fn authenticate(&self, request: &Request) -> Result<&Provider, MsgCode> {
        let random = request.text("randVal").unwrap_or_default();
        if random.chars().count() < 20 {
            return Err(MsgCode::RANDOM_VALUE);
        }
        let provider = request.number("ispId").and_then(|id| self.provider(id)).ok_or(MsgCode::AUTHENTICATION)?;
        if request.text("userName") != Some(provider.user.as_str()) {
            return Err(MsgCode::USER_NAME);
        }
        let expected = soap::password_hash(provider.password.expose_secret(), random);
        if expected.ok().as_deref() != request.text("pwdHash").map(str::trim) {
            return Err(MsgCode::PASSWORD);
        }
        // The ministry knows the units of every province.
        if self.config.province != MINISTRY && provider.province != self.config.province {
            return Err(MsgCode::OTHER_PROVINCE);
        }
        if !provider.open {
            return Err(MsgCode::NOT_OPENED);
        }
        Ok(provider)
    }

    async fn upload(&self, provider: &Provider, request: &Request) -> Result<UploadAnswer, Error> {
        let refused = |answer| UploadAnswer { answer, missing: Vec::new() };
        let container = Container {
            info: request.text("beianInfo").unwrap_or_default().to_owned(),
            hash: request.text("beianInfoHash").unwrap_or_default().to_owned(),
            encrypt_algorithm: request.number("encryptAlgorithm").unwrap_or(-1),
            hash_algorithm: request.number("hashAlgorithm").unwrap_or(-1),
            compression_format: request.number("compressionFormat").unwrap_or(-1),
        };
        let Some(sequence) = request.number("dataSequence").filter(|sequence| *sequence > 0) else {
            return Ok(refused(other("sequence-invalid", &[])));
        };
        let mut code = self.outside_hours().map(|answer| (answer, "refused"));
        if code.is_none() {
            code = open_code(&container, provider).map(|code| (said(code), "refused"));
        }
        let mut tx = self.write().await?;
        let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(sequence), 0) FROM upload WHERE isp_id = ?")
            .bind(provider.isp_id)
            .fetch_one(&mut *tx)
            .await?;
        let mut missing = Vec::new();
        if sequence <= last {
            // Taken before: whatever else is wrong with this call, it is a repetition, and it changes nothing.
            code = Some((other("sequence-taken", &[("sequence", &sequence.to_string())]), "duplicate"));
        } else if code.is_none() && sequence > last + 1 {
            missing = (last + 1..sequence).take(100).collect();
            code = Some((said(MsgCode::GAP), "refused"));
        } else if code.is_none() {
            let waiting: i64 =
                sqlx::query_scalar("SELECT COUNT(*) FROM upload WHERE isp_id = ? AND processed_at IS NULL")
                    .bind(provider.isp_id)
                    .fetch_one(&mut *tx)
                    .await?;
            if waiting >= provider.max_waiting {
                code = Some((said(MsgCode::TOO_MANY_WAITING), "refused"));
            }
        }
        let now = stored(self.clock.now());
        let (answer, outcome) = code.unwrap_or_else(|| (said(MsgCode::OK), "accepted"));
        sqlx::query("INSERT INTO attempt (isp_id, sequence, at, hash, outcome, msg_code) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(provider.isp_id)
            .bind(sequence)
            .bind(now)
            .bind(&container.hash)
            .bind(outcome)
            .bind(answer.code.0)
            .execute(&mut *tx)
            .await?;
        if outcome == "accepted" {
            sqlx::query("INSERT INTO upload (isp_id, sequence, at, name, container) VALUES (?, ?, ?, ?, ?)")
                .bind(provider.isp_id)
                .bind(sequence)
                .bind(now)
                .bind(format!("{}_{sequence}.xml", provider.isp_id))
                .bind(serde_json::to_string(&container)?)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        self.bell.notify_one();
        Ok(UploadAnswer { answer, missing })
    }

    /// The refusal outside the reporting hours; its text names them.
    fn outside_hours(&self) -> Option<Answer> {
        let (from, until) = self.config.hours?;
        let now = local(self.clock.now()).time();
        let open = if from <= until { from <= now && now < until } else { now >= from || now < until };
        if open {
            return None;
        }
        let text = format!("{}{from}-{until}", said(MsgCode::HOURS).text);
        Some(Answer::new(MsgCode::HOURS, text))
    }

    async fn download(&self, provider: &Provider, fault: Option<FaultKind>) -> Result<DownloadAnswer, Error> {
        self.settle().await?;
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT name, container FROM download WHERE isp_id = ? AND acked_at IS NULL ORDER BY id LIMIT 2",
        )
        .bind(provider.isp_id)
        .fetch_all(&self.db)
        .await?;
        let Some((name, container)) = rows.first() else {
            return Ok(DownloadAnswer { answer: said(MsgCode::NOTHING_TO_DOWNLOAD), file: None });
        };
        let code = if rows.len() > 1 { MsgCode::MORE_TO_DOWNLOAD } else { MsgCode::LAST_DOWNLOAD };
        let container = spoil(serde_json::from_str(container)?, provider, fault);
        let file = FileInfo { name: name.clone(), container, sequence: None };
        Ok(DownloadAnswer { answer: said(code), file: Some(file) })
    }

    async fn acknowledge(
        &self,
        provider: &Provider,
        request: &Request,
        fault: Option<FaultKind>,
    ) -> Result<Answer, Error> {
        let name = request.text("fileName").unwrap_or_default().trim();
        if name.is_empty() {
            return Ok(said(MsgCode::NO_FILE_NAME));
        }
        if fault == Some(FaultKind::Duplicate) {
            return Ok(said(MsgCode::OK));
        }
        // Acknowledging again is no mistake: the first answer may have been lost.
        let known = sqlx::query("UPDATE download SET acked_at = COALESCE(acked_at, ?) WHERE isp_id = ? AND name = ?")
            .bind(stored(self.clock.now()))
            .bind(provider.isp_id)
            .bind(name)
            .execute(&self.db)
            .await?
            .rows_affected();
        Ok(if known == 1 { said(MsgCode::OK) } else { other("file-unknown", &[("name", name)]) })
    }

    async fn previous(&self, provider: &Provider, fault: Option<FaultKind>) -> Result<PreviousUploadAnswer, Error> {
        let row: Option<(i64, String, String)> = sqlx::query_as(
            "SELECT sequence, name, container FROM upload WHERE isp_id = ? ORDER BY sequence DESC LIMIT 1",
        )
        .bind(provider.isp_id)
        .fetch_optional(&self.db)
        .await?;
        let answer = said(MsgCode::OK);
        let Some((sequence, name, container)) = row else {
            return Ok(PreviousUploadAnswer { answer, sequence: Some(0), file: None });
        };
        let container = spoil(serde_json::from_str(&container)?, provider, fault);
        let file = FileInfo { name, container, sequence: Some(sequence) };
        Ok(PreviousUploadAnswer { answer, sequence: Some(sequence), file: Some(file) })
    }

    async fn status(&self, request: &Request) -> Result<StatusAnswer, Error> {
        let kind = request.number("queryConditionType").unwrap_or(-1);
        let condition = request.text("queryCondition").unwrap_or_default().trim().to_owned();
        let known = kind == 0 || Table::CredentialType.row(kind).is_some();
        if !known || !(4..=255).contains(&condition.chars().count()) {
            return Ok(StatusAnswer { answer: other("query-invalid", &[]), status: None });
        }
        let rows: Vec<(String, String, String)> = if kind == 0 {
            sqlx::query_as(
                "SELECT site.name, subject.number, site.number FROM domain JOIN site ON site.id = domain.site_id \
                 JOIN subject ON subject.id = site.subject_id WHERE domain.name = ?",
            )
            .bind(condition.to_lowercase())
            .fetch_all(&self.db)
            .await?
        } else {
            sqlx::query_as(
                "SELECT site.name, subject.number, site.number FROM subject JOIN site ON site.subject_id = subject.id \
                 WHERE certificate_kind = ? AND certificate_number = ? AND subject.cancelled_at IS NULL \
                   AND site.cancelled_at IS NULL ORDER BY site.id",
            )
            .bind(kind)
            .bind(condition.to_uppercase())
            .fetch_all(&self.db)
            .await?
        };
        let names: Vec<&str> = rows.iter().map(|(name, _, _)| name.as_str()).collect();
        let numbers: Vec<&str> = rows.iter().map(|(_, _, number)| number.as_str()).collect();
        let status = StatusInfo {
            kind,
            condition,
            site_names: (!names.is_empty()).then(|| names.join(";")),
            subject_number: rows.first().map(|(_, number, _)| number.clone()),
            site_number: (!numbers.is_empty()).then(|| numbers.join(";")),
            filed: Some(!rows.is_empty()),
        };
        Ok(StatusAnswer { answer: said(MsgCode::OK), status: Some(status) })
    }
}

/// The code that refuses a container, if something about it is wrong.
fn open_code(container: &Container, provider: &Provider) -> Option<MsgCode> {
    let cipher = provider.cipher().ok();
    Some(match container.open(cipher.as_ref()).err()? {
        OpenError::EncryptAlgorithm(_) => MsgCode::ENCRYPT_ALGORITHM,
        OpenError::HashAlgorithm(_) => MsgCode::HASH_ALGORITHM,
        OpenError::CompressionFormat(_) => MsgCode::COMPRESSION_FORMAT,
        OpenError::Base64 if container.encrypt_algorithm == 1 => MsgCode::DECRYPTION,
        OpenError::Base64 => MsgCode::UNZIP,
        OpenError::Decryption => MsgCode::DECRYPTION,
        OpenError::Hash => MsgCode::HASH,
        OpenError::Unzip(_) => MsgCode::UNZIP,
        OpenError::Files(_) => MsgCode::ONE_FILE,
        OpenError::TooLarge => MsgCode::TOO_LARGE,
        // What is inside the file is judged later, and reported by download.
        OpenError::CharacterSet | OpenError::Xml(_) => return None,
    })
}

/// Spoils a container as a fault wants it.
fn spoil(container: Container, provider: &Provider, fault: Option<FaultKind>) -> Container {
    match fault {
        Some(FaultKind::CorruptHash) => {
            let hash = envelope::hash(container.hash.as_bytes());
            Container { hash, ..container }
        }
        Some(FaultKind::TruncatedZip) => {
            let cipher = provider.cipher().ok();
            let zip = container.open_zip(cipher.as_ref()).unwrap_or_default();
            let cipher = cipher.filter(|_| container.encrypt_algorithm == 1);
            envelope::seal(&zip[..zip.len() / 2], cipher.as_ref())
        }
        Some(FaultKind::WrongCharset) => rewritten(container, provider, |text| text.as_bytes().to_vec()),
        Some(FaultKind::WrongVersion) => {
            rewritten(container, provider, |text| gbk::encode(&text.replacen("V.3.0", "V.9.9", 1)).unwrap_or_default())
        }
        _ => container,
    }
}

/// A container whose file was written anew.
fn rewritten(container: Container, provider: &Provider, write: impl FnOnce(&str) -> Vec<u8>) -> Container {
    let cipher = provider.cipher().ok();
    let opened = container.open(cipher.as_ref()).ok().and_then(|bytes| gbk::decode(&bytes));
    let cipher = cipher.filter(|_| container.encrypt_algorithm == 1);
    match opened.map(|text| envelope::pack(&write(&text), envelope::ENTRY, cipher.as_ref())) {
        Some(Ok(packed)) => packed,
        _ => container,
    }
}
