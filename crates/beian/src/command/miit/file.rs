//! Data files as JSON, and back.

use super::validate::text;
use super::{case, input, no_such, output};
use crate::cli::{Decode, Encode};
use crate::command::say;
use crate::trouble::{Doing as _, Ending, Result, Trouble};
use crate::words::Language;
use authority::envelope::read_document;
use authority::message::{Download, Upload, Version, WriteError};
use serde::{Deserialize, Serialize};

/// A file of either direction, as JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum File {
    Upload(Upload),
    Download(Box<Download>),
}

impl File {
    fn to_gbk(&self, version: Version) -> std::result::Result<Vec<u8>, WriteError> {
        match self {
            Self::Upload(upload) => upload.to_gbk(version),
            Self::Download(download) => download.to_gbk(version),
        }
    }
}

/// Writes a file from JSON, or the one a case would send.
pub fn encode(asked: &Encode) -> Result {
    let bytes = input(&asked.file)?;
    if case::is_one(&bytes) {
        return write(asked, &File::Upload(case::upload(asked, &bytes)?));
    }
    let file: File = serde_json::from_slice(&bytes).map_err(|why| no_such(&asked.file, "JSON of a file", why))?;
    if let Some(wanted) = &asked.operation {
        let group = match &file {
            File::Upload(upload) => upload.operation.group().1,
            File::Download(_) => "",
        };
        if !group.eq_ignore_ascii_case(wanted) {
            let found = if group.is_empty() { "a download" } else { group };
            return Err(Trouble::usage(format!("{} holds {found} and not {wanted}", asked.file.display())));
        }
    }
    write(asked, &file)
}

fn write(asked: &Encode, file: &File) -> Result {
    match file.to_gbk(asked.version) {
        Ok(bytes) => output(asked.output.as_deref(), &bytes),
        Err(error) => {
            let language = Language::choose(None);
            for violation in &error.violations {
                say(format!("{}: {}", violation.path, text(language, &violation.problem)));
            }
            Err(Trouble::said(Ending::Failed))
        }
    }
}

/// Reads a file into JSON. What cannot be read is told beside it.
pub fn decode(asked: &Decode) -> Result {
    let root = read_document(&input(&asked.file)?).map_err(|why| no_such(&asked.file, "file of the interface", why))?;
    let (file, unreadable) = match &*root.name {
        "UploadData" => match Upload::read(&root, asked.version) {
            Ok(upload) => (File::Upload(upload), Vec::new()),
            Err(error) => return Err(Trouble::new(format!("{} cannot be read: {error}", asked.file.display()))),
        },
        "DownloadData" => {
            let download = Download::read(&root, asked.version);
            let unreadable = download.unreadable.clone();
            (File::Download(Box::new(download)), unreadable)
        }
        other => return Err(Trouble::usage(format!("{} begins with {other}", asked.file.display()))),
    };
    say(serde_json::to_string_pretty(&file).doing("cannot write the JSON")?);
    if unreadable.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = unreadable.iter().map(ToString::to_string).collect();
    Err(Trouble::new(format!("{} record(s) cannot be read: {}", list.len(), list.join("; "))))
}
