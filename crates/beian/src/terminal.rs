//! Asking at a terminal without showing what is typed.

use crate::trouble::{Doing as _, Result};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{BufRead as _, Write as _};

/// Asks for a line; what is typed is not shown.
///
/// # Errors
/// When there is no terminal.
pub fn ask_hidden(question: &str) -> Result<String> {
    let stdin = std::io::stdin();
    let doing = "cannot ask at the terminal";
    let before = tcgetattr(&stdin).doing(doing)?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Now, &hidden).doing(doing)?;
    let answer = ask(question);
    restore(&before);
    let _ = writeln!(std::io::stderr());
    answer
}

fn ask(question: &str) -> Result<String> {
    let _ = write!(std::io::stderr(), "{question}");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).doing("cannot read from the terminal")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn restore(before: &Termios) {
    let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
}
