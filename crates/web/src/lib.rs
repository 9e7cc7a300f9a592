//! The web of Beian: pages, JSON interface, sessions, templates, locales, look. HTTP only: what is decided is decided
//! in `app`.
//!
//! A page parses its form, calls one act, and shows the result; it works without scripts. The words of the pages are
//! in `locales/`, their pieces in [`component`], the frame around them in [`view`], and what every request meets on its
//! way in [`http`].

pub mod api;
pub mod asset;
pub mod component;
pub mod http;
pub mod locale;
pub mod page;
pub mod request;
pub mod router;
pub mod view;

pub use router::{State, router};
