//! A data file as the bytes that travel.
//!
//! Out: GBK XML → zip with one entry → hash = base64(MD5(zip)) → AES-128-CBC with PKCS5 padding (if the bureau wants it)
//! → base64. In: the same backwards, with every limit that keeps a lying or broken sender from harming the reader.

mod archive;
mod deflate;

use std::borrow::Cow;
use std::io::{Cursor, Read as _};

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use cbc::cipher::inout::InOutBuf;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use crate::message::Version;
use crate::tree::{Element, TreeError};
use crate::{armour, gbk};

/// The name of the entry in an uploaded zip; the file name real clients used.
pub const ENTRY: &str = "beianinfo.xml";
/// The longest base64 text that is looked at. 50 MB of XML that did not compress at all would need 70 MB.
const MAX_TEXT: usize = 96 * 1024 * 1024;
/// A zip that grows more than this many times and past [`RATIO_FLOOR`] is a bomb, not a filing.
const MAX_RATIO: usize = 200;
/// How many bytes are encrypted at a time; whole blocks of the cipher and whole groups of base64.
const PIECE: usize = 48 * 1024;
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

    /// Encrypts bytes and writes them in base64, piece by piece: a full file is not copied once more.
    fn encrypt(&self, bytes: &[u8]) -> String {
        let mut out = String::with_capacity(armour::length(bytes.len() + 16));
        let mut cipher = cbc::Encryptor::<aes::Aes128>::new(&self.key.into(), &self.iv.into());
        let mut write = |piece: &mut [u8]| {
            cipher.encrypt_blocks_inout(InOutBuf::from(&mut *piece).into_chunks().0);
            armour::push(piece, &mut out);
        };
        let whole = bytes.chunks_exact(PIECE);
        let mut rest = whole.remainder().to_vec();
        for piece in whole {
            write(&mut piece.to_vec());
        }
        // The padding says how long it is itself.
        let padding = 16 - rest.len() % 16;
        rest.resize(rest.len() + padding, padding as u8);
        write(&mut rest);
        out
    }

    /// Decrypts bytes where they are.
    fn decrypt(&self, bytes: &mut Vec<u8>) -> Option<()> {
        let cipher = cbc::Decryptor::<aes::Aes128>::new(&self.key.into(), &self.iv.into());
        let length = cipher.decrypt_padded::<Pkcs7>(bytes).ok()?.len();
        bytes.truncate(length);
        Some(())
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
    #[error("the file has {0} bytes, at most {max} may be sent", max = largest_file())]
    TooLarge(usize),
    /// The name of the entry is longer than a zip can say.
    #[error("the name of the entry has {0} bytes, a zip takes 65535")]
    Name(usize),
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
    if xml.len() > largest_file() {
        return Err(PackError::TooLarge(xml.len()));
    }
    archive::write(xml, entry)
}

/// The largest file that any version takes.
fn largest_file() -> usize {
    Version::ALL.iter().map(|version| version.limits().file_bytes).max().unwrap_or_default()
}

/// Packs bytes that are a zip already.
#[must_use]
pub fn seal(bytes: &[u8], cipher: Option<&Cipher>) -> Container {
    // The hash and the text need nothing of each other, and the hash of a full file takes longer.
    let (info, hash) = std::thread::scope(|scope| {
        let hash = scope.spawn(|| hash(bytes));
        let info = cipher.map_or_else(|| armour::encode(bytes), |cipher| cipher.encrypt(bytes));
        (info, hash.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    Container { info, hash, encrypt_algorithm: i64::from(cipher.is_some()), hash_algorithm: 0, compression_format: 0 }
}

/// base64 of the MD5 of some bytes: the hash of the interface.
pub fn hash(bytes: &[u8]) -> String {
    armour::encode(&Md5::digest(bytes))
}

impl Container {
    /// Opens the container and returns the bytes of its one file.
    pub fn open(&self, cipher: Option<&Cipher>) -> Result<Vec<u8>, OpenError> {
        let zip = self.decrypted(cipher)?;
        // Both take their time with a full file. What was unzipped is only looked at when the hash is right.
        let (is_right, file) = std::thread::scope(|scope| {
            let is_right = scope.spawn(|| self.has_hash_of(&zip));
            let file = unzip(&zip);
            (is_right.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), file)
        });
        if is_right { file } else { Err(OpenError::Hash) }
    }

    /// Opens the container as far as the zip, whose hash has then been checked.
    pub fn open_zip(&self, cipher: Option<&Cipher>) -> Result<Vec<u8>, OpenError> {
        let zip = self.decrypted(cipher)?;
        if self.has_hash_of(&zip) { Ok(zip) } else { Err(OpenError::Hash) }
    }

    fn has_hash_of(&self, zip: &[u8]) -> bool {
        decode(&self.hash).is_ok_and(|expected| expected.as_slice() == Md5::digest(zip).as_slice())
    }

    /// The bytes that should be a zip; nothing about them is known yet.
    fn decrypted(&self, cipher: Option<&Cipher>) -> Result<Vec<u8>, OpenError> {
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
            cipher.and_then(|cipher| cipher.decrypt(&mut bytes)).ok_or(OpenError::Decryption)?;
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
    Ok(Element::parse(&text(xml)?)?)
}

/// The text of a data file: GBK unless it declares UTF-8. Large files are read from here with [`Markup::read`], which
/// leaves their papers where they are.
///
/// # Errors
/// When it is not text of that character set.
///
/// [`Markup::read`]: crate::tree::Markup::read
pub fn text(xml: &[u8]) -> Result<Cow<'_, str>, OpenError> {
    let text = match declared_encoding(xml).as_deref() {
        Some("utf-8" | "utf8") => std::str::from_utf8(xml).ok().map(Cow::Borrowed),
        _ => gbk::decode(xml).map(Cow::Owned),
    };
    text.ok_or(OpenError::CharacterSet)
}

/// The encoding a document declares, in lower case.
pub fn declared_encoding(xml: &[u8]) -> Option<String> {
    let head = &xml[..xml.len().min(200)];
    let head = String::from_utf8_lossy(&head[..head.iter().position(|b| *b == b'>')?]).to_ascii_lowercase();
    let value = head.strip_prefix("<?xml")?.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(value[1..].split_once(quote)?.0.to_owned())
}

/// Decodes base64 of a length that can be.
fn decode(text: &str) -> Result<Vec<u8>, OpenError> {
    if text.len() > MAX_TEXT {
        return Err(OpenError::Base64);
    }
    armour::decode(text).map_err(|_| OpenError::Base64)
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
    let limit = largest_file().min((bytes.len() * MAX_RATIO).max(RATIO_FLOOR));
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
