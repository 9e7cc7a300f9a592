//! The one binary of Beian: platform, sandbox authority, gateway, demonstration and tools.

mod cli;
mod command;
mod config;
mod demo;
mod keyfile;
mod shutdown;
mod story;
mod telemetry;
mod terminal;
mod trouble;
mod words;
mod world;

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    demo::follow_parent();
    match command::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            if !trouble.is_said() {
                let _ = writeln!(std::io::stderr(), "{trouble}");
            }
            trouble.exit_code()
        }
    }
}
