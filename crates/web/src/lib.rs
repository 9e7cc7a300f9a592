//! The web of Beian: pages, sessions, templates, locales, look. HTTP only: what is decided is decided in `app`.

pub mod asset;
pub mod component;
pub mod locale;
pub mod view;
