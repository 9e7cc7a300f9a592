//! The ports of a demonstration: chosen by a person, or free ones.

use crate::cli::Demo;
use crate::trouble::{Result, Trouble};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// The ports of every part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// The platform's.
    pub platform: u16,
    /// The sandbox authority's.
    pub authority: u16,
    /// The gateway's.
    pub gateway: u16,
    /// The websites' behind it.
    pub origin: u16,
    /// The gateway's metrics'.
    pub metrics: u16,
    /// That at which other proxies ask the gateway.
    pub ask: u16,
    /// That of a second platform process, where there is one.
    pub second_platform: u16,
}

/// Free ports are looked for below those that the kernel gives to outgoing connections, which could take one between
/// our look and its use.
const FREE: std::ops::Range<u16> = 20_000..32_000;

impl Ports {
    /// The ports that the command line names.
    pub const fn asked(demo: &Demo) -> Self {
        Self {
            platform: demo.platform_port,
            authority: demo.authority_port,
            gateway: demo.gateway_port,
            origin: demo.origin_port,
            metrics: demo.metrics_port,
            ask: demo.ask_port,
            second_platform: 0,
        }
    }

    /// Ports that nobody listens on now. The seed spreads processes that look at the same time.
    ///
    /// # Errors
    /// When there are none.
    pub fn free(seed: u32) -> Result<Self> {
        let width = u32::from(FREE.end - FREE.start);
        let mut next = seed % width;
        let mut take = || {
            for _ in 0..width {
                // A stride that shares no factor with the width visits every port once.
                next = (next + 7_919) % width;
                let port = FREE.start + u16::try_from(next).unwrap_or_default();
                if is_free(port) {
                    return Ok(port);
                }
            }
            Err(Trouble::new(format!("every port from {} to {} is taken", FREE.start, FREE.end)))
        };
        Ok(Self {
            platform: take()?,
            authority: take()?,
            gateway: take()?,
            origin: take()?,
            metrics: take()?,
            ask: take()?,
            second_platform: take()?,
        })
    }

    /// Fails when somebody already listens on one of the ports.
    ///
    /// # Errors
    /// With the port and the flag that chooses another.
    pub fn check(&self) -> Result {
        for (port, flag) in [
            (self.platform, "--platform-port"),
            (self.authority, "--authority-port"),
            (self.gateway, "--gateway-port"),
            (self.origin, "--origin-port"),
            (self.metrics, "--metrics-port"),
            (self.ask, "--ask-port"),
        ] {
            if !is_free(port) {
                return Err(Trouble::new(format!("port {port} is taken by another program")).hint(format!(
                    "stop that program (a demonstration may still be running), or choose another port with {flag}"
                )));
            }
        }
        Ok(())
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_are_different_ones() {
        let ports = Ports::free(4711).unwrap();
        let mut all = vec![
            ports.platform,
            ports.authority,
            ports.gateway,
            ports.origin,
            ports.metrics,
            ports.ask,
            ports.second_platform,
        ];
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 7);
        ports.check().unwrap();
    }

    #[test]
    fn a_taken_port_is_named_with_the_flag_that_chooses_another() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut ports = Ports::free(815).unwrap();
        ports.gateway = taken.local_addr().unwrap().port();
        let text = ports.check().unwrap_err().to_string();
        assert!(text.contains(&ports.gateway.to_string()) && text.contains("--gateway-port"), "{text}");
    }
}
