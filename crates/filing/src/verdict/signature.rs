//! The platform's signature under its feed: who holds the public key can tell what the platform said from what somebody
//! between said in its name.
//!
//! Ed25519 (RFC 8032). What is signed is a place in the feed: the running hash at a place binds every entry before it,
//! so one signature vouches for all of them. A snapshot is signed by its place, its count and its checksum. Both begin
//! with a word of their own, so that one can never be taken for the other.

use std::fmt;

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use super::{Position, SnapshotEnd};

/// Why a signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The key is not 64 hexadecimal digits.
    #[error("the platform's key is not 64 hexadecimal digits")]
    Key,
    /// There is no signature, or it is not of this key, or not for this text.
    #[error("the signature is not the platform's")]
    Signature,
}

/// The platform's secret key.
pub struct FeedKey(Ed25519KeyPair);

impl fmt::Debug for FeedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FeedKey").field(&self.public()).finish()
    }
}

impl FeedKey {
    /// The key that follows from a secret of 32 bytes.
    ///
    /// # Errors
    /// When the cipher refuses the seed, which it does for none of this length.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SignatureError> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| SignatureError::Key)
    }

    /// The public half, for those who follow.
    #[must_use]
    pub fn public(&self) -> PlatformKey {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.public_key().as_ref());
        PlatformKey(bytes)
    }

    /// Signs a place: 128 hexadecimal digits.
    #[must_use]
    pub fn sign(&self, place: &Position) -> String {
        hex::encode(self.0.sign(&place_text(place)))
    }

    /// Signs a snapshot that was begun at a place: 128 hexadecimal digits.
    #[must_use]
    pub fn sign_snapshot(&self, place: &Position, entries: u64, sha256: &str) -> String {
        hex::encode(self.0.sign(&snapshot_text(place, entries, sha256)))
    }
}

/// The platform's public key, which a gateway is told once: 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlatformKey([u8; 32]);

impl PlatformKey {
    /// Checks the signature under a place.
    ///
    /// # Errors
    /// When it is not the platform's.
    pub fn verify(&self, place: &Position, signature: &str) -> Result<(), SignatureError> {
        self.check(&place_text(place), signature)
    }

    /// Checks the signature under a snapshot that was begun at a place.
    ///
    /// # Errors
    /// When it is not the platform's.
    pub fn verify_snapshot(&self, place: &Position, end: &SnapshotEnd) -> Result<(), SignatureError> {
        self.check(&snapshot_text(place, end.entries, &end.sha256), &end.signature)
    }

    fn check(&self, text: &[u8], signature: &str) -> Result<(), SignatureError> {
        let signature = hex::decode(signature).map_err(|_| SignatureError::Signature)?;
        UnparsedPublicKey::new(&ED25519, self.0).verify(text, &signature).map_err(|_| SignatureError::Signature)
    }
}

impl fmt::Display for PlatformKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PlatformKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for PlatformKey {
    type Error = SignatureError;

    fn try_from(text: String) -> Result<Self, SignatureError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| SignatureError::Key)?;
        Ok(Self(bytes))
    }
}

impl From<PlatformKey> for String {
    fn from(key: PlatformKey) -> Self {
        key.to_string()
    }
}

fn place_text(place: &Position) -> Vec<u8> {
    format!("beian feed 1\n{}\n{}", place.sequence, place.hash).into_bytes()
}

fn snapshot_text(place: &Position, entries: u64, sha256: &str) -> Vec<u8> {
    format!("beian snapshot 1\n{}\n{}\n{entries}\n{sha256}", place.sequence, place.hash).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sequence: u64) -> Position {
        Position { sequence, hash: "ab".repeat(32) }
    }

    #[test]
    fn the_key_is_that_of_the_standard() {
        // RFC 8032, section 7.1, test 1.
        let mut seed = [0; 32];
        hex::decode_to_slice("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", &mut seed).unwrap();
        let key = FeedKey::from_seed(&seed).unwrap().public();
        assert_eq!(key.to_string(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(PlatformKey::try_from(key.to_string()).unwrap(), key);
        assert_eq!(PlatformKey::try_from("d75a98".to_owned()), Err(SignatureError::Key));
    }

    #[test]
    fn a_signature_counts_for_its_key_and_its_place_alone() {
        let (one, other) = (FeedKey::from_seed(&[1; 32]).unwrap(), FeedKey::from_seed(&[2; 32]).unwrap());
        let signature = one.sign(&place(7));
        assert_eq!(one.public().verify(&place(7), &signature), Ok(()));
        assert_eq!(one.public().verify(&place(8), &signature), Err(SignatureError::Signature));
        assert_eq!(other.public().verify(&place(7), &signature), Err(SignatureError::Signature));
        assert_eq!(one.public().verify(&place(7), ""), Err(SignatureError::Signature));
    }

    #[test]
    fn a_signed_snapshot_is_no_signed_place() {
        let key = FeedKey::from_seed(&[1; 32]).unwrap();
        let sha256 = "cd".repeat(32);
        let end = SnapshotEnd { entries: 3, signature: key.sign_snapshot(&place(7), 3, &sha256), sha256 };
        assert_eq!(key.public().verify_snapshot(&place(7), &end), Ok(()));
        assert_eq!(key.public().verify_snapshot(&place(8), &end), Err(SignatureError::Signature));
        let fewer = SnapshotEnd { entries: 2, ..end.clone() };
        assert_eq!(key.public().verify_snapshot(&place(7), &fewer), Err(SignatureError::Signature));
        assert_eq!(key.public().verify(&place(7), &end.signature), Err(SignatureError::Signature));
    }
}
