//! Letters and text messages against servers of the test's own.

use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use app::mail::{Letter, Mail as _, SmtpMail};
use app::sms::{HttpSms, Sms as _, Text, signature};
use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

type Seen = Arc<Mutex<Vec<String>>>;

/// A mail server that takes everything, except from whom it is told to put off or refuse.
async fn mail_server(recipient_answer: &'static str) -> Result<(String, Seen)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("smtp://{}", listener.local_addr()?);
    let seen = Seen::default();
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let letter = serve_mail(stream, recipient_answer).await;
            if let (Ok(Some(letter)), Ok(mut kept)) = (letter, kept.lock()) {
                kept.push(letter);
            }
        }
    });
    Ok((url, seen))
}

async fn serve_mail(stream: TcpStream, recipient_answer: &str) -> Result<Option<String>> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 test\r\n").await?;
    let mut letter: Option<String> = None;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-test\r\n250 8BITMIME\r\n".to_owned(),
            "RCPT" => format!("{recipient_answer}\r\n"),
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                letter = Some(text);
                "250 taken\r\n".to_owned()
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                break;
            }
            _ => "250 fine\r\n".to_owned(),
        };
        writer.write_all(answer.as_bytes()).await?;
    }
    Ok(letter)
}

fn letter() -> Letter {
    Letter {
        id: Uuid::from_u128(7),
        to: "zhou@example.com".into(),
        subject: "备案成功：yunshan-tech.cn".into(),
        text: "恭喜，备案已通过。".into(),
    }
}

#[tokio::test]
async fn a_letter_reaches_a_mail_server_with_a_name_that_stays_the_same() -> Result<()> {
    let (url, seen) = mail_server("250 fine").await?;
    let mail = SmtpMail::new(&url, "Beian <no-reply@provider.example.com>")?;
    mail.send(&letter()).await?;
    drop(mail);
    for _ in 0..100 {
        if !seen.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let text = seen.lock().unwrap().first().cloned().context("a letter came")?;
    assert!(text.contains(&format!("Message-ID: <{}@provider.example.com>", Uuid::from_u128(7))), "{text}");
    assert!(text.contains("To: zhou@example.com"));
    Ok(())
}

#[tokio::test]
async fn a_refusal_for_good_is_told_from_one_for_now_and_neither_names_the_receiver() -> Result<()> {
    for (answer, permanent) in [("550 no such user zhou@example.com", true), ("451 later", false)] {
        let (url, _) = mail_server(answer).await?;
        let error = SmtpMail::new(&url, "no-reply@provider.example.com")?.send(&letter()).await.unwrap_err();
        assert_eq!(error.permanent, permanent, "{answer}");
        assert!(!error.detail.contains("zhou"), "{error}");
    }
    let nobody = SmtpMail::new("smtp://127.0.0.1:1", "no-reply@provider.example.com")?;
    assert!(!nobody.send(&letter()).await.unwrap_err().permanent);
    Ok(())
}

/// A text-message provider that answers every request with one status.
async fn sms_provider(status: u16) -> Result<(url::Url, Seen)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/send", listener.local_addr()?).parse()?;
    let seen = Seen::default();
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 8_192];
            let mut length = 0;
            // Headers and body may come apart.
            while !String::from_utf8_lossy(&bytes[..length]).contains('}') {
                match stream.read(&mut bytes[length..]).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => length += read,
                }
            }
            if let Ok(mut kept) = kept.lock() {
                kept.push(String::from_utf8_lossy(&bytes[..length]).into_owned());
            }
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    Ok((url, seen))
}

#[tokio::test]
async fn a_text_message_is_signed_and_carries_its_id() -> Result<()> {
    let (url, seen) = sms_provider(202).await?;
    let at: Timestamp = "2026-11-20T01:00:00Z".parse()?;
    let text = Text { id: Uuid::from_u128(9), to: "13800138000".into(), text: "验证码 123456".into() };
    HttpSms::new(url, "key-1".into(), "top secret".into())?.send(&text, at).await?;
    let request = seen.lock().unwrap().first().cloned().context("a request came")?;
    let body = request.split("\r\n\r\n").nth(1).context("a body")?;
    let expected = signature(&"top secret".into(), at, body.as_bytes());
    assert!(request.contains(&format!("beian-signature: {expected}")), "{request}");
    assert!(request.contains("beian-key: key-1") && request.contains(&format!("idempotency-key: {}", text.id)));
    assert!(!request.contains("top secret"));
    Ok(())
}

#[tokio::test]
async fn a_provider_that_is_busy_is_asked_again_and_one_that_refuses_is_not() -> Result<()> {
    for (status, permanent) in [(400, true), (401, true), (429, false), (503, false)] {
        let (url, _) = sms_provider(status).await?;
        let text = Text { id: Uuid::from_u128(9), to: "13800138000".into(), text: "x".into() };
        let sms = HttpSms::new(url, "key-1".into(), "top secret".into())?;
        let error = sms.send(&text, Timestamp::UNIX_EPOCH).await.unwrap_err();
        assert_eq!(error.permanent, permanent, "{status}");
    }
    Ok(())
}
