//! A sandbox authority of the test's own, on a port the system chooses.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use app::bureau::BureauSettings;
use authority::sandbox::{Config, Provider, serve};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::world::bureau_at;

/// A running authority.
#[derive(Debug)]
pub struct TestAuthority {
    url: String,
    http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Result<(), authority::sandbox::Error>>,
    _folder: TempDir,
}

impl TestAuthority {
    /// Starts one that knows the provider of [`bureau_at`].
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start() -> Result<Self> {
        Self::start_with(|_| {}).await
    }

    /// Starts one with settings of its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let account = bureau_at(&url)?;
        let secret = |secret: &SecretString| SecretString::from(secret.expose_secret().to_owned());
        let provider = Provider::new(
            account.isp_id,
            "Test",
            &account.user,
            secret(&account.password),
            secret(&account.aes_key),
            secret(&account.aes_iv),
        );
        let database = folder.path().join("authority.sqlite");
        let mut config = Config { providers: vec![provider], seed: Some(1), ..Config::new(&database) };
        change(&mut config);
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(serve(config, listener, async move {
            stopped.await.ok();
        }));
        let authority = Self {
            url,
            http: reqwest::Client::builder().no_proxy().build()?,
            stop: Some(stop),
            served,
            _folder: folder,
        };
        authority.until("it answers", async || Ok(authority.get("healthz").await.is_ok())).await?;
        Ok(authority)
    }

    /// The account of the provider there.
    ///
    /// # Errors
    /// When the address does not parse.
    pub fn bureau(&self) -> Result<BureauSettings> {
        let mut bureau = bureau_at(&self.url)?;
        bureau.timeout_seconds = 5;
        Ok(bureau)
    }

    async fn get(&self, path: &str) -> Result<String> {
        Ok(self.http.get(format!("{}{path}", self.url)).send().await?.error_for_status()?.text().await?)
    }

    /// What it answers to a question for JSON.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ask(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.get(path).await?)?)
    }

    /// What it answers to JSON.
    ///
    /// # Errors
    /// When it does not.
    pub async fn tell(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = self.http.post(format!("{}{path}", self.url)).json(body).send().await?;
        let text = answer.error_for_status()?.text().await?;
        // What is only taken on is answered with nothing.
        if text.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(&text)?) }
    }

    /// Lets something go wrong there.
    ///
    /// # Errors
    /// When it does not take the order.
    pub async fn order_fault(&self, kind: &str, method: &str, times: u32) -> Result<()> {
        self.tell("api/faults", &json!({ "kind": kind, "method": method, "times": times })).await?;
        Ok(())
    }

    /// Lets a method be answered with a code, once.
    ///
    /// # Errors
    /// When it does not take the order.
    pub async fn order_code(&self, code: i64, method: &str) -> Result<()> {
        self.tell("api/faults", &json!({ "kind": "msg_code", "method": method, "code": code })).await?;
        Ok(())
    }

    /// Waits until something is so.
    ///
    /// # Errors
    /// When it is not within a few seconds.
    pub async fn until(&self, what: &str, is_so: impl AsyncFn() -> Result<bool>) -> Result<()> {
        for _ in 0..200 {
            if is_so().await? {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        bail!("never came about: {what}")
    }

    /// Enters the code that went to a phone, as its holder would.
    ///
    /// # Errors
    /// When no code came, or it is not taken.
    pub async fn verify(&self, mobile: &str, id_tail: &str) -> Result<String> {
        let path = format!("api/sms?mobile={mobile}");
        self.until("the ministry's code", async || Ok(self.latest_code(&path).await?.is_some())).await?;
        let code = self.latest_code(&path).await?.context("a code")?;
        let answer = self.tell("api/verify", &json!({ "mobile": mobile, "code": code, "id_tail": id_tail })).await?;
        Ok(answer["state"].as_str().context("a state")?.to_owned())
    }

    async fn latest_code(&self, path: &str) -> Result<Option<String>> {
        let inbox = self.ask(path).await?;
        let codes = inbox.as_array().context("a list")?.iter().filter_map(|message| message["code"].as_str());
        Ok(codes.map(str::to_owned).next())
    }

    /// Decides the one filing that waits at the desk.
    ///
    /// # Errors
    /// When none waits.
    pub async fn decide(&self, approve: bool, opinion: &str) -> Result<Value> {
        let waiting = self.ask("api/desk?state=waiting").await?;
        let id = waiting.as_array().and_then(|list| list.first()).context("a filing waits")?["id"].clone();
        self.tell(&format!("api/desk/{id}/decision"), &json!({ "approve": approve, "opinion": opinion })).await
    }

    /// Every number it received: how often, and how often it was taken.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn ledger(&self) -> Result<Vec<(i64, i64, i64)>> {
        let entries = self.ask("api/ledger").await?;
        Ok(entries
            .as_array()
            .context("a list")?
            .iter()
            .map(|entry| {
                let number = |key: &str| entry[key].as_i64().unwrap_or(-1);
                (number("sequence"), number("received"), number("accepted"))
            })
            .collect())
    }

    /// Stops it.
    ///
    /// # Errors
    /// When it did not end well.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(stop) = self.stop.take() {
            // Whoever already ended needs no telling.
            stop.send(()).ok();
        }
        Ok((&mut self.served).await??)
    }
}

impl Drop for TestAuthority {
    fn drop(&mut self) {
        self.served.abort();
    }
}
