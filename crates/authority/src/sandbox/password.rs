//! The filing password (备案密码): abolished on 2020-08-17, and issued here only where the settings ask for the old times.

use md5::{Digest as _, Md5};
use sqlx::SqliteConnection;

use super::Error;
use super::check::Findings;
use super::office::Office;
use super::words::Lang;
use crate::chance;
use crate::code::MsgCode;
use crate::message::FiledRecord;
use crate::soap::{Answer, Request, VerifyAnswer};

/// How often a password may be tried; then 22 is answered.
const TRIES: i64 = 5;

impl Office {
    /// Issues the password of a new subject and sends it to the principal.
    pub(super) async fn issue_password(&self, tx: &mut SqliteConnection, record: &FiledRecord) -> Result<(), Error> {
        if !self.config.filing_passwords {
            return Ok(());
        }
        let password = chance::characters(&*self.chance, b"abcdefghjkmnpqrstuvwxyz23456789", 8);
        sqlx::query("UPDATE subject SET password = ? WHERE id = ?")
            .bind(&password)
            .bind(record.subject.bureau_id)
            .execute(&mut *tx)
            .await?;
        let mobile = record.subject.principal.mobile.as_deref().unwrap_or_default();
        let text = Lang::Chinese.with(
            "sms-password",
            &[("number", record.subject.number.as_deref().unwrap_or_default()), ("password", &password)],
        );
        self.send_sms(tx, mobile.split(';').next().unwrap_or_default(), &text, None).await
    }

    /// Checks the hash that came with a request (1018).
    pub(super) async fn check_password(
        &self,
        tx: &mut SqliteConnection,
        subject_id: i64,
        given: Option<&str>,
        findings: &mut Findings,
    ) -> Result<(), Error> {
        if !self.config.filing_passwords {
            return Ok(());
        }
        let kept: Option<String> = sqlx::query_scalar("SELECT password FROM subject WHERE id = ?")
            .bind(subject_id)
            .fetch_optional(&mut *tx)
            .await?
            .flatten();
        if let Some(kept) = kept
            && !given.is_some_and(|given| given.eq_ignore_ascii_case(&hash(&kept)))
        {
            findings.add(1018, "");
        }
        Ok(())
    }

    /// Answers `isp_verifybamm`. A number may be tried five times; whoever finds the right one starts anew.
    pub(super) async fn verify_password(&self, request: &Request) -> Result<VerifyAnswer, Error> {
        if !self.config.filing_passwords {
            let answer = Answer::new(MsgCode::OTHER, Lang::Chinese.text("password-abolished"));
            return Ok(VerifyAnswer { answer, right: None });
        }
        let number = request.text("baxh").unwrap_or_default().trim();
        let given = request.text("bamm").unwrap_or_default().trim();
        let said = |code: MsgCode| Answer::new(code, code.words().map(|words| words.zh).unwrap_or_default());
        let mut tx = self.write().await?;
        let counter = format!("password-{number}");
        if self.next(&mut tx, &counter, 0).await? > TRIES {
            tx.commit().await?;
            return Ok(VerifyAnswer { answer: said(MsgCode::PASSWORD_TRIES), right: None });
        }
        let kept: Option<String> = sqlx::query_scalar(
            "SELECT password FROM subject WHERE cancelled_at IS NULL AND \
             (number = ?1 OR id = (SELECT subject_id FROM site WHERE number = ?1 AND cancelled_at IS NULL))",
        )
        .bind(number)
        .fetch_optional(&mut *tx)
        .await?
        .flatten();
        let right = kept.is_some_and(|kept| given == kept || given.eq_ignore_ascii_case(&hash(&kept)));
        if right {
            sqlx::query("DELETE FROM counter WHERE name = ?").bind(&counter).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(VerifyAnswer { answer: said(MsgCode::OK), right: Some(right) })
    }
}

/// The hash that uploads carry: MD5 in hexadecimal digits.
fn hash(password: &str) -> String {
    Md5::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
