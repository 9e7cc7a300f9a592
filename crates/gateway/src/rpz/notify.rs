//! Telling those who want to hear of it that the zone changed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use domain::base::iana::{Class, Opcode};
use domain::base::{Message, MessageBuilder, Rtype};
use domain::tsig::{ClientTransaction, Key};
use tokio::net::UdpSocket;
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

use super::zone::serial;
use super::{BadZone, Shared, access};
use crate::config::Rpz as Settings;

/// Changes within this time are told at once: a busy feed moves many times a second.
const BREATH: Duration = Duration::from_millis(500);
/// How long the first answer is waited for; twice as long each further time.
const PATIENCE: Duration = Duration::from_secs(1);
/// So often it is said before it is given up until the next change (RFC 1996, section 3.6).
const TRIES: u32 = 5;

/// One who wants to hear of changes.
pub(super) struct Listener {
    address: SocketAddr,
    key: Option<Key>,
}

pub(super) fn listeners(settings: &Settings) -> Result<Vec<Listener>, BadZone> {
    let listener = |notify: &crate::config::Notify| {
        let key = notify.key.as_ref().map(|name| access::known(settings, name)).transpose()?;
        Ok(Listener { address: notify.address, key })
    };
    settings.notify.iter().map(listener).collect()
}

/// Tells them all for ever.
pub(super) async fn follow(shared: &Arc<Shared>) {
    let all = shared.zone.listeners.iter().map(|listener| listener.follow(shared));
    futures::future::join_all(all).await;
    std::future::pending::<()>().await;
}

impl Listener {
    async fn follow(&self, shared: &Shared) {
        let mut moved = shared.state.moved();
        // What an earlier run did not tell any more is told now.
        moved.mark_changed();
        while moved.changed().await.is_ok() {
            sleep(BREATH).await;
            moved.mark_unchanged();
            if shared.state.index().is_none() {
                continue;
            }
            tokio::select! {
                told = self.tell(shared) => if let Err(error) = told {
                    shared.metrics.rpz_notify_errors.increment(1);
                    warn!(to = %self.address, "a change of the zone was not told: {error}");
                },
                // What changes meanwhile makes this message old.
                Ok(()) = moved.changed() => moved.mark_changed(),
            }
        }
    }

    async fn tell(&self, shared: &Shared) -> std::io::Result<()> {
        let any: IpAddr = match self.address {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(self.address).await?;
        let mut room = [0; 512];
        for tries in 0..TRIES {
            let message = self.message(shared).ok_or_else(|| std::io::Error::other("it does not fit a message"))?;
            socket.send(&message).await?;
            let heard = async {
                loop {
                    // An error is that nobody is there (yet).
                    let Ok(length) = socket.recv(&mut room).await else { return std::future::pending().await };
                    let answer = Message::from_slice(&room[..length]);
                    if answer.is_ok_and(|answer| answer.header().qr() && message.starts_with(&room[..2])) {
                        return;
                    }
                }
            };
            if timeout(PATIENCE * 2_u32.pow(tries), heard).await.is_ok() {
                debug!(to = %self.address, "told of a change of the zone");
                return Ok(());
            }
        }
        Err(std::io::ErrorKind::TimedOut.into())
    }

    fn message(&self, shared: &Shared) -> Option<Vec<u8>> {
        let names = &shared.zone.names;
        let mut message = MessageBuilder::new_vec();
        let header = message.header_mut();
        header.set_id(shared.ambient.message_id());
        header.set_opcode(Opcode::NOTIFY);
        header.set_aa(true);
        let mut message = message.question();
        message.push((&names.apex, Rtype::SOA, Class::IN)).ok()?;
        let mut message = message.answer();
        message.push((&names.apex, 0, names.soa(serial(shared.state.sequence())))).ok()?;
        let mut message = message.additional();
        if let Some(key) = &self.key {
            ClientTransaction::request(key.clone(), &mut message, shared.now()).ok()?;
        }
        Some(message.finish())
    }
}
