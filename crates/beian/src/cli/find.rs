//! The command line of finding what is open without a filing.

use clap::{Args, ValueEnum};
use filing::sighting::Source;
use ipnet::IpNet;
use std::path::PathBuf;

/// What is read, and what is told of it.
#[derive(Debug, Args)]
pub struct Find {
    /// What is read
    #[arg(value_enum, value_name = "WHAT")]
    pub what: What,
    /// The files, one after the other; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub files: Vec<PathBuf>,
    /// The folder of the index; the gateway's when absent
    #[arg(long, value_name = "FOLDER")]
    pub index: Option<PathBuf>,
    /// An address or a range of ours; what was seen at others is passed over. May be repeated
    #[arg(long, value_name = "CIDR", value_parser = net)]
    pub ours: Vec<IpNet>,
    /// The time zone of instants written without one, such as Asia/Shanghai; the machine's when absent
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Tell only domains seen so often
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    pub at_least: u64,
    /// Keep so many domains; what finds no room is counted
    #[arg(long, value_name = "DOMAINS", default_value_t = 100_000)]
    pub most: usize,
    /// Tell what was found so often while the input goes on, each time only what is new
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub every: Option<u64>,
    /// Print one JSON object a domain
    #[arg(long)]
    pub json: bool,
    /// Send what was found to the platform, which makes tasks of it
    #[arg(long)]
    pub report: bool,
}

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// An access log of nginx
    Nginx,
    /// A log of HAProxy
    Haproxy,
    /// An access log of Envoy, in JSON
    Envoy,
    /// A query log of BIND or Unbound
    DnsLog,
    /// Frames of dnstap
    Dnstap,
    /// Packets: a file of pcap or pcapng, or what tcpdump writes
    Pcap,
}

impl From<What> for Source {
    fn from(what: What) -> Self {
        match what {
            What::Nginx => Self::Nginx,
            What::Haproxy => Self::Haproxy,
            What::Envoy => Self::Envoy,
            What::DnsLog => Self::DnsLog,
            What::Dnstap => Self::Dnstap,
            What::Pcap => Self::Capture,
        }
    }
}

/// A range, or one address.
fn net(text: &str) -> Result<IpNet, String> {
    text.parse()
        .or_else(|_| text.parse().map(|address: std::net::IpAddr| IpNet::from(address)))
        .map_err(|_| "it is an address or a range such as 192.0.2.0/24".to_owned())
}
