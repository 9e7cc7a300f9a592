//! Where requests for a domain go: one origin, or several that take turns.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The most origins one domain may have.
const MOST: usize = 16;
/// How many pools and lost origins are remembered; more are forgotten, which costs a wrong turn or a failed try.
const REMEMBERED: usize = 65_536;

/// Where requests for a domain go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// An address and port.
    Address(SocketAddr),
    /// A name to look up, with its port.
    Name(Box<str>, u16),
}

impl Origin {
    /// Reads `host:port`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Address(address));
        }
        let (name, port) = text.rsplit_once(':')?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        let port = port.parse().ok().filter(|port| *port != 0)?;
        (!name.is_empty() && name.bytes().all(plain)).then(|| Self::Name(name.into(), port))
    }
}

/// One origin or several, each as good as the others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pool(Vec<Origin>);

impl Pool {
    /// Reads `host:port`, or several of them with commas.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.bytes().filter(|byte| *byte == b',').count() >= MOST {
            return None;
        }
        text.split(',').map(|one| Origin::parse(one.trim())).collect::<Option<_>>().map(Self)
    }

    /// The origins, in the order in which they were written.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.0
    }
}

/// Which origins of one pool were tried for one request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tried(u16);

impl Tried {
    pub(crate) const fn note(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    const fn has(self, index: usize) -> bool {
        self.0 & (1 << index) != 0
    }

    /// Whether one of the pool is left.
    pub(crate) fn leaves(self, pool: &Pool) -> bool {
        (0..pool.0.len()).any(|index| !self.has(index))
    }
}

/// Whose turn it is, and who could not be reached of late.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    turns: HashMap<u64, usize>,
    lost: HashMap<Origin, Instant>,
}

impl Turns {
    /// Chooses one that was not tried: the next in turn that was reached of late, or else the next at all.
    pub(crate) fn choose(&self, pool: &Pool, tried: Tried) -> Option<usize> {
        let count = pool.0.len();
        if count == 1 {
            return (!tried.has(0)).then_some(0);
        }
        let now = Instant::now();
        let mut hasher = DefaultHasher::new();
        pool.hash(&mut hasher);
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.turns.len() >= REMEMBERED {
            remembered.turns.clear();
        }
        let turn = remembered.turns.entry(hasher.finish()).or_insert(0);
        let first = *turn;
        *turn = turn.wrapping_add(1);
        let in_turn = (0..count).map(|step| first.wrapping_add(step) % count).filter(|index| !tried.has(*index));
        let is_lost = |index: &usize| remembered.lost.get(&pool.0[*index]).is_some_and(|until| *until > now);
        in_turn.clone().find(|index| !is_lost(index)).or_else(|| in_turn.clone().next())
    }

    /// Notes that an origin could not be reached.
    pub(crate) fn lost(&self, origin: &Origin, pause: Duration) {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.lost.len() >= REMEMBERED {
            remembered.lost.clear();
        }
        remembered.lost.insert(origin.clone(), Instant::now() + pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_an_address_or_a_name_with_a_port() {
        assert_eq!(Origin::parse("10.0.0.7:8080"), Some(Origin::Address("10.0.0.7:8080".parse().unwrap())));
        assert_eq!(Origin::parse("[::1]:80"), Some(Origin::Address("[::1]:80".parse().unwrap())));
        assert_eq!(Origin::parse("app.internal:80"), Some(Origin::Name("app.internal".into(), 80)));
        for text in ["", "app.internal", "app.internal:0", "app.internal:http", ":80", "http://app:80", "a b:80"] {
            assert_eq!(Origin::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_pool_is_origins_with_commas() {
        assert_eq!(Pool::parse("10.0.0.7:80").unwrap().origins().len(), 1);
        assert_eq!(
            Pool::parse("10.0.0.7:80, [::1]:80,app:8080").unwrap().origins()[2],
            Origin::Name("app".into(), 8080)
        );
        for text in ["", ",", "10.0.0.7:80,", "10.0.0.7:80,nowhere", &vec!["a:1"; MOST + 1].join(",")] {
            assert_eq!(Pool::parse(text), None, "{text:?}");
        }
        assert!(Pool::parse(&vec!["a:1"; MOST].join(",")).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn they_take_turns_and_who_is_lost_is_left_out_for_a_while() {
        let turns = Turns::default();
        let pool = Pool::parse("a:1,b:1,c:1").unwrap();
        let other = Pool::parse("d:1,e:1").unwrap();
        let choose = |pool| turns.choose(pool, Tried::default()).unwrap();
        // Two pools whose requests alternate do not disturb each other.
        let seen: Vec<_> = (0..6).map(|_| (choose(&pool), choose(&other))).collect();
        assert_eq!(seen, [(0, 0), (1, 1), (2, 0), (0, 1), (1, 0), (2, 1)]);

        turns.lost(&pool.origins()[1], Duration::from_secs(10));
        assert!((0..6).all(|_| choose(&pool) != 1));
        tokio::time::advance(Duration::from_secs(11)).await;
        assert!((0..3).any(|_| choose(&pool) == 1));

        for origin in pool.origins() {
            turns.lost(origin, Duration::from_secs(10));
        }
        let mut tried = Tried::default();
        for _ in 0..3 {
            assert!(tried.leaves(&pool));
            tried.note(turns.choose(&pool, tried).unwrap());
        }
        assert!(!tried.leaves(&pool));
        assert_eq!(turns.choose(&pool, tried), None, "each was tried once although all were lost");
    }
}
