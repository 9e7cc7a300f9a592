//! What the program can say about itself.

use super::say;
use crate::cli::Cli;
use crate::config::{self, Loaded};
use crate::trouble::{Doing as _, Result};
use clap::{Arg, Command, CommandFactory as _};
use std::fmt::Write as _;

/// Prints the OpenAPI document.
pub fn openapi() -> Result {
    say(web::api::openapi_json().trim_end());
    Ok(())
}

/// Prints what is configured and where.
pub fn configuration(loaded: &Loaded, json: bool) -> Result {
    if json {
        say(serde_json::to_string_pretty(&config::show_json(loaded)).doing("cannot write the configuration")?);
    } else {
        say(config::show(loaded).trim_end());
    }
    Ok(())
}

/// Prints what can be configured.
pub fn configuration_reference() -> Result {
    say(config::reference().trim_end());
    Ok(())
}

/// Prints the reference of the command line.
pub fn command_line() -> Result {
    let mut text = "# Command line\n\nWritten by `make docs` from the program itself; do not edit.\n".to_owned();
    let mut command = Cli::command();
    command.build();
    describe(&command, "beian", &mut text);
    text.push_str("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    text.push_str("| 0 | it worked; what `beian check` was given is valid |\n| 1 | it went wrong; the message says what, why and what to do. Of `beian check` and `beian calendar`: a value is not valid, a day is not worked; of `beian miit verify`: something was tampered with |\n");
    text.push_str("| 2 | the command line was wrong |\n| 3 | the configuration was wrong |\n");
    text.push_str("| 4 | it worked and the answer is no: a case that is not valid, a trail that is broken, a story that did not end as it must |\n");
    text.push_str("| 5 | it worked and nobody knows the answer yet |\n");
    say(text.trim_end());
    Ok(())
}

fn describe(command: &Command, path: &str, text: &mut String) {
    let _ = write!(
        text,
        "\n## {path}\n\n{}.\n",
        command.get_about().map(ToString::to_string).unwrap_or_default().trim_end_matches('.')
    );
    let own = |argument: &&Arg| !argument.is_hide_set() && !matches!(argument.get_id().as_str(), "help" | "version");
    // The flags of every command stand once, at the top.
    let arguments: Vec<&Arg> =
        command.get_arguments().filter(own).filter(|argument| path == "beian" || !argument.is_global_set()).collect();
    if !arguments.is_empty() {
        text.push_str("\n| argument | meaning |\n|---|---|\n");
        for argument in arguments {
            let _ = writeln!(text, "| `{}` | {} |", usage(argument), help(argument));
        }
    }
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        describe(inner, &format!("{path} {}", inner.get_name()), text);
    }
}

fn usage(argument: &Arg) -> String {
    let values: Vec<String> = argument.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
    let takes_value = argument.get_num_args().is_some_and(|range| range.takes_values());
    let value = if takes_value && !values.is_empty() { format!(" {}", values.join(" ")) } else { String::new() };
    match argument.get_long() {
        Some(long) => format!("--{long}{value}"),
        None => value.trim_start().to_owned(),
    }
}

fn help(argument: &Arg) -> String {
    let mut text = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let choices: Vec<String> =
        argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    let takes_value = argument.get_num_args().is_some_and(|range| range.takes_values());
    if takes_value && !choices.is_empty() {
        let _ = write!(text, ": {}", choices.join(", "));
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if takes_value && !defaults.is_empty() {
        let _ = write!(text, " (default `{}`)", defaults.join(" "));
    }
    text.replace('|', "\\|")
}
