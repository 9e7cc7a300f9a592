//! The return documents of the six methods. They are read leniently: the published schemas of these documents reject
//! every real answer (the text must have exactly 256 characters, the version is required and never sent).

use serde::{Deserialize, Serialize};

use crate::code::MsgCode;
use crate::envelope::Container;
use crate::tree::Element;

/// What every answer says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The code (`msg_code`).
    pub code: MsgCode,
    /// Its text (`msg`), in the server's words.
    pub text: String,
}

impl Answer {
    /// Makes an answer.
    pub fn new(code: MsgCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    fn read(document: &Element) -> Option<Self> {
        let code = MsgCode(document.text_of("msg_code")?.parse().ok()?);
        Some(Self { code, text: document.text_of("msg").unwrap_or_default().to_owned() })
    }

    fn to_tree(&self) -> Element {
        Element::new("return").with("msg_code", self.code.0).with("msg", &self.text)
    }
}

/// A return document that can be read and written.
pub(crate) trait Document: Sized {
    /// Reads the document; `None` if even the code is missing.
    fn read(document: &Element) -> Option<Self>;
    /// Writes the document.
    fn to_tree(&self) -> Element;
}

/// The text of a return document as a server sends it: with a declaration that says GBK.
pub(crate) fn to_text(document: &impl Document) -> String {
    format!("<?xml version=\"1.0\" encoding=\"GBK\"?>{}", document.to_tree().to_xml())
}

impl Document for Answer {
    fn read(document: &Element) -> Option<Self> {
        Self::read(document)
    }

    fn to_tree(&self) -> Element {
        self.to_tree()
    }
}

/// The answer of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadAnswer {
    /// Code and text; 0 means only that the file was stored.
    pub answer: Answer,
    /// Sequence numbers that must be sent first, given with code 14.
    pub missing: Vec<i64>,
}

impl Document for UploadAnswer {
    fn read(document: &Element) -> Option<Self> {
        let missing = document
            .get("dataSequences")
            .map(|list| list.all("dataSequence").filter_map(|item| item.text.trim().parse().ok()).collect());
        Some(Self { answer: Answer::read(document)?, missing: missing.unwrap_or_default() })
    }

    fn to_tree(&self) -> Element {
        let tree = self.answer.to_tree();
        if self.missing.is_empty() {
            return tree;
        }
        let list = self.missing.iter().fold(Element::new("dataSequences"), |list, n| list.with("dataSequence", n));
        tree.child(list)
    }
}

/// A file in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInfo {
    /// The server's name of it (`return_FileName`).
    pub name: String,
    /// Its content.
    pub container: Container,
    /// Its sequence number; only the previous upload has one.
    pub sequence: Option<i64>,
}

impl FileInfo {
    fn read(document: &Element) -> Option<Self> {
        let info = document.get("fileInfos")?;
        let number = |name: &str| info.text_of(name).and_then(|text| text.parse().ok());
        Some(Self {
            name: info.text_of("return_FileName").unwrap_or_default().to_owned(),
            sequence: number("dataSequence"),
            container: Container {
                info: info.text_of("beianInfo").unwrap_or_default().to_owned(),
                hash: info.text_of("beianInfoHash").unwrap_or_default().to_owned(),
                encrypt_algorithm: number("encryptAlgorithm").unwrap_or_default(),
                hash_algorithm: number("hashAlgorithm").unwrap_or_default(),
                compression_format: number("compressionFormat").unwrap_or_default(),
            },
        })
    }

    fn to_tree(&self) -> Element {
        Element::new("fileInfos")
            .with("hashAlgorithm", self.container.hash_algorithm)
            .with("compressionFormat", self.container.compression_format)
            .with("encryptAlgorithm", self.container.encrypt_algorithm)
            .with_some("dataSequence", self.sequence)
            .with("return_FileName", &self.name)
            .with("beianInfo", &self.container.info)
            .with("beianInfoHash", &self.container.hash)
    }
}

/// The answer of a download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DownloadAnswer {
    /// Code and text: 0, 1 and 3 come with a file, 2 says that nothing waits.
    pub answer: Answer,
    /// The file, whatever the code.
    pub file: Option<FileInfo>,
}

impl Document for DownloadAnswer {
    fn read(document: &Element) -> Option<Self> {
        let file = FileInfo::read(document).filter(|file| !file.container.info.is_empty());
        Some(Self { answer: Answer::read(document)?, file })
    }

    fn to_tree(&self) -> Element {
        self.answer.to_tree().extend(self.file.as_ref().map(FileInfo::to_tree))
    }
}

/// The answer about the previous upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousUploadAnswer {
    /// Code and text.
    pub answer: Answer,
    /// The sequence number of the last upload the server took; 0 before the first.
    pub sequence: Option<i64>,
    /// That upload; none before the first.
    pub file: Option<FileInfo>,
}

impl Document for PreviousUploadAnswer {
    fn read(document: &Element) -> Option<Self> {
        let file = FileInfo::read(document);
        let sequence = file.as_ref().and_then(|file| file.sequence);
        let file = file.filter(|file| !file.container.info.is_empty());
        Some(Self { answer: Answer::read(document)?, sequence, file })
    }

    fn to_tree(&self) -> Element {
        let info = match &self.file {
            Some(file) => FileInfo { sequence: self.sequence, ..file.clone() }.to_tree(),
            None => Element::new("fileInfos")
                .with("hashAlgorithm", 0)
                .with("compressionFormat", 0)
                .with("encryptAlgorithm", 0)
                .with("dataSequence", self.sequence.unwrap_or_default())
                .with("return_FileName", "")
                .with("beianInfo", "")
                .with("beianInfoHash", ""),
        };
        let tree = self.answer.to_tree();
        if self.sequence.is_some() { tree.child(info) } else { tree }
    }
}

/// Whether something is filed (`StatusInfo`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusInfo {
    /// What kind of thing was asked for (`Cxtjlx`): 0 a domain, otherwise a kind of credential.
    pub kind: i64,
    /// What was asked for (`Cxtj`).
    pub condition: String,
    /// Names of the sites (`Wzmc`), separated by `;`.
    pub site_names: Option<String>,
    /// The subject's filing number (`Ztbah`).
    pub subject_number: Option<String>,
    /// The site's filing number (`Wzbah`).
    pub site_number: Option<String>,
    /// Whether it is filed (`Bazt`: 0 yes, 1 no); `None` if the server said neither.
    pub filed: Option<bool>,
}

/// The answer of a status query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusAnswer {
    /// Code and text.
    pub answer: Answer,
    /// What the server knows.
    pub status: Option<StatusInfo>,
}

impl Document for StatusAnswer {
    fn read(document: &Element) -> Option<Self> {
        let status = document.get("StatusInfo").map(|info| {
            let text = |name: &str| info.text_of(name).map(str::to_owned);
            StatusInfo {
                kind: text("Cxtjlx").and_then(|text| text.parse().ok()).unwrap_or_default(),
                condition: text("Cxtj").unwrap_or_default(),
                site_names: text("Wzmc"),
                subject_number: text("Ztbah"),
                site_number: text("Wzbah"),
                filed: match info.text_of("Bazt") {
                    Some("0") => Some(true),
                    Some("1") => Some(false),
                    _ => None,
                },
            }
        });
        Some(Self { answer: Answer::read(document)?, status })
    }

    fn to_tree(&self) -> Element {
        let info = self.status.as_ref().map(|status| {
            Element::new("StatusInfo")
                .with("Cxtjlx", status.kind)
                .with("Cxtj", &status.condition)
                .with_some("Wzmc", status.site_names.as_deref())
                .with_some("Ztbah", status.subject_number.as_deref())
                .with_some("Wzbah", status.site_number.as_deref())
                .with_some("Bazt", status.filed.map(|filed| i64::from(!filed)))
        });
        self.answer.to_tree().extend(info)
    }
}

/// The answer of a password check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyAnswer {
    /// Code and text.
    pub answer: Answer,
    /// Whether the password is right (`VerifyRes`: 0 yes, 1 no); `None` if the server did not say.
    pub right: Option<bool>,
}

impl Document for VerifyAnswer {
    fn read(document: &Element) -> Option<Self> {
        let right = match document.text_of("VerifyRes") {
            Some("0") => Some(true),
            Some("1") => Some(false),
            _ => None,
        };
        Some(Self { answer: Answer::read(document)?, right })
    }

    fn to_tree(&self) -> Element {
        self.answer.to_tree().with_some("VerifyRes", self.right.map(|right| i64::from(!right)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again<D: Document>(document: &D) -> D {
        D::read(&Element::parse(&to_text(document)).unwrap()).unwrap()
    }

    #[test]
    fn every_return_document_reads_back_as_it_was_written() {
        let answer = Answer::new(MsgCode::OK, "操作成功");
        let upload = UploadAnswer { answer: Answer::new(MsgCode::GAP, "缺"), missing: vec![3, 4] };
        assert_eq!(again(&upload), upload);
        let container = Container {
            info: "AA==".to_owned(),
            hash: "BB==".to_owned(),
            encrypt_algorithm: 1,
            hash_algorithm: 0,
            compression_format: 0,
        };
        let file = FileInfo { name: "f.xml".to_owned(), container, sequence: None };
        let download = DownloadAnswer { answer: answer.clone(), file: Some(file.clone()) };
        assert_eq!(again(&download), download);
        let file = FileInfo { sequence: Some(9), ..file };
        let previous = PreviousUploadAnswer { answer: answer.clone(), sequence: Some(9), file: Some(file) };
        assert_eq!(again(&previous), previous);
        let none = PreviousUploadAnswer { answer: answer.clone(), sequence: Some(0), file: None };
        assert_eq!(again(&none), none);
        let status = StatusInfo {
            kind: 0,
            condition: "yunshan-tech.cn".to_owned(),
            site_names: Some("云杉".to_owned()),
            subject_number: Some("浙ICP备2026000001号".to_owned()),
            site_number: None,
            filed: Some(true),
        };
        let status = StatusAnswer { answer: answer.clone(), status: Some(status) };
        assert_eq!(again(&status), status);
        let verify = VerifyAnswer { answer, right: Some(false) };
        assert_eq!(again(&verify), verify);
    }

    #[test]
    fn white_space_and_a_file_with_an_odd_code_are_accepted() {
        let text = "<return version=\"V.3.0\"> <msg_code> 0\n</msg_code><msg/><VerifyRes>\n 0 \n</VerifyRes></return>";
        let verify = VerifyAnswer::read(&Element::parse(text).unwrap()).unwrap();
        assert_eq!((verify.answer.code, verify.right), (MsgCode::OK, Some(true)));
        let text = "<return><msg_code>2</msg_code><fileInfos><return_FileName>a</return_FileName>\
                    <beianInfo>AA==</beianInfo></fileInfos></return>";
        let download = DownloadAnswer::read(&Element::parse(text).unwrap()).unwrap();
        assert_eq!(download.file.unwrap().name, "a");
        assert_eq!(UploadAnswer::read(&Element::new("return")), None);
    }
}
