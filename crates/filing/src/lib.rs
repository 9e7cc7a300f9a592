//! The law of ICP filing as types: what a filing is made of, the stages it passes, and the checks with their sources.
//!
//! No input or output, no clock, no database: dates and instants are arguments. A value that exists is valid; a
//! [`draft::Draft`] is what somebody typed, a [`document::Document`] is what it becomes when nothing blocks it.
//!
//! ```
//! use filing::check::{self, Facts};
//! use filing::domain::{DomainName, Fileable};
//! use filing::draft::Draft;
//! use filing::{calendar, province::Province};
//! use jiff::civil::date;
//!
//! // A value that exists is valid, and a refusal says what is at fault.
//! let domain = DomainName::parse("Yunshan-Tech.cn.")?;
//! assert_eq!((domain.as_str(), domain.fileable()), ("yunshan-tech.cn", Fileable::Yes));
//! assert!(DomainName::parse("www.yunshan-tech.cn").unwrap_err().to_string().contains("yunshan-tech.cn"));
//!
//! // A draft takes anything; the checks say all that is wrong with it on a day, and how to mend it.
//! let mut draft = Draft::default();
//! draft.basic.nature = "enterprise".into();
//! draft.basic.name = "云杉科技（杭州）有限公司".into();
//! draft.sites.push(Default::default());
//! draft.sites[0].name = "yunshan".into();
//! let findings = check::run(&draft, &Facts::default(), date(2026, 11, 21));
//! let finding = findings.iter().find(|finding| finding.rule == "name-02").expect("a name of letters");
//! assert_eq!((finding.field.as_str(), finding.value.as_deref()), ("sites.0.name", Some("云杉科技")));
//!
//! // How long it may take, counted in working days.
//! let (_, slow) = Province::Zhejiang.review_days();
//! assert_eq!(calendar::add_working_days(date(2026, 11, 21), slow).date, date(2026, 12, 4));
//! # Ok::<(), filing::domain::DomainFault>(())
//! ```

pub mod address;
pub mod approval;
pub mod calendar;
pub mod cancellation;
pub mod case;
pub mod certificate;
pub mod check;
pub mod code;
pub mod contact;
pub mod deadline;
pub mod detect;
pub mod document;
pub mod domain;
pub mod draft;
pub mod ip_filing;
pub mod mask;
pub mod material;
pub mod nature;
pub mod number;
pub mod outside;
pub mod papers;
pub mod preflight;
pub mod progress;
pub mod province;
mod reason;
pub mod recorded;
pub mod rejection;
pub mod resource;
pub mod sighting;
pub mod site_name;
pub mod stage;
pub mod supplement;
pub mod text;
pub mod value;
pub mod verdict;
mod words;
