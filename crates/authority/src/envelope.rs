//! A data file as the bytes that travel.
//!
//! Out: GBK XML → zip with one entry → hash = base64(MD5(zip)) → AES-128-CBC with PKCS5 padding (if the bureau wants it)
//! → base64. In: the same backwards, with every limit that keeps a lying or broken sender from harming the reader.

use std::borrow::Cow;
use std::io::{Cursor, Read as _, Write as _};

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::gbk;
use crate::message::MAX_FILE;
use crate::tree::{Element, TreeError};

/// The name of the entry in an uploaded zip; the file name real clients used.
pub const ENTRY: &str = "beianinfo.xml";
/// The longest base64 text that is looked at. 50 MB of XML that did not compress at all would need 70 MB.
const MAX_TEXT: usize = 96 * 1024 * 1024;
/// A zip that grows more than this many times and past [`RATIO_FLOOR`] is a bomb, not a filing.
const MAX_RATIO: usize = 200;
/// How many characters of base64 are decoded at a time; whole groups of four.
const PIECE: usize = 64 * 1024;
/// Below this size the growth of a zip is nobody's concern.
const RATIO_FLOOR: usize = 4 * 1024 * 1024;

/// The key and the initialisation vector that a bureau issues: 16 ASCII characters each, used as raw bytes.
#[derive(Clone)]
pub struct Cipher {
    key: [u8; 16],
    iv: [u8; 16],
}

/// A key or an initialisation vector that is not 16 bytes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an AES {what} must be 16 ASCII characters, this one has {found} bytes")]
pub struct CipherError {
    what: &'static str,
    found: usize,
}

impl std::fmt::Debug for Cipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cipher(..)")
    }
}

impl Cipher {
    /// Takes the key and the initialisation vector as issued.
    pub fn new(key: &str, iv: &str) -> Result<Self, CipherError> {
        let bytes = |text: &str, what| {
            <[u8; 16]>::try_from(text.as_bytes()).map_err(|_| CipherError { what, found: text.len() })
        };
        Ok(Self { key: bytes(key, "key")?, iv: bytes(iv, "initialisation vector")? })
    }

    fn encrypt(&self, bytes: &[u8]) -> Vec<u8> {
        cbc::Encryptor::<aes::Aes128>::new(&self.key.into(), &self.iv.into()).encrypt_padded_vec::<Pkcs7>(bytes)
    }

    fn decrypt(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        cbc::Decryptor::<aes::Aes128>::new(&self.key.into(), &self.iv.into()).decrypt_padded_vec::<Pkcs7>(bytes).ok()
    }
}

/// A packed data file with what the interface says about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The content in base64 (`beianInfo`).
    pub info: String,
    /// base64 of the MD5 of the zip before encryption (`beianInfoHash`).
    pub hash: String,
    /// 0 none, 1 AES-CBC-PKCS5 (`encryptAlgorithm`).
    pub encrypt_algorithm: i64,
    /// 0 MD5 (`hashAlgorithm`).
    pub hash_algorithm: i64,
    /// 0 zip (`compressionFormat`).
    pub compression_format: i64,
}

/// A data file that could not be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The file is larger than the interface takes.
    #[error("the file has {0} bytes, at most {MAX_FILE} may be sent")]
    TooLarge(usize),
    /// The zip could not be written.
    #[error("the zip could not be written: {0}")]
    Zip(#[from] zip::result::ZipError),
}

/// Why a container could not be opened, in the order in which it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// `encryptAlgorithm` is neither 0 nor 1.
    #[error("encryptAlgorithm {0} is unknown")]
    EncryptAlgorithm(i64),
    /// `hashAlgorithm` is not 0.
    #[error("hashAlgorithm {0} is unknown")]
    HashAlgorithm(i64),
    /// `compressionFormat` is not 0.
    #[error("compressionFormat {0} is unknown")]
    CompressionFormat(i64),
    /// The content is not base64, or far too long.
    #[error("the content is not base64 or too long")]
    Base64,
    /// The content is encrypted and no key is known, or the key does not fit.
    #[error("the content could not be decrypted")]
    Decryption,
    /// The hash does not belong to the content.
    #[error("the hash does not belong to the content")]
    Hash,
    /// The content is not a zip, or a broken one.
    #[error("the content could not be unzipped: {0}")]
    Unzip(String),
    /// The zip does not hold exactly one file.
    #[error("the zip holds {0} files instead of one")]
    Files(usize),
    /// The file is larger than 50 MB, or grows suspiciously when unzipped.
    #[error("the unzipped file is too large")]
    TooLarge,
    /// The file is not text in the character set it declares.
    #[error("the file is not text in the declared character set")]
    CharacterSet,
    /// The file is not the XML it should be.
    #[error("the file is {0}")]
    Xml(#[from] TreeError),
}

/// Packs GBK XML. The same bytes always give the same container, so a container can be compared with what was sent.
pub fn pack(xml: &[u8], entry: &str, cipher: Option<&Cipher>) -> Result<Container, PackError> {
    Ok(seal(&zip(xml, entry)?, cipher))
}

/// Zips GBK XML as the one entry; the hash of the interface is that of these bytes.
pub fn zip(xml: &[u8], entry: &str) -> Result<Vec<u8>, PackError> {
    if xml.len() > MAX_FILE {
        return Err(PackError::TooLarge(xml.len()));
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    writer.start_file(entry, options)?;
    writer.write_all(xml).map_err(zip::result::ZipError::Io)?;
    Ok(writer.finish()?.into_inner())
}

/// Packs bytes that are a zip already.
#[must_use]
pub fn seal(bytes: &[u8], cipher: Option<&Cipher>) -> Container {
    Container {
        info: match cipher {
            Some(cipher) => STANDARD.encode(cipher.encrypt(bytes)),
            None => STANDARD.encode(bytes),
        },
        hash: hash(bytes),
        encrypt_algorithm: i64::from(cipher.is_some()),
        hash_algorithm: 0,
        compression_format: 0,
    }
}

/// base64 of the MD5 of some bytes: the hash of the interface.
pub fn hash(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

impl Container {
    /// Opens the container and returns the bytes of its one file.
    pub fn open(&self, cipher: Option<&Cipher>) -> Result<Vec<u8>, OpenError> {
        unzip(&self.open_zip(cipher)?)
    }

    /// Opens the container as far as the zip, whose hash has then been checked.
    pub fn open_zip(&self, cipher: Option<&Cipher>) -> Result<Vec<u8>, OpenError> {
        if !matches!(self.encrypt_algorithm, 0 | 1) {
            return Err(OpenError::EncryptAlgorithm(self.encrypt_algorithm));
        }
        if self.hash_algorithm != 0 {
            return Err(OpenError::HashAlgorithm(self.hash_algorithm));
        }
        if self.compression_format != 0 {
            return Err(OpenError::CompressionFormat(self.compression_format));
        }
        let mut bytes = decode(&self.info)?;
        if self.encrypt_algorithm == 1 {
            bytes = cipher.and_then(|cipher| cipher.decrypt(&bytes)).ok_or(OpenError::Decryption)?;
        }
        let expected = decode(&self.hash).map_err(|_| OpenError::Hash)?;
        if expected.as_slice() != Md5::digest(&bytes).as_slice() {
            return Err(OpenError::Hash);
        }
        Ok(bytes)
    }

    /// Opens the container and reads the document in it.
    pub fn document(&self, cipher: Option<&Cipher>) -> Result<Element, OpenError> {
        read_document(&self.open(cipher)?)
    }
}

/// Reads a data file: GBK unless it declares UTF-8.
///
/// # Errors
/// When it is not text of that character set, or no XML.
pub fn read_document(xml: &[u8]) -> Result<Element, OpenError> {
    // A file that is all ASCII needs no second copy of itself.
    let text = match (std::str::from_utf8(xml), declared_encoding(xml).as_deref()) {
        (Ok(text), Some("utf-8" | "utf8")) => Some(Cow::Borrowed(text)),
        (Ok(text), _) if text.is_ascii() => Some(Cow::Borrowed(text)),
        (_, Some("utf-8" | "utf8")) => None,
        _ => gbk::decode(xml).map(Cow::Owned),
    };
    Ok(Element::parse(&text.ok_or(OpenError::CharacterSet)?)?)
}

/// The encoding a document declares, in lower case.
pub fn declared_encoding(xml: &[u8]) -> Option<String> {
    let head = &xml[..xml.len().min(200)];
    let head = String::from_utf8_lossy(&head[..head.iter().position(|b| *b == b'>')?]).to_ascii_lowercase();
    let value = head.strip_prefix("<?xml")?.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(value[1..].split_once(quote)?.0.to_owned())
}

/// Decodes base64, skipping the line breaks that servers put into it.
fn decode(text: &str) -> Result<Vec<u8>, OpenError> {
    if text.len() > MAX_TEXT {
        return Err(OpenError::Base64);
    }
    // Piece by piece: a file of 50 MB is not copied once more for the sake of its line breaks.
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let mut piece = Vec::with_capacity(PIECE);
    let mut is_over = false;
    for part in text.as_bytes().split(u8::is_ascii_whitespace) {
        let mut rest = part;
        while !rest.is_empty() {
            let (taken, left) = rest.split_at(rest.len().min(PIECE - piece.len()));
            piece.extend_from_slice(taken);
            rest = left;
            if piece.len() == PIECE {
                // Padding ends the text; nothing can follow it.
                if std::mem::replace(&mut is_over, piece.ends_with(b"=")) {
                    return Err(OpenError::Base64);
                }
                STANDARD.decode_vec(&piece, &mut bytes).map_err(|_| OpenError::Base64)?;
                piece.clear();
            }
        }
    }
    if is_over && !piece.is_empty() {
        return Err(OpenError::Base64);
    }
    STANDARD.decode_vec(&piece, &mut bytes).map_err(|_| OpenError::Base64)?;
    Ok(bytes)
}

/// Unzips the one entry of a zip within limits.
///
/// # Errors
/// When it is no zip, holds more or less than one file, or grows suspiciously.
pub fn unzip(bytes: &[u8]) -> Result<Vec<u8>, OpenError> {
    let broken = |error: &dyn std::fmt::Display| OpenError::Unzip(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() != 1 {
        return Err(OpenError::Files(archive.len()));
    }
    let entry = archive.by_index(0).map_err(|error| broken(&error))?;
    if !entry.is_file() {
        return Err(OpenError::Files(0));
    }
    let limit = MAX_FILE.min((bytes.len() * MAX_RATIO).max(RATIO_FLOOR));
    // The size in the zip's own header is a claim; it may save copies, but only what is read counts.
    let claimed = usize::try_from(entry.size()).unwrap_or(usize::MAX);
    let mut out = Vec::with_capacity(if claimed <= limit { claimed + 1 } else { 0 });
    entry.take(limit as u64 + 1).read_to_end(&mut out).map_err(|error| broken(&error))?;
    if out.len() > limit {
        return Err(OpenError::TooLarge);
    }
    Ok(out)
}

#[cfg(test)]
mod tests;
