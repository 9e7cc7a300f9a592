//! Where a domain leads, told by dnsmasq, a resolver that others wrote.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use filing::detect::Answer;
use filing::domain::DomainName;
use filing::outside::Why;
use outside::dns::Resolvers;
use outside::{Learnt, Resolved, Resolver as _, Settings};

use crate::dnsmasq::Dnsmasq;

async fn ask(resolvers: &[SocketAddr], domain: &str) -> Learnt<Resolved> {
    let settings = Settings { resolvers: resolvers.to_vec(), timeout_seconds: 2, ..Settings::default() };
    let domain = DomainName::parse(domain).unwrap();
    Resolvers::new(&settings).unwrap().resolve(&domain, jiff::Timestamp::UNIX_EPOCH).await
}

const HERE: &[&str] = &[
    "--host-record=yunshan-tech.cn,192.0.2.10,2001:db8::10",
    "--host-record=edge.cdn.example,198.51.100.7",
    "--cname=www.yunshan-tech.cn,edge.cdn.example",
    "--dns-rr=yunshan-tech.cn,2,036e7331076578616d706c6503636f6d00",
    "--local=/cn/",
    "--local=/example/",
    "--local=/com/",
];

#[tokio::test]
async fn addresses_aliases_and_name_servers_of_the_name_and_its_www_are_told() {
    let server = Dnsmasq::start(HERE).unwrap();
    let learnt = ask(&[server.address], "yunshan-tech.cn").await;
    assert_eq!(learnt.silent, []);
    let told = learnt.known.unwrap();
    let addresses: Vec<String> = told.addresses().iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["192.0.2.10", "198.51.100.7", "2001:db8::10"]);
    assert!(told.answers[0].aliases.contains("edge.cdn.example"));
    assert!(told.answers[0].nameservers.contains("ns1.example.com"));
    let (ours, others) = told.part(|ip| *ip == Ipv4Addr::new(192, 0, 2, 10));
    assert_eq!((ours.len(), others.len()), (1, 2));
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_an_answer() {
    let server = Dnsmasq::start(HERE).unwrap();
    let learnt = ask(&[server.address], "qinghe.cn").await;
    assert!(learnt.known.unwrap().addresses().is_empty());
}

#[tokio::test]
async fn resolvers_that_differ_are_told_apart() {
    let (one, same) = (Dnsmasq::start(HERE).unwrap(), Dnsmasq::start(HERE).unwrap());
    let other = Dnsmasq::start(&["--address=/yunshan-tech.cn/203.0.113.66", "--local=/cn/"]).unwrap();
    let agree = async |resolvers: &[SocketAddr]| ask(resolvers, "yunshan-tech.cn").await.known.unwrap().agree();
    assert_eq!(agree(&[one.address, same.address]).await, Answer::Yes);
    assert_eq!(agree(&[one.address, other.address]).await, Answer::No);
    assert_eq!(agree(&[one.address]).await, Answer::Unknown);
}

#[tokio::test]
async fn a_resolver_that_refuses_or_is_silent_is_named_and_the_others_count() {
    let good = Dnsmasq::start(HERE).unwrap();
    // Without a server to ask in turn it refuses every name it was not given.
    let refusing = Dnsmasq::start(&[]).unwrap();
    let mute = UdpSocket::bind("127.0.0.1:0").unwrap();
    let learnt = ask(&[good.address, refusing.address, mute.local_addr().unwrap()], "yunshan-tech.cn").await;
    assert_eq!(learnt.known.unwrap().answers.len(), 1);
    assert_eq!(learnt.sources, [format!("DNS {}", good.address)]);
    let why: Vec<Why> = learnt.silent.iter().map(|silence| silence.why).collect();
    assert_eq!(why, [Why::Refused, Why::TimedOut]);
}

#[tokio::test]
async fn nobody_asked_is_not_a_name_that_leads_nowhere() {
    assert_eq!(ask(&[], "yunshan-tech.cn").await.known, None);
}

#[tokio::test]
async fn the_texts_of_a_name_are_told_whole_and_by_whoever_has_them() {
    let has = Dnsmasq::start(&["--txt-record=_beian.yunshan-tech.cn,one,two", "--local=/cn/"]).unwrap();
    let lacks = Dnsmasq::start(&["--local=/cn/"]).unwrap();
    let settings = Settings { resolvers: vec![lacks.address, has.address], timeout_seconds: 2, ..Settings::default() };
    let resolvers = Resolvers::new(&settings).unwrap();
    let learnt = resolvers.texts("_beian.yunshan-tech.cn", jiff::Timestamp::UNIX_EPOCH).await;
    assert_eq!(learnt.known.unwrap().into_iter().collect::<Vec<_>>(), ["onetwo"]);
    let nothing = resolvers.texts("_beian.qinghe.cn", jiff::Timestamp::UNIX_EPOCH).await;
    assert_eq!((nothing.known, nothing.silent), (Some([].into()), vec![]));
}
