//! Passwords: argon2id, off the threads that serve requests.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

use crate::error::{Error, Result};
use crate::world::World;

/// The fewest characters a password may have (NIST SP 800-63B asks for eight at least).
pub const FEWEST_CHARACTERS: usize = 10;
/// The most bytes a password may have, so that hashing stays cheap to answer.
pub const MOST_BYTES: usize = 256;

/// The hash of a password nobody has: checked when an account does not exist, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWhhcy10aGlz$ZbA5VOZ0YBmbdmPZRDNHRw2BMEnaSPFA0S0RVkYFyvk";

/// Whether a password is long enough, short enough and not one repeated character.
#[must_use]
pub fn is_acceptable(password: &str) -> bool {
    let mut characters = password.chars();
    let first = characters.next();
    password.len() <= MOST_BYTES
        && password.chars().count() >= FEWEST_CHARACTERS
        && characters.any(|character| Some(character) != first)
}

/// Hashes a password with a salt of its own.
///
/// # Errors
/// When the machine cannot, or `busy` when too many wait for the same.
pub async fn hash(world: &World, password: &str) -> Result<String> {
    let mut salt = [0; 16];
    world.ids.fill(&mut salt);
    let password = password.to_owned();
    let work = move || {
        Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash: PasswordHash| hash.to_string())
            .map_err(|error| Error::internal(format!("password hashing: {error}")))
    };
    world.heavy.password(work).await?
}

/// Whether a password belongs to a hash; `None` stands for an account that does not exist and takes as long.
///
/// # Errors
/// When the machine cannot, or `busy` when too many wait for the same.
pub async fn verify(world: &World, password: &str, hash: Option<&str>) -> Result<bool> {
    let exists = hash.is_some();
    let password = password.to_owned();
    let hash = hash.unwrap_or(NOBODY).to_owned();
    Ok(world.heavy.password(move || matches(&password, &hash)).await?? && exists)
}

fn matches(password: &str, hash: &str) -> Result<bool> {
    let parsed = PasswordHash::new(hash).map_err(|error| Error::internal(format!("stored password hash: {error}")))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_or_monotonous_passwords_are_not_acceptable() {
        assert!(is_acceptable("correct horse"));
        assert!(is_acceptable("备案真的很有意思对不对"));
        assert!(!is_acceptable("short"));
        assert!(!is_acceptable("aaaaaaaaaaaaaaa"));
        assert!(!is_acceptable(&"long ".repeat(100)));
    }

    #[test]
    fn the_hash_of_nobody_can_be_checked_and_fits_nothing() {
        assert!(!matches("anything at all", NOBODY).unwrap());
    }
}
