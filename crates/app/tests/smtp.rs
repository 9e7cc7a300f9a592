//! Letters through a mail server that others wrote: aiosmtpd, from the distribution.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use app::mail::{Letter, Mail as _, SmtpMail};
use uuid::Uuid;

/// The server, ended with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn start(mailbox: &Path) -> Result<(Server, String)> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut child = Server(
        Command::new("aiosmtpd")
            .args(["-n", "-l", &address.to_string(), "-c", "aiosmtpd.handlers.Mailbox"])
            .arg(mailbox)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("aiosmtpd starts (Debian package python3-aiosmtpd)")?,
    );
    let began = Instant::now();
    while std::net::TcpStream::connect(address).is_err() {
        if began.elapsed() > Duration::from_secs(20) || child.0.try_wait()?.is_some() {
            bail!("the mail server does not listen");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok((child, format!("smtp://{address}")))
}

#[tokio::test]
async fn a_real_mail_server_takes_a_letter_in_chinese() -> Result<()> {
    let folder = std::env::temp_dir().join(format!("beian-mailbox-{}", std::process::id()));
    let (_server, url) = start(&folder)?;
    let letter = Letter {
        id: Uuid::from_u128(7),
        to: "zhou@example.com".into(),
        subject: "备案订单需要修改".into(),
        text: "请改为实际区县，并写到门牌号。".into(),
    };
    SmtpMail::new(&url, "no-reply@provider.example.com")?.send(&letter).await?;
    let arrived = std::fs::read_dir(folder.join("new"))?.next().context("a letter arrived")??;
    // A parser that is not ours reads it back.
    let script = "import email,email.policy,sys; m=email.message_from_binary_file(open(sys.argv[1],'rb'),policy=email.policy.default); print(m['subject']); print(m['to']); print(m['message-id']); print(m.get_content())";
    let read =
        Command::new("python3").args(["-c", script]).arg(arrived.path()).env("PYTHONIOENCODING", "utf-8").output()?;
    let read = String::from_utf8(read.stdout)?;
    std::fs::remove_dir_all(&folder).ok();
    assert!(read.starts_with("备案订单需要修改\nzhou@example.com\n"), "{read}");
    assert!(read.contains("请改为实际区县，并写到门牌号。"), "{read}");
    assert!(read.contains(&letter.id.to_string()), "{read}");
    Ok(())
}
