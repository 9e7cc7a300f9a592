//! Registration by WHOIS alone.

use filing::domain::DomainName;
use filing::outside::Why;
use outside::registry::Registries;
use outside::{Registry as _, Settings};

use crate::server::{Does, Server};

const ANSWER: &str =
    "Domain Name: yunshan-tech.cn\r\nDomain Status: serverHold\r\nExpiration Time: 2031-01-01 08:00:00\r\n";

async fn ask(does: Does) -> Result<outside::Record, Why> {
    let server = Server::that(does).await;
    let settings = Settings {
        whois: [("cn".to_owned(), server.address.to_string())].into(),
        timeout_seconds: 1,
        ..Settings::default()
    };
    let domain = DomainName::parse("yunshan-tech.cn").unwrap();
    let learnt = Registries::new(&settings).unwrap().registration(&domain, jiff::Timestamp::UNIX_EPOCH).await;
    learnt.known.ok_or_else(|| learnt.silent[0].why)
}

#[tokio::test]
async fn a_server_that_answers_and_hangs_up_has_answered() {
    assert_eq!(ask(Does::Says(ANSWER.into())).await.unwrap().statuses, ["serverHold"]);
}

#[tokio::test]
async fn a_server_that_never_hangs_up_has_not() {
    assert_eq!(ask(Does::Stalls(ANSWER.into())).await, Err(Why::TimedOut));
}

#[tokio::test]
async fn a_cut_an_endless_and_an_empty_answer_are_garbled() {
    assert_eq!(ask(Does::Says(ANSWER.as_bytes()[..ANSWER.len() - 4].to_vec())).await, Err(Why::Garbled));
    assert_eq!(ask(Does::Floods(ANSWER.repeat(50).into())).await, Err(Why::Garbled));
    assert_eq!(ask(Does::Says(Vec::new())).await, Err(Why::Garbled));
}
