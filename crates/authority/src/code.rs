//! The codes of the interface with their texts: answers of a call (`msg_code`), results of processing (`Jgdm`), and the
//! bootstrap code tables. All are data in `data/*.tsv`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Words {
    /// The Chinese text of the specification.
    pub zh: &'static str,
    /// What it means in English.
    pub en: &'static str,
}

/// The code that answers a call (返回状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MsgCode(pub i64);

/// What a caller should do after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// The call did what it should.
    Proceed,
    /// Send the missing sequence numbers first, then this one again.
    FillGap,
    /// Ask again later; the same call may then succeed.
    RetryLater,
    /// The same bytes will never be accepted; a person must find the mistake in the data or the program.
    Mend,
    /// The account, the rights or the address is wrong; stop and alarm.
    Configure,
}

impl MsgCode {
    /// The call succeeded.
    pub const OK: Self = Self(0);
    /// The download succeeded and was the last one waiting.
    pub const LAST_DOWNLOAD: Self = Self(1);
    /// Nothing waits to be downloaded.
    pub const NOTHING_TO_DOWNLOAD: Self = Self(2);
    /// The download succeeded and more are waiting.
    pub const MORE_TO_DOWNLOAD: Self = Self(3);
    /// The user name is wrong.
    pub const USER_NAME: Self = Self(4);
    /// The password is wrong.
    pub const PASSWORD: Self = Self(5);
    /// The payload could not be decrypted.
    pub const DECRYPTION: Self = Self(6);
    /// The hash does not belong to the payload.
    pub const HASH: Self = Self(7);
    /// The payload could not be unzipped.
    pub const UNZIP: Self = Self(8);
    /// The encryption algorithm is unknown.
    pub const ENCRYPT_ALGORITHM: Self = Self(9);
    /// The hash algorithm is unknown.
    pub const HASH_ALGORITHM: Self = Self(10);
    /// The compression format is unknown.
    pub const COMPRESSION_FORMAT: Self = Self(11);
    /// The authentication data are wrong.
    pub const AUTHENTICATION: Self = Self(12);
    /// The provider belongs to another province.
    pub const OTHER_PROVINCE: Self = Self(13);
    /// Sequence numbers before this one are missing.
    pub const GAP: Self = Self(14);
    /// Too many files of this provider wait to be processed.
    pub const TOO_MANY_WAITING: Self = Self(15);
    /// The random string has fewer than 20 characters.
    pub const RANDOM_VALUE: Self = Self(16);
    /// Not exactly one file in the payload.
    pub const ONE_FILE: Self = Self(17);
    /// The file is larger than 50 MB.
    pub const TOO_LARGE: Self = Self(18);
    /// The provider's reporting rights are not opened.
    pub const NOT_OPENED: Self = Self(19);
    /// Outside the reporting hours.
    pub const HOURS: Self = Self(20);
    /// The acknowledgement names no file.
    pub const NO_FILE_NAME: Self = Self(21);
    /// The filing password was tried too often.
    pub const PASSWORD_TRIES: Self = Self(22);
    /// Maintenance: the upload was not taken.
    pub const UPLOAD_MAINTENANCE: Self = Self(901);
    /// Maintenance: the download was not taken.
    pub const DOWNLOAD_MAINTENANCE: Self = Self(902);
    /// Any other error.
    pub const OTHER: Self = Self(999);

    /// The text of this code, if the specification has it.
    pub fn words(self) -> Option<Words> {
        MSG_CODES.get(&self.0).copied()
    }

    /// What a caller should do. An unknown code is treated like 999: nothing is assumed about it, ask again later.
    pub fn reaction(self) -> Reaction {
        match self.0 {
            0..=3 => Reaction::Proceed,
            14 => Reaction::FillGap,
            4 | 5 | 12 | 13 | 16 | 19 => Reaction::Configure,
            6..=11 | 17 | 18 | 21 | 22 => Reaction::Mend,
            _ => Reaction::RetryLater,
        }
    }
}

impl std::fmt::Display for MsgCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.words() {
            Some(words) => write!(f, "{} ({})", self.0, words.en),
            None => write!(f, "{}", self.0),
        }
    }
}

/// The code of a processing result (结果代码, `Jgdm`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ResultCode(pub i64);

impl ResultCode {
    /// The bureau approved.
    pub const APPROVED: Self = Self(1001);
    /// The bureau refused.
    pub const REFUSED: Self = Self(1002);
    /// The access IPs agree with the provider's IP filing; what a machine says of a first filing it found in order.
    pub const IP_MATCHED: Self = Self(1062);

    /// Whether the code reports a success; every other code is a failure (specification, section 3-5).
    pub fn is_success(self) -> bool {
        matches!(self.0, 1001 | 1060 | 1062 | 2998 | 3998)
    }

    /// The text of this code, if the specification has it.
    pub fn words(self) -> Option<Words> {
        RESULT_CODES.get(&self.0).copied()
    }
}

impl std::fmt::Display for ResultCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.words() {
            Some(words) => write!(f, "{} ({})", self.0, words.en),
            None => write!(f, "{}", self.0),
        }
    }
}

/// One of the code tables (基础代码).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// 单位性质, the nature of a unit.
    UnitNature,
    /// 证件类型, the kind of credential.
    CredentialType,
    /// 网站服务内容, what a site offers.
    ServiceContent,
    /// 前置审批, the kind of pre-approval.
    PreApproval,
    /// 接入方式, how a site is hosted.
    AccessMethod,
    /// 服务器放置地, where the server stands.
    ServerLocation,
    /// 语言类别, the language of a site.
    Language,
    /// 附件用途, what an attachment proves.
    AttachmentPurpose,
    /// 附件格式, the file format of an attachment.
    AttachmentFormat,
    /// Provinces by the first two digits of their GB/T 2260 code.
    Province,
}

/// One row of a code table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The names.
    pub words: Words,
    /// For a credential: `person`, or the unit nature it belongs to. For a location: the province's two digits.
    /// For a province: the character in front of its filing numbers.
    pub note: &'static str,
}

impl Table {
    /// The row with this id.
    pub fn row(self, id: i64) -> Option<Row> {
        TABLES.get(&(self, id)).copied()
    }

    /// All rows in the order of their ids.
    pub fn rows(self) -> impl Iterator<Item = (i64, Row)> {
        TABLES.range((self, i64::MIN)..=(self, i64::MAX)).map(|((_, id), row)| (*id, *row))
    }

    /// Every table.
    pub const ALL: [Self; 10] = [
        Self::UnitNature,
        Self::CredentialType,
        Self::ServiceContent,
        Self::PreApproval,
        Self::AccessMethod,
        Self::ServerLocation,
        Self::Language,
        Self::AttachmentPurpose,
        Self::AttachmentFormat,
        Self::Province,
    ];

    /// Its name, such as `unit_nature`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnitNature => "unit_nature",
            Self::CredentialType => "credential_type",
            Self::ServiceContent => "service_content",
            Self::PreApproval => "pre_approval",
            Self::AccessMethod => "access_method",
            Self::ServerLocation => "server_location",
            Self::Language => "language",
            Self::AttachmentPurpose => "attachment_purpose",
            Self::AttachmentFormat => "attachment_format",
            Self::Province => "province",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// Every code that answers a call, with its texts.
pub fn answers() -> impl Iterator<Item = (i64, Words)> {
    MSG_CODES.iter().map(|(code, words)| (*code, *words))
}

/// Every code of a processing result, with its texts.
pub fn results() -> impl Iterator<Item = (i64, Words)> {
    RESULT_CODES.iter().map(|(code, words)| (*code, *words))
}

static MSG_CODES: LazyLock<BTreeMap<i64, Words>> = LazyLock::new(|| codes(include_str!("../data/msg_code.tsv")));
static RESULT_CODES: LazyLock<BTreeMap<i64, Words>> = LazyLock::new(|| codes(include_str!("../data/result_code.tsv")));
static TABLES: LazyLock<BTreeMap<(Table, i64), Row>> = LazyLock::new(|| {
    lines(include_str!("../data/tables.tsv"))
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let table = Table::named(cells.next()?)?;
            let id = cells.next()?.parse().ok()?;
            let words = Words { zh: cells.next()?, en: cells.next()? };
            Some(((table, id), Row { words, note: cells.next().unwrap_or_default() }))
        })
        .collect()
});

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn codes(text: &'static str) -> BTreeMap<i64, Words> {
    lines(text)
        .filter_map(|line| {
            let mut cells = line.split('\t');
            Some((cells.next()?.parse().ok()?, Words { zh: cells.next()?, en: cells.next()? }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_code_files_is_read() {
        assert_eq!(MSG_CODES.len(), 26);
        assert_eq!(RESULT_CODES.len(), 178);
        assert_eq!(TABLES.len(), lines(include_str!("../data/tables.tsv")).count());
        assert_eq!(Table::CredentialType.row(2).unwrap().note, "person");
        assert_eq!(Table::ServerLocation.row(34).unwrap().note, "33");
        assert_eq!(Table::Province.row(62).unwrap().note, "陇");
        assert_eq!(Table::UnitNature.rows().count(), 18);
    }

    #[test]
    fn only_the_five_named_results_are_successes() {
        let successes: Vec<i64> = RESULT_CODES.keys().copied().filter(|code| ResultCode(*code).is_success()).collect();
        assert_eq!(successes, [1001, 1060, 1062, 2998, 3998]);
    }

    #[test]
    fn every_known_answer_has_a_reaction_and_an_unknown_one_waits() {
        assert_eq!(MsgCode(0).reaction(), Reaction::Proceed);
        assert_eq!(MsgCode(14).reaction(), Reaction::FillGap);
        assert_eq!(MsgCode(5).reaction(), Reaction::Configure);
        assert_eq!(MsgCode(7).reaction(), Reaction::Mend);
        for code in [15, 20, 901, 902, 999, 77, -1] {
            assert_eq!(MsgCode(code).reaction(), Reaction::RetryLater, "{code}");
        }
    }
}
