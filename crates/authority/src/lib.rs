//! The interface between an access provider and the authority (企业系统接口规范 V3.0), and a sandbox that stands in for
//! the authority.
//!
//! - [`message`]: the data files, typed; wire names live there alone.
//! - [`envelope`]: a data file as the bytes that travel: GBK, zip, MD5, AES, base64, and back.
//! - [`soap`] and [`client`]: the six methods over HTTP.
//! - [`code`]: the codes of the answers and of the results, with their Chinese and English texts.
//! - [`sandbox`]: a real server of the same interface with its own desk, for demonstration, training and tests.

mod armour;
pub mod chance;
pub mod client;
pub mod code;
pub mod envelope;
pub mod gbk;
pub mod inspect;
pub mod message;
pub mod sandbox;
pub mod schema;
pub mod soap;
pub mod tree;
