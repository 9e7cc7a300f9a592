//! Sealing: what is personal lies encrypted in the database.
//!
//! Each record has a data key of its own, and each data key lies in the table `data_key`, wrapped by a master key that
//! never enters the database. A sealed value names its data key and is bound to the cell it lies in (table, row,
//! column), so that it cannot be moved to another. Deleting a data key destroys everything it sealed.
//!
//! ```text
//! sealed value: version 1 │ algorithm │ data key's id (16 bytes) │ nonce (12) │ ciphertext and tag
//! wrapped key:  version 1 │ algorithm │ nonce (12) │ ciphertext and tag
//! ```

use std::collections::HashMap;
use std::fmt;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Error, Result};

const VERSION: u8 = 1;
/// AES-256-GCM-SIV (RFC 8452). 2 is kept for SM4-GCM (RFC 8998).
const AES_256_GCM_SIV: u8 = 1;
const NONCE: usize = 12;
const HEADER: usize = 2 + 16;

/// Where fresh keys and nonces come from.
pub trait Entropy: Send + Sync {
    /// Fills the bytes with unpredictable ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// A key that is wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The master keys: one seals, all open.
#[derive(Clone)]
pub struct Keyring {
    current: String,
    keys: HashMap<String, Secret>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("current", &self.current).finish_non_exhaustive()
    }
}

impl Keyring {
    /// A keyring with one key, which is the current one; ids are short words such as `2026-11`.
    ///
    /// # Errors
    /// When the id is empty, long, or not made of letters, digits, `-`, `_` and `.`.
    pub fn new(id: &str, key: [u8; 32]) -> Result<Self> {
        let keyring = Self { current: id.to_owned(), keys: HashMap::new() };
        keyring.with_former(id, key)
    }

    /// Adds a former key that may still open.
    ///
    /// # Errors
    /// When the id is not well formed or already there.
    pub fn with_former(mut self, id: &str, key: [u8; 32]) -> Result<Self> {
        let well_formed = id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if id.is_empty() || id.len() > 64 || !well_formed || self.keys.contains_key(id) {
            return Err(Error::Invalid("a master key's id"));
        }
        self.keys.insert(id.to_owned(), Zeroizing::new(key));
        Ok(self)
    }

    /// Reads lines of `id:base64 of 32 bytes`; the first is the current key; `#` begins a comment.
    ///
    /// # Errors
    /// When there is no key or a line is not of that form.
    pub fn parse(text: &str) -> Result<Self> {
        let mut ring: Option<Self> = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (id, key) = line.split_once(':').ok_or(Error::Invalid("a master key's line"))?;
            let bytes = Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| Error::Invalid("a master key"))?);
            let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| Error::Invalid("a master key"))?;
            ring = Some(match ring {
                None => Self::new(id.trim(), key)?,
                Some(ring) => ring.with_former(id.trim(), key)?,
            });
        }
        ring.ok_or(Error::Invalid("an empty keyring"))
    }

    /// A line of the form [`Keyring::parse`] reads, for a key just made.
    #[must_use]
    pub fn line(id: &str, key: &[u8; 32]) -> String {
        format!("{id}:{}", STANDARD.encode(key))
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn current(&self) -> &str {
        &self.current
    }

    /// Whether a key of this id is here.
    pub(crate) fn holds(&self, id: &str) -> bool {
        self.keys.contains_key(id)
    }

    /// Wraps a data key under the current master key.
    pub(crate) fn wrap(&self, entropy: &dyn Entropy, id: Uuid, secret: &Secret) -> Result<Vec<u8>> {
        let master = self.keys.get(&self.current).ok_or(Error::Sealed("the current master key is missing"))?;
        let mut out = vec![VERSION, AES_256_GCM_SIV];
        out.extend(encrypt(master, entropy, &wrap_label(id, &self.current), secret.as_slice())?);
        Ok(out)
    }

    /// Opens a data key that was wrapped under the named master key.
    pub(crate) fn unwrap(&self, id: Uuid, master_id: &str, wrapped: &[u8]) -> Result<Secret> {
        let master = self.keys.get(master_id).ok_or(Error::Sealed("its master key is not in the keyring"))?;
        let [VERSION, AES_256_GCM_SIV, rest @ ..] = wrapped else {
            return Err(Error::Sealed("its key is wrapped in an unknown way"));
        };
        let plain = Zeroizing::new(decrypt(master, &wrap_label(id, master_id), rest)?);
        let key: [u8; 32] = plain.as_slice().try_into().map_err(|_| Error::Sealed("its key is damaged"))?;
        Ok(Zeroizing::new(key))
    }
}

fn wrap_label(id: Uuid, master: &str) -> Vec<u8> {
    [b"data_key\0", id.as_bytes().as_slice(), master.as_bytes()].concat()
}

/// The cell a sealed value lies in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub table: &'a str,
    pub row: Uuid,
    pub column: &'a str,
}

impl Cell<'_> {
    fn label(&self) -> Vec<u8> {
        [self.table.as_bytes(), b"\0", self.row.as_bytes(), b"\0", self.column.as_bytes()].concat()
    }
}

/// The key of one record.
#[derive(Clone)]
pub(crate) struct DataKey {
    pub id: Uuid,
    pub secret: Secret,
}

impl DataKey {
    /// Makes a fresh key.
    pub(crate) fn fresh(entropy: &dyn Entropy, id: Uuid) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(secret.as_mut_slice());
        Self { id, secret }
    }

    /// Seals bytes into a cell.
    pub(crate) fn seal(&self, entropy: &dyn Entropy, cell: Cell<'_>, plain: &[u8]) -> Result<Vec<u8>> {
        let mut out = Vec::with_capacity(HEADER + NONCE + plain.len() + 16);
        out.extend([VERSION, AES_256_GCM_SIV]);
        out.extend(self.id.as_bytes());
        out.extend(encrypt(&self.secret, entropy, &cell.label(), plain)?);
        Ok(out)
    }

    /// Seals a value as JSON into a cell.
    pub(crate) fn seal_json<T: Serialize>(&self, entropy: &dyn Entropy, cell: Cell<'_>, value: &T) -> Result<Vec<u8>> {
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| Error::Invalid("a value that is no JSON"))?);
        self.seal(entropy, cell, &plain)
    }

    /// Opens what was sealed into a cell.
    pub(crate) fn open(&self, cell: Cell<'_>, blob: &[u8]) -> Result<Vec<u8>> {
        if key_of(blob)? != self.id {
            return Err(Error::Sealed("it names another key"));
        }
        decrypt(&self.secret, &cell.label(), &blob[HEADER..])
    }
}

/// The data keys a read needs.
pub(crate) struct Keys(pub HashMap<Uuid, DataKey>);

impl Keys {
    /// Opens what was sealed into a cell, with whichever key the value names.
    pub(crate) fn open(&self, cell: Cell<'_>, blob: &[u8]) -> Result<Vec<u8>> {
        self.0.get(&key_of(blob)?).ok_or(Error::Sealed("its key was destroyed"))?.open(cell, blob)
    }

    /// Opens a JSON value that was sealed into a cell.
    pub(crate) fn open_json<T: DeserializeOwned>(&self, cell: Cell<'_>, blob: &[u8]) -> Result<T> {
        let plain = Zeroizing::new(self.open(cell, blob)?);
        serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("a sealed JSON column"))
    }
}

/// The id of the data key that sealed a value.
pub(crate) fn key_of(blob: &[u8]) -> Result<Uuid> {
    match blob {
        [VERSION, AES_256_GCM_SIV, rest @ ..] if rest.len() >= 16 + NONCE => {
            Uuid::from_slice(&rest[..16]).map_err(|_| Error::Sealed("it is too short"))
        }
        [VERSION, AES_256_GCM_SIV, ..] | [] | [_] => Err(Error::Sealed("it is too short")),
        _ => Err(Error::Sealed("it is sealed in an unknown way")),
    }
}

fn encrypt(key: &Secret, entropy: &dyn Entropy, label: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce);
    let cipher = Aes256GcmSiv::new(&(**key).into());
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: label })
        .map_err(|_| Error::Invalid("a value this large"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn decrypt(key: &Secret, label: &[u8], bytes: &[u8]) -> Result<Vec<u8>> {
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(Error::Sealed("it is too short"))?;
    let cipher = Aes256GcmSiv::new(&(**key).into());
    cipher
        .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: label })
        .map_err(|_| Error::Sealed("it was changed, or the key is another"))
}

/// A keyed hash under which a sealed value can be found again; `domain` keeps the columns apart.
pub(crate) fn blind_index(key: &Secret, domain: &str, value: &str) -> Result<String> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice())
        .map_err(|_| Error::Sealed("the index key is damaged"))?;
    mac.update(domain.as_bytes());
    mac.update(b"\0");
    mac.update(value.as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    struct Counting(AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        }
    }

    const ROW: Uuid = Uuid::from_u128(5);
    const CELL: Cell<'static> = Cell { table: "account", row: ROW, column: "email" };

    #[test]
    fn a_sealed_value_opens_only_in_its_own_cell() {
        let chance = Counting(AtomicU8::new(1));
        let key = DataKey::fresh(&chance, ROW);
        let blob = key.seal(&chance, CELL, "张三".as_bytes()).unwrap();
        assert_eq!(key.open(CELL, &blob).unwrap(), "张三".as_bytes());
        for moved in [
            Cell { table: "order", ..CELL },
            Cell { row: Uuid::from_u128(6), ..CELL },
            Cell { column: "mobile", ..CELL },
        ] {
            assert!(matches!(key.open(moved, &blob), Err(Error::Sealed(_))));
        }
    }

    #[test]
    fn one_changed_bit_anywhere_keeps_a_value_shut() {
        let chance = Counting(AtomicU8::new(1));
        let key = DataKey::fresh(&chance, ROW);
        let blob = key.seal(&chance, CELL, b"110101199003070000").unwrap();
        for at in 0..blob.len() {
            let mut changed = blob.clone();
            changed[at] ^= 1;
            assert!(key.open(CELL, &changed).is_err(), "byte {at}");
            assert!(key.open(CELL, &blob[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn a_wrapped_key_opens_under_its_master_key_alone() {
        let chance = Counting(AtomicU8::new(1));
        let old = Keyring::new("old", [1; 32]).unwrap();
        let key = DataKey::fresh(&chance, ROW);
        let wrapped = old.wrap(&chance, ROW, &key.secret).unwrap();
        let both = Keyring::new("new", [2; 32]).unwrap().with_former("old", [1; 32]).unwrap();
        assert_eq!(*both.unwrap(ROW, "old", &wrapped).unwrap(), *key.secret);
        assert!(both.unwrap(ROW, "new", &wrapped).is_err());
        assert!(both.unwrap(Uuid::nil(), "old", &wrapped).is_err());
        assert!(Keyring::new("new", [2; 32]).unwrap().unwrap(ROW, "old", &wrapped).is_err());
    }

    #[test]
    fn a_keyring_file_names_the_current_key_first() {
        let text = format!("# keys\n{}\n\n{}\n", Keyring::line("b", &[2; 32]), Keyring::line("a", &[1; 32]));
        let ring = Keyring::parse(&text).unwrap();
        assert_eq!(ring.current(), "b");
        assert!(ring.holds("a"));
        for bad in ["", "a", "a:short", "a b:AAAA", &format!("{0}\n{0}", Keyring::line("a", &[1; 32]))] {
            assert!(Keyring::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_keyring_never_shows_its_keys() {
        assert!(!format!("{:?}", Keyring::new("a", [77; 32]).unwrap()).contains("77"));
    }

    #[test]
    fn keyed_hashes_keep_columns_apart() {
        let key = Zeroizing::new([3; 32]);
        let one = blind_index(&key, "email", "a").unwrap();
        assert_eq!(one, blind_index(&key, "email", "a").unwrap());
        assert_ne!(one, blind_index(&key, "mobile", "a").unwrap());
        assert_ne!(one, blind_index(&Zeroizing::new([4; 32]), "email", "a").unwrap());
    }
}
