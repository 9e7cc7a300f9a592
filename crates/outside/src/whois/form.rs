//! Reading the text of an answer.

use filing::detect::Answer;
use filing::domain::DomainName;
use filing::outside::Why;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use crate::record::{self, MOST, Record};

/// How registries say that nobody has registered a name, at the beginning of a line.
const ABSENT: [&str; 6] =
    ["no matching record", "no match for", "no match", "not found", "domain not found", "no data found"];
/// How they say that they were asked too often, anywhere in a short answer.
const REFUSED: [&str; 6] =
    ["limit exceeded", "quota", "too many", "queried interval is too short", "exceeded", "access denied"];

/// Reads what the server tells of the name it was asked about, and of no other.
pub(super) fn read(bytes: &[u8], asked: &DomainName) -> Result<Record, Why> {
    let text = decode(bytes)?;
    if text.trim().is_empty() {
        return Err(Why::Garbled);
    }
    // A comment is no answer, and neither is the small print below it.
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.starts_with(['%', '#'])).collect();
    let Some(name) = field(&lines, &["domain name", "domain"]) else {
        let starts =
            |words: &[&str]| lines.iter().any(|line| words.iter().any(|word| line.to_lowercase().starts_with(word)));
        let is_short = text.len() < 1000;
        return match () {
            () if is_short && REFUSED.iter().any(|word| text.to_lowercase().contains(word)) => Err(Why::Refused),
            () if starts(&ABSENT) => Ok(Record::unregistered()),
            () => Err(Why::Garbled),
        };
    };
    // The last line of a whole answer is ended; one that breaks off may lack anything, or half a date.
    let is_ended = text.ends_with(['\n', '\r']);
    // The form of ICANN ends with a mark of its own; states and name servers stand below the dates there.
    let has_mark =
        field(&lines, &["registry expiry date"]).is_none() || lines.iter().any(|line| line.starts_with(">>>"));
    let is_whole = is_ended && has_mark;
    let is_asked = DomainName::parse(name).is_ok_and(|name| name == *asked);
    let expires =
        field(&lines, &["expiration time", "registry expiry date", "expiry date", "expiration date", "paid-till"]);
    if !is_whole || !is_asked || expires.is_none() {
        return Err(Why::Garbled);
    }
    let registered = field(&lines, &["registration time", "creation date", "created", "registered on"]);
    let record = Record {
        registered_at: registered.map(instant).transpose()?,
        expires_at: expires.map(instant).transpose()?,
        statuses: all(&lines, "domain status").filter_map(record::status).take(MOST).collect(),
        registrar: field(&lines, &["sponsoring registrar", "registrar"]).and_then(record::line),
        holder: field(&lines, &["registrant", "registrant organization", "registrant name"]).and_then(record::public),
        verified: Answer::Unknown,
        nameservers: all(&lines, "name server")
            .filter_map(record::line)
            .map(|server| server.trim_end_matches('.').to_lowercase())
            .take(MOST)
            .collect(),
        ..Record::empty()
    };
    if record.is_sound() { Ok(record) } else { Err(Why::Garbled) }
}

/// UTF-8, or else what Chinese servers wrote before it.
fn decode(bytes: &[u8]) -> Result<String, Why> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes);
    text.map(std::borrow::Cow::into_owned).ok_or(Why::Garbled)
}

/// The values of a field, in their order.
fn all<'a>(lines: &'a [&'a str], wanted: &'a str) -> impl Iterator<Item = &'a str> {
    lines.iter().filter_map(move |line| {
        let (name, value) = line.split_once(':')?;
        (name.trim().eq_ignore_ascii_case(wanted) && !value.trim().is_empty()).then(|| value.trim())
    })
}

/// The first value of the first field that has one.
fn field<'a>(lines: &'a [&'a str], names: &[&'a str]) -> Option<&'a str> {
    names.iter().find_map(|name| all(lines, name).next())
}

/// An instant; without an offset it is Beijing's, as CNNIC writes it.
fn instant(text: &str) -> Result<Timestamp, Why> {
    let beijing =
        |time: DateTime| time.to_zoned(TimeZone::fixed(Offset::constant(8))).map(|zoned| zoned.timestamp()).ok();
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| beijing(text.parse::<DateTime>().ok()?))
        .or_else(|| beijing(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())))
        .ok_or(Why::Garbled)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CNNIC: &str = "Domain Name: yunshan-tech.cn\r\nROID: 20200317s10001s00000001-cn\r\nDomain Status: ok\r\n\
        Registrant: 云杉科技（杭州）有限公司\r\nRegistrant Contact Email: someone@example.com\r\n\
        Sponsoring Registrar: 示例注册商有限公司\r\nName Server: ns1.example.com\r\nName Server: NS2.EXAMPLE.COM\r\n\
        Registration Time: 2020-03-17 12:20:05\r\nExpiration Time: 2027-03-17 12:20:05\r\nDNSSEC: unsigned\r\n";

    const VERISIGN: &str = "   Domain Name: YUNSHAN-NOTE.COM\r\n   Registry Domain ID: 1_DOMAIN_COM-VRSN\r\n   \
        Creation Date: 2019-09-15T04:00:00Z\r\n   Registry Expiry Date: 2028-09-14T04:00:00Z\r\n   \
        Registrar: Example Registrar, Inc.\r\n   Registrar IANA ID: 9999\r\n   \
        Domain Status: clientHold https://icann.org/epp#clientHold\r\n   \
        Domain Status: clientTransferProhibited https://icann.org/epp#clientTransferProhibited\r\n   \
        Name Server: NS1.EXAMPLE.COM\r\n   DNSSEC: unsigned\r\n>>> Last update of whois database: 2026-11-20T00:00:00Z <<<\r\n";

    fn cn() -> DomainName {
        DomainName::parse("yunshan-tech.cn").unwrap()
    }

    #[test]
    fn the_form_of_cnnic_is_read_and_its_time_is_beijings() {
        let record = read(CNNIC.as_bytes(), &cn()).unwrap();
        assert_eq!(record.expires_at, Some("2027-03-17T04:20:05Z".parse().unwrap()));
        assert_eq!(record.registered_at, Some("2020-03-17T04:20:05Z".parse().unwrap()));
        assert_eq!(record.holder.as_deref(), Some("云杉科技（杭州）有限公司"));
        assert_eq!(record.registrar.as_deref(), Some("示例注册商有限公司"));
        assert_eq!((record.statuses, record.nameservers.len()), (vec!["ok".to_owned()], 2));
        let (old, ..) = encoding_rs::GB18030.encode(CNNIC);
        assert_eq!(read(&old, &cn()).unwrap().holder, record.holder);
    }

    #[test]
    fn the_form_of_verisign_is_read() {
        let record = read(VERISIGN.as_bytes(), &DomainName::parse("yunshan-note.com").unwrap()).unwrap();
        assert_eq!(record.expires_at, Some("2028-09-14T04:00:00Z".parse().unwrap()));
        assert_eq!(record.statuses, ["clientHold", "clientTransferProhibited"]);
        assert_eq!((record.holder, record.registrar.as_deref()), (None, Some("Example Registrar, Inc.")));
    }

    #[test]
    fn an_answer_cut_anywhere_is_garbled() {
        let note = DomainName::parse("yunshan-note.com").unwrap();
        // Below these nothing is left that is read.
        for (whole, asked, needed) in [(CNNIC, cn(), "\r\nDNSSEC"), (VERISIGN, note, ">>>")] {
            let needed = whole.find(needed).unwrap();
            for (length, _) in whole.char_indices().filter(|(length, _)| *length <= needed) {
                assert_eq!(read(&whole.as_bytes()[..length], &asked), Err(Why::Garbled), "{}", &whole[..length]);
            }
        }
    }

    #[test]
    fn an_answer_about_another_name_is_garbled() {
        assert_eq!(read(CNNIC.as_bytes(), &DomainName::parse("qinghe.cn").unwrap()), Err(Why::Garbled));
        let lie = CNNIC.replace("Expiration Time: 2027", "Expiration Time: 2017");
        assert_eq!(read(lie.as_bytes(), &cn()), Err(Why::Garbled));
        assert_eq!(read(CNNIC.replace("2027-03-17", "17/03/27").as_bytes(), &cn()), Err(Why::Garbled));
    }

    #[test]
    fn absence_must_be_said_and_refusal_is_none() {
        for text in ["No matching record.\r\n", "No match for \"YUNSHAN-TECH.CN\".\r\n>>> Last update <<<\r\n"] {
            assert!(!read(text.as_bytes(), &cn()).unwrap().registered, "{text}");
        }
        for text in ["Number of allowed queries exceeded.\r\n", "Queried interval is too short.\r\n"] {
            assert_eq!(read(text.as_bytes(), &cn()), Err(Why::Refused), "{text}");
        }
        for text in ["", "\r\n", "% This is the server of .cn\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "\u{0}\u{1}"] {
            assert_eq!(read(text.as_bytes(), &cn()), Err(Why::Garbled), "{text}");
        }
    }
}
