//! The command line.

use clap::{Args, Parser, Subcommand};
use filing::nature::Nature;
use filing::province::Province;
use filing::stage::Action;
use jiff::civil::Date;
use std::path::PathBuf;

mod enforcement;
mod find;
mod ip;
mod miit;
mod registry;
mod value;

pub use enforcement::Enforcement;
pub use find::Find;
pub use ip::{File as IpFile, Ip, List as IpList};
pub use miit::{
    Call, Codes, CodesOf, CodesSync, Decode, Encode, Export, Key, Method, Miit, Pack, Unpack, Validate, Verify,
};
pub use registry::{Export as RegistryExport, Format as RegistryFormat, Registry};
pub use value::{Calendar, Check, Question, day};

/// An open ICP filing (备案) platform for access providers.
#[derive(Debug, Parser)]
#[command(name = "beian", version, about, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub given: Given,
    #[command(subcommand)]
    pub command: Command,
}

/// What the command line says about the configuration; it beats environment and file.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct Given {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// The folder of the embedded database, sealed files and keys
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// How log lines are written
    #[arg(long, global = true, value_name = "FORMAT", value_parser = ["auto", "pretty", "json"])]
    pub log_format: Option<String>,
    /// Which log lines are written, such as `info` or `info,app=debug`
    #[arg(long, global = true, value_name = "FILTER")]
    pub log: Option<String>,
    /// Any key of the configuration, such as `platform.require_call=false`; may be repeated
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub set: Vec<(String, String)>,
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("it has the form KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

impl Given {
    /// The keys that the flags set: the flag, the key, the value.
    pub fn flags(&self) -> Vec<(&'static str, String, String)> {
        let mut flags = Vec::new();
        for (flag, key, value) in [
            ("--database", "database.url", &self.database),
            ("--data-dir", "data.dir", &self.data_dir),
            ("--log-format", "log.format", &self.log_format),
            ("--log", "log.filter", &self.log),
        ] {
            if let Some(value) = value {
                flags.push((flag, key.to_owned(), value.clone()));
            }
        }
        flags.extend(self.set.iter().map(|(key, value)| ("--set", key.clone(), value.clone())));
        flags
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the platform: pages, API and jobs
    Serve(Serve),
    /// Run the sandbox authority, which stands in for the real one in demonstrations, tests and training
    Authority(Authority),
    /// Run the gateway, which opens and closes domains by what the platform says
    Gateway(Listen),
    /// Start everything on this machine, or play a filing from the first form to the open website
    Demo(Box<Demo>),
    /// Say what registry and resolvers tell of a domain now, and who told it
    Domain(Domain),
    /// Check one value, or one a line: an identifier, a number, a domain, a phone, a name
    Check(Check),
    /// Count working days
    Calendar(Calendar),
    /// Case files: check one, print their schema
    #[command(subcommand)]
    Case(Case),
    /// Say whether a domain can be filed, what stands in the way, with which papers, and when it could be open
    #[command(
        after_help = "Ends with 0 when it can be filed, 1 when it cannot or not yet, 2 when an answer cannot be read, 5 when something that decides is not known."
    )]
    Preflight(Box<Preflight>),
    /// The rules of filing: which there are, what each says, what changed when
    #[command(subcommand)]
    Rules(Rules),
    /// List the papers a case needs, and print its letters as PDF
    Papers(Papers),
    /// Bring the database's tables to this version
    Migrate(Migrate),
    /// Copy the embedded database and the sealed files into a new folder
    Backup(Backup),
    /// Put a backup back where no data is yet
    Restore(Restore),
    /// The master keys that seal personal data
    #[command(subcommand)]
    Keys(Keys),
    /// The audit trail
    #[command(subcommand)]
    Audit(Audit),
    /// The configuration: what is set, what can be set
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The interface to the authority: what travelled over it
    #[command(subcommand)]
    Miit(Miit),
    /// Accounts
    #[command(subcommand)]
    Account(Account),
    /// Cloud resources that sites run on
    #[command(subcommand)]
    Resources(Resources),
    /// The provider's own address ranges (IP filing)
    #[command(subcommand)]
    Ip(Ip),
    /// The verdicts: what the gateway's index lists, as other programs read it
    #[command(subcommand)]
    Registry(Registry),
    /// Find the domains that are asked for here and are not open: from logs, DNS and packets
    #[command(after_help = "Ends with 0 when nothing was found, 4 when something was.")]
    Find(Box<Find>),
    /// Decide on top of the verdicts: keep a domain open, close one, roll back
    #[command(subcommand)]
    Enforcement(Enforcement),
    /// Print the OpenAPI document of the JSON API
    Openapi,
    /// Print the reference of this command line, in Markdown
    #[command(hide = true)]
    HelpMarkdown,
    /// Serve the websites of the demonstration
    #[command(hide = true)]
    DemoOrigin(DemoOrigin),
}

/// How the platform runs.
#[derive(Debug, Args)]
pub struct Serve {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// The address people reach the platform under
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Leave the jobs to other processes
    #[arg(long)]
    pub no_worker: bool,
}

/// How the sandbox authority runs. Its settings are the section `[sandbox]` of the configuration file.
#[derive(Debug, Args)]
pub struct Authority {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// A scenario to play: scripted decisions, faults and pushes, such as examples/scenarios/training.toml
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<String>,
}

/// Where a server listens.
#[derive(Debug, Args)]
pub struct Listen {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
}

/// A demonstration on this machine.
#[derive(Debug, Args)]
pub struct Demo {
    /// The folder that keeps the demonstration between two starts
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// The platform's port
    #[arg(long, value_name = "PORT", default_value_t = 8600)]
    pub platform_port: u16,
    /// The sandbox authority's port
    #[arg(long, value_name = "PORT", default_value_t = 8601)]
    pub authority_port: u16,
    /// The gateway's port
    #[arg(long, value_name = "PORT", default_value_t = 8602)]
    pub gateway_port: u16,
    /// The port of the websites behind the gateway
    #[arg(long, value_name = "PORT", default_value_t = 8603)]
    pub origin_port: u16,
    /// The port of the gateway's metrics
    #[arg(long, value_name = "PORT", default_value_t = 8604)]
    pub metrics_port: u16,
    /// The port at which other proxies ask the gateway
    #[arg(long, value_name = "PORT", default_value_t = 8605)]
    pub ask_port: u16,
    /// Play case files and end: the ones named, or one that is built in
    #[arg(long, num_args = 0.., value_name = "CASE.json")]
    pub story: Option<Vec<PathBuf>>,
    #[command(flatten)]
    pub story_options: StoryOptions,
}

/// How a story is played.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Story")]
pub struct StoryOptions {
    /// Print one JSON object for each event instead of the timeline
    #[arg(long, requires = "story")]
    pub json: bool,
    /// The language of the timeline; by default the terminal's
    #[arg(long, value_name = "LANGUAGE", value_parser = ["zh-CN", "en"])]
    pub language: Option<String>,
    /// Play against a platform that is already running, instead of a stack of its own in a temporary folder
    #[arg(long, value_name = "URL", requires = "story")]
    pub against: Option<url::Url>,
    /// The sandbox authority of that platform
    #[arg(long, value_name = "URL", requires = "against", default_value = "http://127.0.0.1:8601")]
    pub authority: url::Url,
    /// The gateway of that platform
    #[arg(long, value_name = "URL", requires = "against", default_value = "http://127.0.0.1:8602")]
    pub gateway: url::Url,
    /// Where that gateway's websites run
    #[arg(long, value_name = "HOST:PORT", requires = "against", default_value = "127.0.0.1:8603")]
    pub origin: String,
    /// The log-in and password of an administrator of that platform; by default the demonstration's
    #[arg(
        long,
        value_name = "LOGIN:PASSWORD",
        requires = "against",
        env = "BEIAN_STORY_ADMINISTRATOR",
        hide_env_values = true
    )]
    pub administrator: Option<String>,
    /// The log-in and password of a reviewer of that platform; by default the demonstration's
    #[arg(
        long,
        value_name = "LOGIN:PASSWORD",
        requires = "against",
        env = "BEIAN_STORY_REVIEWER",
        hide_env_values = true
    )]
    pub reviewer: Option<String>,
    /// Keep the temporary folder of the story's own stack, with its logs
    #[arg(long, requires = "story")]
    pub keep: bool,
    /// A fault for the sandbox authority to make, as its JSON interface takes it: {"kind": "drop_after_commit"}
    #[arg(long, value_name = "JSON", requires = "story")]
    pub fault: Option<String>,
    /// How many platform processes the story's own stack has; two need a PostgreSQL database
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2), hide = true)]
    pub platforms: u8,
}

/// A domain to ask about.
#[derive(Debug, Args)]
pub struct Domain {
    /// The domain; of a name below it, the registrable one is asked about
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Case files.
#[derive(Debug, Subcommand)]
pub enum Case {
    /// Say what is wrong with a case file, if anything
    Validate {
        /// The case files
        #[arg(required = true, value_name = "CASE.json")]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of case files
    Schema,
}

/// What is known before any form. Choices are given by their word or by their name in Chinese or English.
#[derive(Debug, Args)]
pub struct Preflight {
    /// Judge a whole case file instead of the answers below
    #[arg(value_name = "CASE.json", conflicts_with_all = ["domain", "nature", "certificate", "province", "resource"])]
    pub case: Option<PathBuf>,
    /// The domain
    #[arg(long, value_name = "DOMAIN")]
    pub domain: Option<String>,
    /// The organiser's nature, such as enterprise, individual, 企业
    #[arg(long, value_name = "NATURE")]
    pub nature: Option<String>,
    /// The kind of certificate, such as business_licence, resident_id, 营业执照
    #[arg(long, value_name = "KIND")]
    pub certificate: Option<String>,
    /// The province that decides, such as 33, 浙江, Zhejiang
    #[arg(long, value_name = "PROVINCE")]
    pub province: Option<String>,
    /// The kind of resource, such as cloud_server, lighthouse, 云服务器
    #[arg(long, value_name = "KIND")]
    pub resource: Option<String>,
    /// Where the resource stands: mainland or abroad
    #[arg(long, value_name = "WHERE")]
    pub region: Option<String>,
    /// How the resource is paid for: prepaid, pay_as_you_go or package
    #[arg(long, value_name = "HOW")]
    pub billing: Option<String>,
    /// The months the resource was bought for, renewals included
    #[arg(long, value_name = "MONTHS")]
    pub months: Option<String>,
    /// The last day the resource is paid for
    #[arg(long, value_name = "DATE")]
    pub resource_until: Option<String>,
    /// Whether the organiser has filed before: no, here, elsewhere or shell
    #[arg(long, value_name = "WHERE")]
    pub subject_filed: Option<String>,
    /// Whether the domain is filed: no, here, elsewhere (both by this organiser) or other (by somebody else)
    #[arg(long, value_name = "WHERE")]
    pub domain_filed: Option<String>,
    /// Whether the domain's holder is verified: yes or no
    #[arg(long, value_name = "YES|NO")]
    pub domain_verified: Option<String>,
    /// The day the domain's holder was verified
    #[arg(long, value_name = "DATE")]
    pub domain_verified_on: Option<String>,
    /// The last day the domain is registered
    #[arg(long, value_name = "DATE")]
    pub domain_until: Option<String>,
    /// Whether the domain was registered with this provider: yes or no
    #[arg(long, value_name = "YES|NO")]
    pub registered_here: Option<String>,
    /// The day a person's account was verified
    #[arg(long, value_name = "DATE")]
    pub account_verified_on: Option<String>,
    /// The organiser's name; it is not repeated
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The certificate's number; it is not repeated
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
    /// The day to judge for; today by default
    #[arg(long, value_name = "DATE")]
    pub on: Option<jiff::civil::Date>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// The rules of filing.
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// List the rules, all or those that are for somebody
    List {
        #[command(flatten)]
        filter: RuleFilter,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one rule: its text, source, dates, and an example that fails and one that passes
    Show {
        /// The rule's id, such as name-02, or a provincial line's, such as 33-address-01
        #[arg(value_name = "ID")]
        id: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say which rules came into force, ended or changed after one day and by another
    Diff {
        /// The day to look from
        #[arg(long, value_name = "DATE")]
        from: Date,
        /// The day to look at
        #[arg(long, value_name = "DATE")]
        to: Date,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Count the lines of every province's page by what became of them, by topic
    Coverage {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Which rules are wanted.
#[derive(Debug, Args)]
pub struct RuleFilter {
    /// Of one family, such as name, domain or province
    #[arg(long, value_name = "FAMILY")]
    pub family: Option<String>,
    /// In force in one province: its two-digit code or its name
    #[arg(long, value_name = "PROVINCE", value_parser = province)]
    pub province: Option<Province>,
    /// For subjects of one nature, such as enterprise or individual
    #[arg(long, value_name = "NATURE", value_parser = nature)]
    pub nature: Option<Nature>,
    /// For orders that ask one thing, such as first_filing or cancel_site
    #[arg(long, value_name = "ACTION", value_parser = action)]
    pub action: Option<Action>,
    /// In force on one day
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
}

fn province(text: &str) -> Result<Province, String> {
    let named = |province: &&Province| {
        let name = province.name();
        name.en.eq_ignore_ascii_case(text) || (text.chars().count() > 1 && name.zh.starts_with(text))
    };
    Province::from_word(text)
        .or_else(|| Province::ALL.iter().find(named).copied())
        .ok_or_else(|| "no province has this code or name".to_owned())
}

fn nature(text: &str) -> Result<Nature, String> {
    Nature::from_word(text).ok_or_else(|| choices(Nature::ALL.iter().map(|nature| nature.as_str())))
}

fn action(text: &str) -> Result<Action, String> {
    Action::from_word(text).ok_or_else(|| choices(Action::ALL.iter().map(|action| action.as_str())))
}

fn choices<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("it is one of {}", words.collect::<Vec<_>>().join(", "))
}

/// The papers of a case.
#[derive(Debug, Args)]
pub struct Papers {
    /// The case file
    #[arg(value_name = "CASE.json")]
    pub file: PathBuf,
    /// Write every form of the list, filled in, into this folder
    #[arg(long, value_name = "FOLDER")]
    pub pdf: Option<PathBuf>,
    /// One JSON array instead of text
    #[arg(long)]
    pub json: bool,
    /// The day to list them for; today when not given
    #[arg(long, value_name = "DATE")]
    pub on: Option<jiff::civil::Date>,
}

/// Changes to the tables.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
}

/// A copy of everything.
#[derive(Debug, Args)]
pub struct Backup {
    /// The folder to make
    #[arg(value_name = "FOLDER")]
    pub to: PathBuf,
}

/// A copy put back.
#[derive(Debug, Args)]
pub struct Restore {
    /// The folder that `beian backup` made
    #[arg(value_name = "FOLDER")]
    pub from: PathBuf,
    /// Only check the backup against its manifest
    #[arg(long)]
    pub check: bool,
}

/// Master keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make the key file with a first key
    Make,
    /// Add a new key to the key file and wrap every data key with it; then restart what is running
    Rotate {
        /// Add no key; wrap with the one that is current
        #[arg(long)]
        current: bool,
    },
    /// Say which master key wraps how many data keys
    Status,
}

/// The audit trail.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Walk the whole trail and find a changed, removed or reordered line
    Verify,
}

/// The configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every key, its value (secrets masked) and where it came from
    Show {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what can be set, in Markdown
    Describe,
}

/// Accounts.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Make an account; its password is read from the terminal or the first line of standard input
    Create {
        /// What it may do
        #[arg(long, value_parser = ["applicant", "reviewer", "supervisor", "administrator", "auditor"])]
        role: String,
        /// The mail address or mobile number it logs in with
        #[arg(long, value_name = "MAIL|MOBILE")]
        login: String,
    },
    /// Make an API key for an account and print it; it is shown only this once
    ApiKey {
        /// The mail address or mobile number the account logs in with
        #[arg(long, value_name = "MAIL|MOBILE")]
        login: String,
        /// What the key is called in lists
        #[arg(long)]
        name: String,
        /// Make it a gateway's: it may follow the verdicts and nothing else. The account must be an administrator's
        #[arg(long)]
        for_gateway: bool,
    },
}

/// Cloud resources.
#[derive(Debug, Subcommand)]
pub enum Resources {
    /// Add or update the resources of a JSON file, and say how many
    Import {
        /// The file: `{"resources": [...]}` as the API takes it
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
    },
}

/// The websites of the demonstration.
#[derive(Debug, Args)]
pub struct DemoOrigin {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: std::net::SocketAddr,
    /// The platform that knows the filing numbers
    #[arg(long, value_name = "URL")]
    pub platform: url::Url,
    /// The folder of the websites' own files
    #[arg(long, value_name = "FOLDER")]
    pub files: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_story_takes_no_case_one_or_several() {
        for (line, cases) in
            [("beian demo", None), ("beian demo --story", Some(0)), ("beian demo --story a b --json", Some(2))]
        {
            let cli = Cli::parse_from(line.split(' '));
            let Command::Demo(demo) = cli.command else { panic!("{line}") };
            assert_eq!(demo.story.map(|cases| cases.len()), cases, "{line}");
        }
    }

    #[test]
    fn flags_say_which_key_they_set() {
        let cli = Cli::parse_from(["beian", "migrate", "--database", "sqlite:a", "--set", "mail.from=b"]);
        let flags = cli.given.flags();
        assert_eq!(flags[0], ("--database", "database.url".to_owned(), "sqlite:a".to_owned()));
        assert_eq!(flags[1], ("--set", "mail.from".to_owned(), "b".to_owned()));
    }
}
