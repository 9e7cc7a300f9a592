//! Why a command ended badly, and what a person can do about it.

use std::fmt;
use std::process::ExitCode;

/// The result of a command.
pub type Result<T = ()> = std::result::Result<T, Trouble>;

/// How a command ended badly, for scripts. 2 is a wrong command line, with which clap ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It went wrong; or, where a command says so, its answer is no.
    Failed = 1,
    /// The command line was wrong in a way that only the command can see.
    Usage = 2,
    /// The configuration was wrong.
    Configuration = 3,
    /// It worked, and the answer is no: a case that is not valid, a trail that is broken, a story that did not end well.
    No = 4,
    /// It worked, and nobody knows the answer yet.
    Open = 5,
}

/// What went wrong, why, and what to do.
#[derive(Debug)]
pub struct Trouble {
    what: String,
    cause: Option<anyhow::Error>,
    hint: Option<String>,
    ending: Ending,
}

impl Trouble {
    /// Something went wrong.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), cause: None, hint: None, ending: Ending::Failed }
    }

    /// The configuration cannot be used.
    pub fn configuration(what: impl Into<String>) -> Self {
        Self { ending: Ending::Configuration, ..Self::new(what) }
    }

    /// The command line was wrong in a way that only the command can see.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { ending: Ending::Usage, ..Self::new(what) }
    }

    /// The answer is no.
    pub fn no(what: impl Into<String>) -> Self {
        Self { ending: Ending::No, ..Self::new(what) }
    }

    /// The command has said everything itself; only its ending is left to tell.
    pub fn said(ending: Ending) -> Self {
        Self { ending, ..Self::new("") }
    }

    /// Whether there is anything to print.
    pub const fn is_said(&self) -> bool {
        self.what.is_empty()
    }

    /// Says what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Ends otherwise.
    #[must_use]
    pub const fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What the process ends with.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.ending as u8)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.what)?;
        if let Some(cause) = &self.cause {
            let mut last = self.what.clone();
            for cause in cause.chain() {
                let text = cause.to_string();
                // Libraries often repeat their cause in their own message.
                if !last.contains(&text) {
                    write!(formatter, ": {text}")?;
                }
                last = text;
            }
        }
        if let Some(hint) = &self.hint {
            write!(formatter, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        let mut chain = error.chain().map(ToString::to_string);
        let what = chain.next().unwrap_or_default();
        let rest = chain.collect::<Vec<_>>();
        let trouble = Self::new(what);
        if rest.is_empty() { trouble } else { trouble.because(anyhow::anyhow!(rest.join(": "))) }
    }
}

/// Gives any error the words of what was being done.
pub trait Doing<T> {
    /// What could not be done, in the form "cannot …".
    fn doing(self, what: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|error| Trouble::new(what).because(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_says_what_why_and_what_to_do_and_repeats_nothing() {
        let cause = anyhow::anyhow!("permission denied").context("opening a: permission denied");
        let trouble = Trouble::new("cannot read a").because(cause).hint("run it as its owner");
        assert_eq!(
            trouble.to_string(),
            "error: cannot read a: opening a: permission denied\n  hint: run it as its owner"
        );
    }

    #[test]
    fn each_ending_has_its_own_number() {
        assert_eq!(Trouble::configuration("x").exit_code(), ExitCode::from(3));
        assert_eq!(Trouble::no("x").exit_code(), ExitCode::from(4));
        assert_eq!(Trouble::said(Ending::Open).exit_code(), ExitCode::from(5));
        assert_eq!((Trouble::said(Ending::Failed).is_said(), Trouble::new("x").is_said()), (true, false));
    }
}
