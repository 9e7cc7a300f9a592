//! Why a text is not the number of a certificate.

use super::{ResidentIdFault, UsccFault};

/// Why a text is not a number of its kind of certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Nothing was given.
    #[error("there is no number")]
    Empty,
    /// It is no resident ID number.
    #[error(transparent)]
    ResidentId(#[from] ResidentIdFault),
    /// It is no unified social credit code.
    #[error(transparent)]
    Uscc(#[from] UsccFault),
    /// It has not the form of these numbers.
    #[error(transparent)]
    Form(#[from] FaultKind),
}

/// What is wrong with a number that is neither a resident ID nor a unified code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Its length is none that these numbers have.
    #[error("it has {found} characters, not {expected}")]
    Length {
        /// How many it has.
        found: usize,
        /// How many it should have: a number, a range `8-9`, or a choice `9/11`.
        expected: &'static str,
    },
    /// A character never stands there.
    #[error("character {position} is {found:?}, which these numbers never have there")]
    Character {
        /// Its place, from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// It is not written as these numbers are.
    #[error("it is not written like {example}")]
    Pattern {
        /// A number that is.
        example: &'static str,
    },
    /// The last character does not fit the others.
    #[error("the check character is {found}, it should be {expected}")]
    Check {
        /// What stands there.
        found: char,
        /// What should.
        expected: char,
    },
    /// The residence permit is of another region.
    #[error("it does not begin with {expected}")]
    Region {
        /// How it should begin.
        expected: &'static str,
    },
}

impl FaultKind {
    /// The first character that does not fit its place, counted from 1.
    pub(super) fn unless(text: &str, fits: impl Fn(usize, char) -> bool) -> Result<(), Self> {
        match text.chars().enumerate().find(|(index, c)| !fits(index + 1, *c)) {
            Some((index, found)) => Err(Self::Character { position: index + 1, found }),
            None => Ok(()),
        }
    }
}
