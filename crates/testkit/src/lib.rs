//! What the tests of all rooms share.

pub mod authority;
pub mod dnsmasq;
pub mod filed;
pub mod news;
pub mod persona;
pub mod postgres;
pub mod story;
pub mod world;
