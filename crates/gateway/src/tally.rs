//! What a gateway met since its last report, by domain, in bounded memory.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use filing::verdict::{Met, Reason, Report, Seen};

/// So many domains are told apart between two reports; what comes beyond is in the totals alone.
const MOST_DOMAINS: usize = 4_096;
/// So many clients of a domain are told apart.
const MOST_CLIENTS: usize = 256;
/// One request in so many that went through is counted by its domain: closing is rare, opening is not.
const SAMPLE: u64 = 64;

/// What was met since the last report.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    requests: AtomicU64,
    closed: AtomicU64,
    unknown_opened: AtomicU64,
    domains: Mutex<HashMap<(String, Met), Row>>,
    /// So that nobody outside can choose clients that look like one.
    clients: RandomState,
}

#[derive(Debug)]
struct Row {
    reason: Reason,
    requests: u64,
    clients: HashSet<u64>,
}

/// What was counted, to be reported once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) requests: u64,
    pub(crate) closed: u64,
    pub(crate) unknown_opened: u64,
    pub(crate) seen: Vec<Seen>,
}

impl Tally {
    /// Counts a request that went through; `unknown` says that too little was known of its domain.
    pub(crate) fn opened(&self, domain: &str, reason: Reason, unknown: bool) {
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        if unknown {
            self.unknown_opened.fetch_add(1, Ordering::Relaxed);
        }
        if before.is_multiple_of(SAMPLE) {
            self.note(domain, Met::Open, reason, SAMPLE, None);
        }
    }

    /// Counts a request for a closed domain, answered here or, in shadow mode, let through.
    pub(crate) fn closed(&self, domain: &str, reason: Reason, is_shadow: bool, client: Option<IpAddr>) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.closed.fetch_add(1, Ordering::Relaxed);
        let met = if is_shadow { Met::Shadow } else { Met::Closed };
        self.note(domain, met, reason, 1, client);
    }

    fn note(&self, domain: &str, met: Met, reason: Reason, requests: u64, client: Option<IpAddr>) {
        let client = client.map(|client| self.clients.hash_one(client));
        let mut domains = self.domains.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (domain.to_owned(), met);
        if domains.len() >= MOST_DOMAINS && !domains.contains_key(&key) {
            return;
        }
        let row = domains.entry(key).or_insert_with(|| Row { reason, requests: 0, clients: HashSet::new() });
        row.reason = reason;
        row.requests += requests;
        if let Some(client) = client
            && row.clients.len() < MOST_CLIENTS
        {
            row.clients.insert(client);
        }
    }

    /// Takes what was counted; counting begins anew.
    pub(crate) fn take(&self) -> Counted {
        let domains = std::mem::take(&mut *self.domains.lock().unwrap_or_else(PoisonError::into_inner));
        let mut seen: Vec<Seen> = domains
            .into_iter()
            .map(|((domain, met), row)| Seen {
                domain,
                met,
                reason: row.reason,
                requests: row.requests,
                clients: row.clients.len() as u64,
            })
            .collect();
        // What was closed goes before what was open: it is what somebody acts on.
        seen.sort_by(|a, b| {
            (a.met == Met::Open, b.requests, &a.domain).cmp(&(b.met == Met::Open, a.requests, &b.domain))
        });
        seen.truncate(Report::MOST_SEEN);
        Counted {
            requests: self.requests.swap(0, Ordering::Relaxed),
            closed: self.closed.swap(0, Ordering::Relaxed),
            unknown_opened: self.unknown_opened.swap(0, Ordering::Relaxed),
            seen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_apart_and_what_is_closed_comes_first() {
        let tally = Tally::default();
        let client = |n: u8| Some(IpAddr::from([192, 0, 2, n]));
        for n in [1, 2, 1] {
            tally.closed("shut.cn", Reason::NotFiled, false, client(n));
        }
        tally.closed("soon.cn", Reason::NotAccessed, true, client(9));
        for _ in 0..128 {
            tally.opened("open.cn", Reason::Filed, false);
        }
        tally.opened("new.cn", Reason::Undetermined, true);
        let counted = tally.take();
        assert_eq!((counted.requests, counted.closed, counted.unknown_opened), (133, 4, 1));
        let seen: Vec<_> =
            counted.seen.iter().map(|seen| (&*seen.domain, seen.met, seen.requests, seen.clients)).collect();
        assert_eq!(
            seen,
            [("shut.cn", Met::Closed, 3, 2), ("soon.cn", Met::Shadow, 1, 1), ("open.cn", Met::Open, 128, 0)]
        );
        assert_eq!(tally.take(), Counted::default());
    }

    #[test]
    fn neither_domains_nor_clients_fill_the_memory() {
        let tally = Tally::default();
        for n in 0..2 * MOST_DOMAINS {
            tally.closed(&format!("d{n}.cn"), Reason::NotFiled, false, None);
        }
        for n in 0..2 * MOST_CLIENTS {
            tally.closed("d0.cn", Reason::NotFiled, false, Some(IpAddr::from((n as u32).to_be_bytes())));
        }
        assert_eq!(tally.domains.lock().unwrap().len(), MOST_DOMAINS);
        let counted = tally.take();
        assert_eq!(counted.seen.len(), Report::MOST_SEEN);
        assert_eq!((&*counted.seen[0].domain, counted.seen[0].clients), ("d0.cn", MOST_CLIENTS as u64));
        assert_eq!(counted.closed, 2 * (MOST_DOMAINS + MOST_CLIENTS) as u64);
    }
}
