//! The values of a scenario file that need more than a type of the standard library.

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::soap::Method;

/// A text in which `*` stands for any number of characters; letters match in either case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Pattern(pub String);

impl Pattern {
    /// Whether a text fits.
    pub fn fits(&self, text: &str) -> bool {
        let (pattern, text) = (self.0.to_lowercase(), text.to_lowercase());
        let mut parts = pattern.split('*');
        let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
        let parts: Vec<&str> = parts.collect();
        let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
        for part in middle {
            let Some(place) = rest.find(part) else { return false };
            rest = &rest[place + part.len()..];
        }
        rest.ends_with(last)
    }
}

/// A likelihood between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance(f64);

impl Chance {
    /// Whether a number drawn evenly from all of `u64` is a hit.
    pub fn hits(self, drawn: u64) -> bool {
        // The 53 bits that a float holds exactly.
        let even = (drawn >> 11) as f64 / (1u64 << 53) as f64;
        even < self.0
    }
}

impl<'de> Deserialize<'de> for Chance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(D::Error::custom("it lies between 0 and 1")) }
    }
}

/// Reads the name of a method.
pub(super) fn method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Method>, D::Error> {
    let name = String::deserialize(deserializer)?;
    Method::named(&name).map(Some).ok_or_else(|| {
        let names: Vec<&str> = Method::ALL.into_iter().map(Method::name).collect();
        D::Error::custom(format!("no method of this name; there are {}", names.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let fits = |pattern: &str, text: &str| Pattern(pattern.to_owned()).fits(text);
        assert!(fits("*.cn", "a.CN") && fits("*", "") && fits("a*b*c", "axxbyyc") && fits("云*", "云杉"));
        assert!(!fits("*.cn", "cn") && !fits("a", "ab") && !fits("a*b", "a") && !fits("", "a"));
        assert!(fits("ab*b", "abb") && !fits("ab*b", "ab"));
    }

    #[test]
    fn a_likelihood_of_nought_never_hits_and_of_one_always() {
        assert!(
            !Chance(0.0).hits(0) && Chance(1.0).hits(u64::MAX) && Chance(0.5).hits(1) && !Chance(0.5).hits(u64::MAX)
        );
    }
}
