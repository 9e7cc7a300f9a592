//! The one binary of Beian: platform, sandbox authority, gateway, demonstration and tools.

mod config;
mod schema;

fn main() {}
