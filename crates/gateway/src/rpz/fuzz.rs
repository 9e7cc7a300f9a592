//! Whatever is sent to the zone is answered by a message that can be read, or not at all, and says nothing to strangers.

use std::sync::Arc;

use arbtest::arbitrary::{self, Unstructured};
use domain::base::iana::{Class, Opcode, Rcode, Rtype};
use domain::base::{Message, MessageBuilder, Name};
use domain::rdata::tsig::Time48;
use domain::tsig::ClientTransaction;
use filing::verdict::{Enforcement, Known, Reason, Verdict};
use index::{Key, Live, Owned, Place, Writer};
use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::zone::Reply;
use super::{Shared, Zone, access};
use crate::Ambient;
use crate::config::Rpz as Settings;
use crate::metrics::Metrics;
use crate::state::State;

const NOW: i64 = 1_800_000_000;

fn settings() -> Settings {
    serde_json::from_value(serde_json::json!({
        "listen": "127.0.0.1:0",
        "keys": [{ "name": "k", "algorithm": "hmac-sha256", "secret": "AAAAAAAAAAAAAAAAAAAAAA==" }],
        "transfer": [{ "from": ["127.0.0.1/32"] }, { "key": "k" }],
    }))
    .unwrap()
}

/// A zone of one closed domain at sequence 9, of a base at 8.
fn shared(folder: &std::path::Path) -> Shared {
    let verdict = Verdict {
        domain: "closed.cn".to_owned(),
        filed: Known::No,
        accessed: Known::No,
        enforcement: Enforcement::Closed,
        reason: Reason::NotFiled,
        number: None,
        origin: None,
        at: Timestamp::UNIX_EPOCH,
    };
    let mut writer = Writer::open(folder).unwrap();
    let mut fresh = writer.fresh().unwrap();
    fresh.end(Key([1; 16]), Place { sequence: 8, hash: [0; 32] }, Timestamp::UNIX_EPOCH).unwrap();
    writer.adopt(fresh).unwrap();
    let place = Place { sequence: 9, hash: [1; 32] };
    writer.apply(&[Owned { verdict, sequence: 9 }], place, Timestamp::UNIX_EPOCH).unwrap();
    let ambient = Ambient::new(|| Timestamp::from_second(NOW).unwrap(), || 7);
    let state = State::new(Live::new(folder), ambient.clone(), std::time::Duration::from_secs(60));
    state.published(9);
    Shared {
        zone: Zone::read(&settings()).unwrap(),
        folder: folder.to_owned(),
        state: Arc::new(state),
        metrics: Arc::new(Metrics::new()),
        ambient,
        transfers: Semaphore::new(1),
    }
}

/// A question that is in order, or nearly.
fn question(chance: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    let mut message = MessageBuilder::new_vec();
    message.header_mut().set_id(chance.arbitrary()?);
    if chance.ratio(1, 8)? {
        message.header_mut().set_opcode(Opcode::from_int(chance.int_in_range(0..=15)?));
    }
    let name: Name<Vec<u8>> =
        (*chance.choose(&["beian.rpz.", "BEIAN.rpz.", "closed.cn.beian.rpz.", "."])?).parse().unwrap();
    let types = [Rtype::SOA, Rtype::AXFR, Rtype::IXFR, Rtype::NS, Rtype::ANY, Rtype::TSIG];
    let mut message = message.question();
    let questions = if chance.ratio(1, 8)? { 2 } else { 1 };
    for _ in 0..questions {
        message.push((&name, *chance.choose(&types)?, *chance.choose(&[Class::IN, Class::IN, Class::CH])?)).unwrap();
    }
    let mut message = message.authority();
    if chance.arbitrary()? {
        let serial = *chance.choose(&[8, 9, 0, u32::MAX])?;
        let names = Zone::read(&settings()).unwrap().names;
        message.push((&name, 0, names.soa(serial))).unwrap();
    }
    let mut message = message.additional();
    if chance.arbitrary()? {
        message.opt(|_| Ok(())).unwrap();
    }
    if chance.arbitrary()? {
        let key = access::known(&settings(), "k").unwrap();
        let off = *chance.choose(&[0, 0, 299, 9_000])?;
        ClientTransaction::request(key, &mut message, Time48::from_u64(NOW.unsigned_abs() + off)).unwrap();
    }
    Ok(message.finish())
}

/// Gives a message to the zone and makes sure of what comes back.
fn ask(shared: &Shared, message: Vec<u8>, from: &str, over_tcp: bool) -> Option<Rcode> {
    let asked = message.clone();
    let whole = |answer: &[u8]| {
        let answer = Message::from_slice(answer).unwrap();
        assert!(answer.header().qr() && answer.header().id().to_be_bytes() == asked[..2]);
        for section in [answer.answer(), answer.authority(), answer.additional()] {
            assert!(section.unwrap().all(|record| record.is_ok()), "an answer that cannot be read");
        }
        answer.header().rcode()
    };
    match shared.answer(message, from.parse().unwrap(), over_tcp) {
        Reply::Nothing => None,
        Reply::Message(answer) => {
            assert!(answer.len() <= 512 + asked.len(), "an answer much longer than its question");
            Some(whole(&answer))
        }
        Reply::Transfer(transfer) => {
            assert!(over_tcp);
            let mut count = 0;
            let made = transfer.make(shared, &mut |message| {
                count += 1;
                assert_eq!(whole(&message), Rcode::NOERROR);
                true
            });
            assert!(made.is_ok() && count == 1);
            Some(Rcode::NOERROR)
        }
    }
}

#[test]
fn bytes_of_chance_are_answered_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let shared = shared(folder.path());
    arbtest::arbtest(|chance| {
        let over_tcp = chance.arbitrary()?;
        let mut message: Vec<u8> = chance.arbitrary()?;
        if let Some(flags) = message.get_mut(2) {
            *flags &= 0x7f;
        }
        assert_ne!(ask(&shared, message, "192.0.2.1", over_tcp), Some(Rcode::NOERROR), "nothing is said to a stranger");
        Ok(())
    })
    .budget_ms(1_000);
}

#[test]
fn questions_in_order_and_nearly_are_answered_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let shared = shared(folder.path());
    let (mut served, mut refused) = (0, 0);
    arbtest::arbtest(|chance| {
        let mut message = question(chance)?;
        let from = *chance.choose(&["127.0.0.1", "192.0.2.1"])?;
        if chance.arbitrary()? {
            for _ in 0..chance.int_in_range(1..=3)? {
                // Not the message's number: where it is not the signed one, the answer has the signed one.
                let at = chance.choose_index(message.len())?.max(2);
                match chance.int_in_range(0..=3)? {
                    0 => message.insert(at.min(message.len()), chance.arbitrary()?),
                    1 => message.truncate(at),
                    2 => message.extend_from_within(at.min(message.len())..),
                    _ => {
                        let changed = chance.arbitrary()?;
                        message.get_mut(at).into_iter().for_each(|byte| *byte = changed);
                    }
                }
            }
            message.resize(message.len().max(12), 0);
        }
        match ask(&shared, message, from, chance.arbitrary()?) {
            Some(Rcode::NOERROR) => served += 1,
            _ => refused += 1,
        }
        Ok(())
    })
    .budget_ms(2_000);
    assert!(served > 20 && refused > 20, "{served} served and {refused} refused: chance was one-sided");
}
