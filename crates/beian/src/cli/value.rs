//! Checking values and counting working days.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use jiff::civil::Date;

/// A value to check.
#[derive(Debug, Args)]
pub struct Check {
    /// What kind of value it is
    #[arg(value_name = "KIND", value_parser = kinds(), required_unless_present = "stdin")]
    pub kind: Option<filing::value::Kind>,
    /// The value; one that begins with a hyphen stands behind --
    #[arg(value_name = "VALUE", required_unless_present = "stdin")]
    pub value: Option<String>,
    /// Read one JSON object a line, {"kind", "value"}, and answer each with one; implies --json
    #[arg(long, conflicts_with_all = ["kind", "value"])]
    pub stdin: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// The day that counts as today
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub on: Option<Date>,
}

fn kinds() -> impl TypedValueParser<Value = filing::value::Kind> {
    use filing::value::Kind;
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.as_str()))
        .try_map(|word| Kind::from_word(&word).ok_or("it is no kind"))
}

/// Reads a date such as `2026-11-21`.
pub fn day(text: &str) -> Result<Date, String> {
    let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
    date.ok_or_else(|| "it is no date such as 2026-11-21".to_owned())
}

/// A question to the calendar.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, args_conflicts_with_subcommands = true)]
pub struct Calendar {
    #[command(subcommand)]
    pub question: Option<Question>,
    #[command(flatten)]
    pub lines: Lines,
}

/// How questions come in and answers go out.
#[derive(Debug, Clone, Copy, Args)]
pub struct Lines {
    /// Read one JSON object a line and answer each with one; implies --json
    #[arg(long)]
    pub stdin: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What the calendar is asked.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// The N-th working day strictly after DATE; a line is {"op": "add", "start", "n"}
    Add {
        /// The day before the first one counted
        #[arg(value_name = "DATE", value_parser = day, required_unless_present = "stdin")]
        start: Option<Date>,
        /// How many working days
        #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000), required_unless_present = "stdin")]
        n: Option<u32>,
        #[command(flatten)]
        lines: Lines,
    },
    /// The working days after FROM through TO; a line is {"op": "count", "from", "to"}
    Count {
        /// The day before the first one counted
        #[arg(value_name = "FROM", value_parser = day, required_unless_present = "stdin")]
        from: Option<Date>,
        /// The last day counted
        #[arg(value_name = "TO", value_parser = day, required_unless_present = "stdin")]
        to: Option<Date>,
        #[command(flatten)]
        lines: Lines,
    },
    /// Whether people work on DATE; it ends with 1 when they do not. A line is {"op": "is", "date"}
    Is {
        /// The day
        #[arg(value_name = "DATE", value_parser = day, required_unless_present = "stdin")]
        date: Option<Date>,
        #[command(flatten)]
        lines: Lines,
    },
}
