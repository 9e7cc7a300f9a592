//! Answers to many questions, one JSON object a line.

use crate::trouble::{Doing as _, Ending, Result, Trouble};
use filing::check::Finding;
use jiff::civil::Date;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read as _, Write};

/// The longest line that is read, as rule `value-03` says.
fn limit() -> usize {
    let rule = filing::value::rules().rules.iter().find(|rule| rule.id == "value-03");
    rule.map_or(0, filing::check::Rule::limit)
}

/// One line of the input.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line that can be looked at, without its end.
    Whole(&'a [u8]),
    /// A line that is too long; what was read of it is gone.
    TooLong,
}

/// Answers every line of standard input on standard output; `answer` writes one line and says whether it is a yes.
///
/// # Errors
/// When the input cannot be read; and, with nothing to say, when an answer was no.
pub fn each(mut answer: impl FnMut(Line<'_>, &mut dyn Write) -> std::io::Result<bool>) -> Result {
    let mut input = BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let (limit, mut line, mut all) = (limit(), Vec::new(), true);
    loop {
        // Whoever asks one question at a time waits for its answer; a file is answered in large pieces.
        if input.buffer().is_empty() && gone(output.flush())? {
            return Ok(());
        }
        line.clear();
        let read = (&mut input).take(limit as u64 + 1).read_until(b'\n', &mut line).doing("cannot read the input")?;
        if read == 0 {
            break;
        }
        let too_long = line.len() > limit && line.last() != Some(&b'\n');
        if too_long {
            input.skip_until(b'\n').doing("cannot read the input")?;
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        let answered = answer(if too_long { Line::TooLong } else { Line::Whole(text) }, &mut output);
        all &= *answered.as_ref().unwrap_or(&true);
        if gone(answered.map(|_| ()))? {
            return Ok(());
        }
    }
    if gone(output.flush())? || all { Ok(()) } else { Err(Trouble::said(Ending::Failed)) }
}

/// Whether the reader of the answers has gone.
fn gone(written: std::io::Result<()>) -> Result<bool> {
    match written {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(true),
        Err(error) => Err(Trouble::new("cannot write the answers").because(error)),
    }
}

/// Writes an answer and the end of its line.
pub fn write(output: &mut dyn Write, answer: &impl serde::Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *output, answer)?;
    output.write_all(b"\n")
}

/// What there is to say of a line that is no question.
pub fn fault(rule: &'static str, holes: &[(&'static str, String)], on: Date) -> Vec<Finding> {
    filing::value::finding(rule, holes, on).into_iter().collect()
}
