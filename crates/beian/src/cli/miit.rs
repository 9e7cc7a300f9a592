//! The interface to the authority.

use super::day;
use authority::message::Version;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use std::path::PathBuf;
use url::Url;

/// What is done with the interface to the authority.
#[derive(Debug, Subcommand)]
pub enum Miit {
    /// Check an upload or download file against the element tables, the limits and the records in it
    #[command(after_help = "Ends with 0 when nothing is wrong, 1 when something is, 2 when the file is no such XML.")]
    Validate(Validate),
    /// Write an upload or download file from JSON or from a case file, in the order and the character set of the interface
    #[command(
        after_help = "A case file becomes the upload that the platform would send for it: the same code builds both. What a case cannot know is given: our own numbers (each kind counts from --first-id), the provider's id, what the bureau calls what is filed already (--subject, --site). Server locations are numbered by the built-in table, not by the bureau's own. A change or the end of something filed (BGBA, ZXBA) names a record that the bureau holds, which no case file has: write its message as JSON.\n\nEnds with 0 when it was written, 1 when the content breaks a limit or the checks refuse the case, 2 when the JSON is neither a file's nor a case, or the operation makes no sense for it."
    )]
    Encode(Box<Encode>),
    /// Read an upload or download file into JSON
    #[command(
        after_help = "Ends with 0 when all was read, 1 when something could not be, 2 when the file is no such XML."
    )]
    Decode(Decode),
    /// Pack a file for the wire: zip, MD5, AES, base64
    Pack(Pack),
    /// Unpack what came over the wire, checking it on the way
    #[command(after_help = "Ends with 0 when it was unpacked, 1 when it is damaged, 2 when it is no container.")]
    Unpack(Unpack),
    /// Call a method of a server of the interface
    #[command(
        after_help = "Ends with 0 when the server did what was asked, 1 when it refused or did not answer, 2 when the call is wrong."
    )]
    Call(Box<Call>),
    /// The codes of the interface
    #[command(subcommand)]
    Codes(Codes),
    /// Write a bundle of everything that went over the wire, with the chain that proves it unchanged
    Export(Export),
    /// Check a bundle that `beian miit export` wrote, offline: chain, hashes, containers
    #[command(
        after_help = "Ends with 0 when everything is as it was written, 1 when something was tampered with, 2 when the file is no bundle."
    )]
    Verify(Verify),
}

fn version(text: &str) -> Result<Version, String> {
    Version::named(text).ok_or_else(|| {
        let known: Vec<_> = Version::ALL.iter().map(|version| version.name()).collect();
        format!("known versions are {}", known.join(", "))
    })
}

/// A file to check.
#[derive(Debug, Args)]
pub struct Validate {
    /// The file; `-` reads it from standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The version of the interface
    #[arg(long, value_name = "VERSION", value_parser = version, default_value = "v3.0")]
    pub version: Version,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What to write a file from.
#[derive(Debug, Args)]
pub struct Encode {
    /// A case file, or the JSON of an upload or download, as `beian miit decode` prints it; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The version of the interface
    #[arg(long, value_name = "VERSION", value_parser = version, default_value = "v3.0")]
    pub version: Version,
    /// XZBA, XZWZ or XZJR, or a name such as `first_filing`; of a case the one its answers come to by default, of a message another one is refused
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<String>,
    /// Where to write the file; standard output by default
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Of a case: the day it is checked on; today in China by default
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub on: Option<Date>,
    /// Of a case: where our own numbers of subject, sites, domains, accesses and addresses begin, each kind by itself
    #[arg(long, value_name = "ID", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..))]
    pub first_id: i64,
    /// Of a case: the provider's id; the default stands for one and is nobody's
    #[arg(long, value_name = "ID", default_value_t = 110_000_000_001)]
    pub isp_id: i64,
    /// Of a case: how the sites are hosted, a code of the table of access methods
    #[arg(long, value_name = "CODE", default_value_t = 5)]
    pub access_method: i64,
    /// Of a case: the filed subject, by its filing number or the bureau's id
    #[arg(long, value_name = "NUMBER")]
    pub subject: Option<String>,
    /// Of a case: a filed site, likewise; once for each site, in their order
    #[arg(long = "site", value_name = "NUMBER")]
    pub sites: Vec<String>,
}

/// A file to read.
#[derive(Debug, Args)]
pub struct Decode {
    /// The file; `-` reads it from standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The version of the interface
    #[arg(long, value_name = "VERSION", value_parser = version, default_value = "v3.0")]
    pub version: Version,
}

/// The key a bureau issued.
#[derive(Debug, Args)]
pub struct Key {
    /// The AES key, 16 characters; better given in the environment, where no other user sees it
    #[arg(long, env = "BEIAN_MIIT_KEY", hide_env_values = true, value_name = "KEY", requires = "iv")]
    pub key: Option<String>,
    /// The AES initialisation vector, 16 characters
    #[arg(long, env = "BEIAN_MIIT_IV", hide_env_values = true, value_name = "IV", requires = "key")]
    pub iv: Option<String>,
}

/// A file to pack.
#[derive(Debug, Args)]
pub struct Pack {
    /// The file; `-` reads it from standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub key: Key,
    /// The name of the entry in the zip
    #[arg(long, value_name = "NAME", default_value = authority::envelope::ENTRY)]
    pub entry: String,
}

/// A container to unpack.
#[derive(Debug, Args)]
pub struct Unpack {
    /// The container as `beian miit pack` or `beian miit call` prints it; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub key: Key,
    /// Where to write the file; standard output by default
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Whom to call, and what for.
#[derive(Debug, Args)]
pub struct Call {
    /// The address of the server, without the paths of its services
    #[arg(long, env = "BEIAN_MIIT_URL", value_name = "URL")]
    pub url: Url,
    /// The provider's id
    #[arg(long, env = "BEIAN_MIIT_ISP_ID", value_name = "ID")]
    pub isp_id: i64,
    /// The user name
    #[arg(long, env = "BEIAN_MIIT_USER", value_name = "NAME")]
    pub user: String,
    /// The password; better given in the environment
    #[arg(long, env = "BEIAN_MIIT_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    pub password: String,
    /// The AES key; without one uploads travel in the clear and encrypted downloads stay closed
    #[arg(long, env = "BEIAN_MIIT_KEY", hide_env_values = true, value_name = "KEY", requires = "iv")]
    pub key: Option<String>,
    /// The AES initialisation vector
    #[arg(long, env = "BEIAN_MIIT_IV", hide_env_values = true, value_name = "IV", requires = "key")]
    pub iv: Option<String>,
    /// How long to wait for the answer
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub timeout: u64,
    #[command(subcommand)]
    pub method: Method,
}

/// A method of the interface.
#[derive(Debug, Subcommand)]
pub enum Method {
    /// isp_upload: send one file under a number
    Upload {
        /// The file, as XML
        file: PathBuf,
        /// Its number in the provider's line
        #[arg(long)]
        sequence: i64,
    },
    /// isp_download: get the next file
    Download,
    /// isp_downloadack: confirm a downloaded file
    Ack {
        /// Its name, as the download said it
        name: String,
    },
    /// isp_querypreviousupload: what was uploaded last
    Previous,
    /// isp_querybeianstatus: whether a domain or a credential is filed
    Status {
        /// What is asked about
        #[arg(long, default_value_t = 0, help = "0 a domain, else a code of the table of credentials")]
        kind: i64,
        /// The domain or the number
        condition: String,
    },
    /// isp_verifybamm: whether a filing password is right
    VerifyPassword {
        /// The filing number
        number: String,
        /// The password
        #[arg(long, env = "BEIAN_MIIT_FILING_PASSWORD", hide_env_values = true)]
        filing_password: String,
    },
}

/// What is done with the codes.
#[derive(Debug, Subcommand)]
pub enum Codes {
    /// List the codes of answers, of results, or of the tables; or which tables the bureaus sent, and since when
    List {
        /// Which
        #[arg(value_enum)]
        of: CodesOf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Fetch the code tables of a bureau and say what changed
    #[command(
        after_help = "The interface has no question for the tables: a bureau puts a file (JCDM) into the line of downloads when it likes. So this fetches that line to its end now, exactly as the platform's own job does; everything else that waits there takes effect too. It claims that job first and waits for whoever has it, so that it may run beside `beian serve`. What was replaced stays in the history of each code.\n\nWith --file a data file is compared with what is kept, and nothing is applied: only what the bureau sends itself counts.\n\nEnds with 0 when nothing differs, 1 when something does, 2 when the line could not be fetched to its end or the file holds no tables."
    )]
    Sync(CodesSync),
}

/// Whose tables.
#[derive(Debug, Args)]
pub struct CodesSync {
    /// One bureau, by its code; all that are configured by default
    #[arg(long, value_name = "CODE")]
    pub bureau: Option<String>,
    /// A download file as XML, as `beian miit decode` takes it; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The version of the interface the file is in
    #[arg(long, value_name = "VERSION", value_parser = version, default_value = "v3.0", requires = "file")]
    pub version: Version,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Which codes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CodesOf {
    /// What a call is answered with (msg_code)
    Answers,
    /// What became of a record (Jgdm)
    Results,
    /// The code tables this program begins with
    Tables,
    /// The code tables that the bureaus sent; needs the database
    Bureaus,
}

/// Which days, of whom, and where to.
#[derive(Debug, Args)]
pub struct Export {
    /// The first day, in China
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub from: Date,
    /// The last day, in China
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub to: Date,
    /// One bureau, by its code; all by default
    #[arg(long, value_name = "CODE")]
    pub bureau: Option<String>,
    /// The file to write; it must not exist yet
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// A bundle.
#[derive(Debug, Args)]
pub struct Verify {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    pub file: PathBuf,
    /// The fingerprint that was shown when the bundle was made
    #[arg(long, value_name = "SHA256")]
    pub fingerprint: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}
