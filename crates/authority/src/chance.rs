//! Chance as an argument: where random characters come from.

use std::sync::Mutex;

/// A source of random bytes.
pub trait Chance: Send + Sync {
    /// Fills the buffer with bytes that cannot be guessed (or, in a test, with bytes that can).
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(clippy::disallowed_methods, reason = "this is the implementation that the rule points to")]
    #[expect(clippy::expect_used, reason = "without the system's randomness nothing here can be done safely")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// Reproducible chance from a seed, for training sessions and tests. Never use it for anything secret.
#[derive(Debug)]
pub struct SeededChance(Mutex<u64>);

impl SeededChance {
    /// Starts the sequence that belongs to a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for byte in bytes {
            // SplitMix64: small, and good enough for a sequence that is meant to repeat.
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z >> 56) as u8;
        }
    }
}

/// Draws `length` characters from `alphabet`, each equally likely. The alphabet must not be longer than 256.
pub fn characters(chance: &dyn Chance, alphabet: &[u8], length: usize) -> String {
    let bound = 256 - 256 % alphabet.len();
    let mut out = String::with_capacity(length);
    let mut buffer = [0u8; 32];
    while out.len() < length {
        chance.fill(&mut buffer);
        for byte in buffer.into_iter().map(usize::from) {
            // A byte past the last full round would make the first characters likelier.
            if byte < bound && out.len() < length {
                out.push(char::from(alphabet[byte % alphabet.len()]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_characters_again_and_another_seed_does_not() {
        let draw = |seed| characters(&SeededChance::new(seed), b"0123456789", 40);
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert_eq!(draw(7).len(), 40);
    }

    #[test]
    fn system_characters_stay_inside_the_alphabet() {
        let drawn = characters(&SystemChance, b"abc", 500);
        assert!(drawn.bytes().all(|b| b"abc".contains(&b)));
        assert!("abc".chars().all(|c| drawn.contains(c)));
    }
}
