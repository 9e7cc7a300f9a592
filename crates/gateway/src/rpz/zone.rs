//! The zone itself: what is answered to a question, and the records of a transfer.

use std::net::IpAddr;

use domain::base::iana::{Class, Opcode, Rcode, Rtype, TsigRcode};
use domain::base::message_builder::{AdditionalBuilder, AnswerBuilder, HashCompressor, PushError};
use domain::base::{Message, MessageBuilder, Name, RelativeName, Serial, ToName, Ttl};
use domain::rdata::tsig::Time48;
use domain::rdata::{Cname, Ns, Soa, Tsig};
use domain::tsig::{Key, ServerSequence};
use index::{BaseError, Changes, Standing};

use super::{BadZone, Shared};
use crate::config::Rpz as Settings;
use crate::metrics::Sent;

/// How long what the zone says may be kept, and how often a secondary that hears nothing asks, in seconds.
const LIVE: Ttl = Ttl::from_secs(60);
/// How long a secondary that hears nothing goes on with what it has.
const EXPIRE: Ttl = Ttl::from_secs(604_800);
/// No message of a transfer is longer: what comes later in a message cannot be pointed back to anyway.
const MESSAGE: usize = 16_000;
/// What we take over UDP, as we tell those who ask (RFC 6891).
const PAYLOAD: u16 = 1232;

type Draft = HashCompressor<Vec<u8>>;

/// The names in it.
pub(super) struct Names {
    pub(super) apex: Name<Vec<u8>>,
    /// Where closed names lead: the root, which means that they do not exist, or a name of the provider's.
    target: Name<Vec<u8>>,
    nobody: Name<Vec<u8>>,
    nobodys_master: Name<Vec<u8>>,
}

/// What is answered.
pub(super) enum Reply {
    /// Nothing: it was no question.
    Nothing,
    Message(Vec<u8>),
    Transfer(Box<Transfer>),
}

/// A transfer that was asked for and is permitted.
pub(super) struct Transfer {
    question: Message<Vec<u8>>,
    signed: Option<ServerSequence<Key>>,
    /// What the one who asks has; nothing for the whole zone.
    has: Option<u32>,
}

/// Why a transfer broke off.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// The index cannot be read.
    #[error("a base of the index {0}")]
    Index(#[from] BaseError),
    /// There are no verdicts.
    #[error("there are no verdicts yet")]
    NotReady,
    /// The one who asked has gone.
    #[error("the resolver has gone")]
    Gone,
    /// A record does not fit a message of its own.
    #[error("a record is too long")]
    TooLong,
}

impl Names {
    pub(super) fn read(settings: &Settings) -> Result<Self, BadZone> {
        let name = |text: &str| text.parse::<Name<Vec<u8>>>().map_err(|_| BadZone::Name(text.to_owned()));
        let apex = name(&settings.zone)?;
        if apex.is_root() {
            return Err(BadZone::Name(settings.zone.clone()));
        }
        Ok(Self {
            apex,
            target: name(settings.redirect.as_deref().unwrap_or("."))?,
            nobody: name("localhost.")?,
            nobodys_master: name("hostmaster.localhost.")?,
        })
    }

    pub(super) fn soa(&self, serial: u32) -> Soa<&Name<Vec<u8>>> {
        Soa::new(&self.nobody, &self.nobodys_master, Serial(serial), LIVE, LIVE, EXPIRE, LIVE)
    }
}

/// The serial of a place in the feed.
pub(super) fn serial(sequence: u64) -> u32 {
    let [_, _, _, _, rest @ ..] = sequence.to_be_bytes();
    u32::from_be_bytes(rest)
}

/// What somebody is owed who has a serial while the feed is at an entry (RFC 1982: up to half of all serials count as
/// earlier, and the one right in between as neither).
#[derive(Debug, PartialEq, Eq)]
enum Owed {
    /// Nothing: it is as far as we are, or further.
    Nothing,
    /// What came after this entry.
    Since(u64),
    /// Everything: the serial is none of ours.
    Whole,
}

fn owed(has: u32, sequence: u64) -> Owed {
    let behind = serial(sequence).wrapping_sub(has);
    match behind {
        0 => Owed::Nothing,
        0x8000_0000 => Owed::Whole,
        0x8000_0001.. => Owed::Nothing,
        _ => sequence.checked_sub(behind.into()).map_or(Owed::Whole, Owed::Since),
    }
}

impl Shared {
    /// What a message from somewhere is answered with.
    pub(super) fn answer(&self, message: Vec<u8>, from: IpAddr, over_tcp: bool) -> Reply {
        let Ok(mut message) = Message::from_octets(message) else { return Reply::Nothing };
        if message.header().qr() {
            return Reply::Nothing;
        }
        let signed = match ServerSequence::request(&self.zone.access.keys, &mut message, self.now()) {
            Ok(signed) => signed,
            Err(error) => {
                self.metrics.rpz_refused.increment(1);
                let why = error.error();
                let Ok(answer) = error.build_message(&message, MessageBuilder::new_vec()) else {
                    return Reply::Nothing;
                };
                // The library calls a wrong signature a malformed one; the two are told apart (RFC 8945, section 5.2.2).
                let is_wrong = why == TsigRcode::FORMERR && answer.header().rcode() == Rcode::NOTAUTH;
                let wrong = if is_wrong { wrong_signature(&message) } else { None };
                return Reply::Message(wrong.unwrap_or_else(|| answer.finish()));
            }
        };
        self.answer_to(message, signed, from, over_tcp)
    }

    fn answer_to(
        &self,
        message: Message<Vec<u8>>,
        signed: Option<ServerSequence<Key>>,
        from: IpAddr,
        over_tcp: bool,
    ) -> Reply {
        let names = &self.zone.names;
        let refuse = |code, signed| self.say(&message, signed, code, |_| Ok(()));
        if message.header().opcode() != Opcode::QUERY {
            return refuse(Rcode::NOTIMP, signed);
        }
        let Ok(question) = message.sole_question() else { return refuse(Rcode::FORMERR, signed) };
        let is_ours = question.qclass() == Class::IN && question.qname() == &names.apex;
        if !is_ours || !self.zone.access.permits(from, signed.as_ref().map(|signed| signed.key().name())) {
            self.metrics.rpz_refused.increment(1);
            return refuse(Rcode::REFUSED, signed);
        }
        if self.state.index().is_none() {
            return refuse(Rcode::SERVFAIL, signed);
        }
        let sequence = self.state.sequence();
        let soa = names.soa(serial(sequence));
        let say_soa =
            |signed| self.say(&message, signed, Rcode::NOERROR, |answer| answer.push((&names.apex, LIVE, &soa)));
        match question.qtype() {
            Rtype::SOA => say_soa(signed),
            Rtype::NS => self.say(&message, signed, Rcode::NOERROR, |answer| {
                answer.push((&names.apex, LIVE, Ns::new(&names.nobody)))
            }),
            Rtype::AXFR if !over_tcp => {
                self.metrics.rpz_refused.increment(1);
                refuse(Rcode::REFUSED, signed)
            }
            // Over UDP the serial alone is told: who is behind comes back over TCP (RFC 1995, section 2).
            Rtype::IXFR if !over_tcp => say_soa(signed),
            Rtype::AXFR => Reply::Transfer(Box::new(Transfer { signed, has: None, question: message })),
            Rtype::IXFR => match serial_in(&message) {
                None => refuse(Rcode::FORMERR, signed),
                Some(has) if owed(has, sequence) == Owed::Nothing => say_soa(signed),
                Some(has) => Reply::Transfer(Box::new(Transfer { signed, has: Some(has), question: message })),
            },
            // It exists and has nothing of this type.
            _ => refuse(Rcode::NOERROR, signed),
        }
    }

    /// A whole answer in one message, signed when the question was.
    fn say(
        &self,
        question: &Message<Vec<u8>>,
        signed: Option<ServerSequence<Key>>,
        code: Rcode,
        fill: impl FnOnce(&mut AnswerBuilder<Draft>) -> Result<(), PushError>,
    ) -> Reply {
        let whole = || {
            let mut answer =
                MessageBuilder::from_target(Draft::new(Vec::new())).ok()?.start_answer(question, code).ok()?;
            answer.header_mut().set_aa(code == Rcode::NOERROR);
            fill(&mut answer).ok()?;
            let mut answer = answer.additional();
            if question.opt().is_some() {
                answer
                    .opt(|opt| {
                        opt.set_udp_payload_size(PAYLOAD);
                        Ok(())
                    })
                    .ok()?;
            }
            self.sign(answer, signed)
        };
        whole().map_or(Reply::Nothing, |(message, _)| Reply::Message(message))
    }

    /// Signs a message if it is to be signed; nothing when it cannot be.
    fn sign(
        &self,
        mut message: AdditionalBuilder<Draft>,
        mut signed: Option<ServerSequence<Key>>,
    ) -> Option<(Vec<u8>, Option<ServerSequence<Key>>)> {
        message.clear_push_limit();
        if let Some(signed) = &mut signed {
            signed.answer(&mut message, self.now()).ok()?;
        }
        Some((message.finish().into_target(), signed))
    }

    /// The time for a signature.
    pub(super) fn now(&self) -> Time48 {
        let seconds = u64::try_from(self.ambient.now().as_second()).unwrap_or_default();
        Time48::from_u64(seconds & 0xFFFF_FFFF_FFFF)
    }
}

/// That a signature is wrong, which is said without one.
fn wrong_signature(message: &Message<Vec<u8>>) -> Option<Vec<u8>> {
    let tsig = message.additional().ok()?.limit_to::<Tsig<_, _>>().next()?.ok()?;
    let (algorithm, time) = (tsig.data().algorithm(), tsig.data().time_signed());
    let (fudge, number) = (tsig.data().fudge(), message.header().id());
    let said = Tsig::new(algorithm, time, fudge, b"", number, TsigRcode::BADSIG, b"").ok()?;
    let mut answer = MessageBuilder::new_vec().start_answer(message, Rcode::NOTAUTH).ok()?.additional();
    answer.push((tsig.owner(), tsig.class(), tsig.ttl(), said)).ok()?;
    Some(answer.finish())
}

/// The serial somebody says he has.
fn serial_in(message: &Message<Vec<u8>>) -> Option<u32> {
    let soa = message.authority().ok()?.limit_to::<Soa<_>>().next()?.ok()?;
    Some(soa.data().serial().0)
}

impl Transfer {
    /// Makes the messages one after the other, and says what they were, if `send` took them all.
    pub(super) fn make(self, shared: &Shared, send: &mut dyn FnMut(Vec<u8>) -> bool) -> Result<Sent, Broken> {
        let (names, folder) = (&shared.zone.names, &shared.folder);
        let Self { question, signed, has } = self;
        let mut pages = Pages { shared, question, signed, page: None, send };
        if let Some(has) = has
            && let Owed::Since(sequence) = owed(has, shared.state.sequence())
            && let Some(changes) = Changes::since(folder, sequence).unwrap_or_default()
        {
            let (old, new) = (names.soa(has), names.soa(serial(changes.place.sequence)));
            pages.push((&names.apex, LIVE, &new))?;
            pages.push((&names.apex, LIVE, &old))?;
            changes.opened.iter().try_for_each(|domain| pages.closed(domain))?;
            pages.push((&names.apex, LIVE, &new))?;
            changes.closed.iter().try_for_each(|domain| pages.closed(domain))?;
            pages.push((&names.apex, LIVE, &new))?;
            pages.end()?;
            return Ok(Sent::Changes);
        }
        let standing = Standing::open(folder)?.ok_or(Broken::NotReady)?;
        let soa = names.soa(serial(standing.place().sequence));
        pages.push((&names.apex, LIVE, &soa))?;
        pages.push((&names.apex, LIVE, Ns::new(&names.nobody)))?;
        standing.closed().try_for_each(|domain| pages.closed(domain))?;
        pages.push((&names.apex, LIVE, &soa))?;
        pages.end()?;
        Ok(Sent::Whole)
    }
}

/// Records on one message after the other.
struct Pages<'a> {
    shared: &'a Shared,
    question: Message<Vec<u8>>,
    signed: Option<ServerSequence<Key>>,
    page: Option<AnswerBuilder<Draft>>,
    send: &'a mut dyn FnMut(Vec<u8>) -> bool,
}

impl Pages<'_> {
    /// The two records of a closed domain: itself and everything below it. A name that leaves no room for the zone's is left
    /// out: nobody can be asked for it there.
    fn closed(&mut self, domain: &str) -> Result<(), Broken> {
        let shared = self.shared;
        let Names { apex, target, .. } = &shared.zone.names;
        let relative = |text: &str| text.parse::<RelativeName<Vec<u8>>>().ok()?.chain(apex).ok();
        let (Some(itself), Some(below)) = (relative(domain), relative(&format!("*.{domain}"))) else {
            return Ok(());
        };
        self.push((itself, LIVE, Cname::new(target)))?;
        self.push((below, LIVE, Cname::new(target)))
    }

    fn push<N: ToName, D: domain::base::rdata::ComposeRecordData>(
        &mut self,
        (owner, ttl, data): (N, Ttl, D),
    ) -> Result<(), Broken> {
        let record = (owner, Class::IN, ttl, data);
        if let Some(page) = &mut self.page {
            if page.push(&record).is_ok() {
                return Ok(());
            }
            self.end()?;
        }
        let fresh = MessageBuilder::from_target(Draft::new(Vec::new())).map_err(|_| Broken::TooLong)?;
        let mut page = fresh.start_answer(&self.question, Rcode::NOERROR).map_err(|_| Broken::TooLong)?;
        page.header_mut().set_aa(true);
        page.set_push_limit(MESSAGE);
        page.push(&record).map_err(|_| Broken::TooLong)?;
        self.page = Some(page);
        Ok(())
    }

    /// Sends what is on the page.
    fn end(&mut self) -> Result<(), Broken> {
        let Some(page) = self.page.take() else { return Ok(()) };
        let (message, signed) = self.shared.sign(page.additional(), self.signed.take()).ok_or(Broken::TooLong)?;
        self.signed = signed;
        if (self.send)(message) { Ok(()) } else { Err(Broken::Gone) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_go_round_and_half_of_them_count_as_earlier() {
        const ROUND: u64 = 1 << 32;
        assert_eq!(serial(7), 7);
        assert_eq!(serial(ROUND + 7), 7);
        assert_eq!(owed(7, 7), Owed::Nothing);
        assert_eq!(owed(7, 9), Owed::Since(7));
        assert_eq!(owed(9, 7), Owed::Nothing, "it is further than we are");
        assert_eq!(owed(u32::MAX, 3 * ROUND + 1), Owed::Since(3 * ROUND - 1), "the serial has gone round");
        assert_eq!(owed(u32::MAX, 1), Owed::Whole, "no entry of ours had this serial");
        assert_eq!(owed(0, 1 << 31), Owed::Whole, "neither earlier nor later");
        assert_eq!(owed(1, ROUND), Owed::Nothing, "1 is ahead of 0, which is what 2³² comes to");
    }
}
