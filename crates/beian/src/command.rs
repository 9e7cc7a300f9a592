//! What each command does; one file for each group.

mod account;
mod calendar;
mod case;
mod check;
mod data;
mod domain;
mod enforcement;
mod find;
mod ip;
mod keys;
mod lines;
mod miit;
mod papers;
mod preflight;
mod print;
mod registry;
mod rules;
mod serve;

pub use account::refused;

use crate::cli::{self, Cli, Command};
use crate::config::{Invalid, Loaded, Sources};
use crate::trouble::{Doing as _, Result, Trouble};
use crate::{demo, telemetry};
use app::world::{Clock as _, SystemClock};

/// Does what the command line says.
///
/// # Errors
/// When it cannot be done, with what a person can do about it.
pub fn run(cli: Cli) -> Result {
    let flags = cli.given.flags();
    match cli.command {
        Command::Openapi => print::openapi(),
        Command::HelpMarkdown => print::command_line(),
        Command::Check(check) => check::run(&check),
        Command::Calendar(calendar) => calendar::run(&calendar),
        Command::Case(case) => case::run(&case),
        Command::Preflight(asked) => preflight::run(*asked),
        Command::Rules(rules) => rules::run(&rules),
        Command::Papers(papers) => papers::run(&papers),
        Command::Miit(cli::Miit::Validate(asked)) => miit::validate(&asked),
        Command::Miit(cli::Miit::Encode(asked)) => miit::encode(&asked),
        Command::Miit(cli::Miit::Decode(asked)) => miit::decode(&asked),
        Command::Miit(cli::Miit::Pack(asked)) => miit::pack(&asked),
        Command::Miit(cli::Miit::Unpack(asked)) => miit::unpack(&asked),
        Command::Miit(cli::Miit::Verify(asked)) => miit::verify(&asked),
        Command::Config(cli::ConfigCommand::Describe) => print::configuration_reference(),
        Command::Config(cli::ConfigCommand::Show { json }) => {
            print::configuration(&load(cli.given.config, flags)?, json)
        }
        Command::Gateway(listen) => {
            let (file, flags) = (cli.given.config, with(flags, "--listen", "gateway.listen", listen.listen));
            let loaded = load(file.clone(), flags.clone())?;
            telemetry::start(&loaded.config.log)?;
            let again = move || load(file.clone(), flags.clone()).map(|loaded| loaded.config.gateway);
            serve::gateway(loaded.config.gateway, again)
        }
        Command::Registry(asked) => registry::run(&quiet(cli.given, flags)?, asked),
        Command::Find(asked) => find::run(&quiet(cli.given, flags)?, &asked),
        command => runtime(&command)?.block_on(run_async(cli.given, command)),
    }
}

async fn run_async(given: cli::Given, command: Command) -> Result {
    let flags = given.flags();
    match command {
        Command::Serve(serve) => {
            let flags = with(flags, "--listen", "server.listen", serve.listen);
            let flags = with(flags, "--public-url", "platform.public_url", serve.public_url);
            let no_worker = serve.no_worker.then(|| "false".to_owned());
            let loaded = load(given.config, with(flags, "--no-worker", "server.worker", no_worker))?;
            telemetry::start(&loaded.config.log)?;
            serve::platform(loaded.config).await
        }
        Command::Authority(authority) => {
            let flags = with(flags, "--listen", "sandbox.listen", authority.listen);
            let loaded = load(given.config, with(flags, "--scenario", "sandbox.scenario", authority.scenario))?;
            telemetry::start(&loaded.config.log)?;
            serve::authority(loaded.config).await
        }
        Command::Domain(domain) => domain::run(&quiet(given, flags)?, &domain, SystemClock.now()).await,
        Command::Demo(demo) => demo::run(*demo, &given).await,
        Command::DemoOrigin(origin) => demo::serve_origin(origin).await,
        Command::Migrate(migrate) => data::migrate(&quiet(given, flags)?, migrate.dry_run).await,
        Command::Backup(backup) => data::backup(&quiet(given, flags)?, &backup.to).await,
        Command::Restore(restore) => data::restore(&quiet(given, flags)?, &restore),
        Command::Audit(cli::Audit::Verify) => data::verify_audit(&quiet(given, flags)?).await,
        Command::Miit(cli::Miit::Call(asked)) => miit::call(*asked).await,
        Command::Miit(cli::Miit::Codes(cli::Codes::Sync(asked))) => miit::sync(&quiet(given, flags)?, &asked).await,
        Command::Miit(cli::Miit::Codes(cli::Codes::List { of: cli::CodesOf::Bureaus, json })) => {
            miit::kept_codes(&quiet(given, flags)?, json).await
        }
        Command::Miit(cli::Miit::Codes(cli::Codes::List { of, json })) => miit::codes(of, json),
        Command::Miit(cli::Miit::Export(asked)) => miit::export(&quiet(given, flags)?, asked).await,
        Command::Keys(keys) => keys::run(&quiet(given, flags)?, keys).await,
        Command::Account(account) => account::run(&quiet(given, flags)?, account).await,
        Command::Ip(ip) => ip::run(&quiet(given, flags)?, ip).await,
        Command::Enforcement(asked) => enforcement::run(&quiet(given, flags)?, asked).await,
        Command::Resources(cli::Resources::Import { file }) => {
            account::import_resources(&quiet(given, flags)?, &file).await
        }
        Command::Openapi
        | Command::HelpMarkdown
        | Command::Check(_)
        | Command::Registry(_)
        | Command::Find(_)
        | Command::Calendar(_)
        | Command::Case(_)
        | Command::Preflight(_)
        | Command::Rules(_)
        | Command::Papers(_)
        | Command::Miit(_)
        | Command::Config(_)
        | Command::Gateway(_) => Err(Trouble::new("this command needs no runtime")),
    }
}

type Flags = Vec<(&'static str, String, String)>;

fn with(mut flags: Flags, flag: &'static str, key: &str, value: Option<String>) -> Flags {
    flags.extend(value.map(|value| (flag, key.to_owned(), value)));
    flags
}

/// Reads the configuration.
fn load(file: Option<std::path::PathBuf>, flags: Flags) -> Result<Loaded> {
    Sources::of_process(file, flags).load().map_err(|Invalid(lines)| {
        Trouble::configuration(format!("the configuration cannot be used:\n  {}", lines.join("\n  ")))
            .hint("`beian config describe` prints every key; docs/config.md is the same")
    })
}

/// Reads the configuration for a tool, whose own words matter more than log lines.
fn quiet(given: cli::Given, flags: Flags) -> Result<crate::config::Config> {
    let mut config = load(given.config, flags)?.config;
    if given.log.is_none() && config.log.filter == "info" {
        "warn".clone_into(&mut config.log.filter);
    }
    telemetry::start(&config.log)?;
    Ok(config)
}

fn runtime(command: &Command) -> Result<tokio::runtime::Runtime> {
    use tokio::runtime::Builder;
    // The parts of a demonstration die with the thread that started them: it must be the one that lives longest.
    let mut builder = match command {
        Command::Demo(_) => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.enable_all().build().doing("cannot start the runtime")
}

/// A runtime for a command that waits for one thing at a time.
fn runtime_for_one() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().doing("cannot start the runtime")
}

/// Writes a line of an answer to standard output; whoever reads may have gone.
fn say(line: impl std::fmt::Display) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}
