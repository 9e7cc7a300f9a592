//! The versions of the data files. What differs between them is data: a folder `data/<version>` with the element tables
//! and what is laid down beside them.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::schema::Schema;
use crate::tree::Markup;

/// The version of the data files. Everything that differs between versions hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Version {
    /// V3.0 of October 2013, the newest public text, with the values its text documents and its tables forget.
    #[default]
    V3_0,
    /// V3.0 with nothing but what its tables allow, for a server that holds to them.
    V3_0Printed,
}

/// The limits of a data file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The greatest size of the XML in bytes.
    pub file_bytes: usize,
    /// The most records in one file.
    pub records: usize,
    /// The greatest length of an attachment after base64: credentials, photographs and approvals.
    pub attachment_bytes: usize,
    /// The greatest length of a verification form (核验单), counted the same way.
    pub verification_form_bytes: usize,
    verification_form_purpose: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layout {
    name: String,
    attribute: String,
    limits: Limits,
    password: Password,
    #[serde(default)]
    rename: Vec<Rename>,
    #[serde(default)]
    widen: Vec<Widen>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Password {
    placeholder: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    under: String,
    usual: String,
    there: String,
}

/// Bounds that reach further than the table says, with the reason.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Widen {
    path: String,
    min: Option<i64>,
    max: Option<i64>,
    #[expect(dead_code, reason = "it is for those who read the file")]
    why: String,
}

struct Loaded {
    layout: Layout,
    upload: Schema,
    download: Schema,
}

impl Loaded {
    #[expect(clippy::expect_used, reason = "the versions are part of the program; a test reads them all")]
    fn new(layout: &str, upload: &str, download: &str) -> Self {
        let layout: Layout = toml::from_str(layout).expect("the version is well-formed");
        let (mut upload, mut download) = (Schema::load(upload), Schema::load(download));
        for widen in &layout.widen {
            let table = if widen.path.starts_with("Upload") { &mut upload } else { &mut download };
            table.widen(&widen.path, widen.min, widen.max).expect("the widened element is in the table");
        }
        Self { layout, upload, download }
    }
}

const UPLOAD_3_0: &str = include_str!("../../data/v3.0/upload.schema");
const DOWNLOAD_3_0: &str = include_str!("../../data/v3.0/download.schema");

static V3_0: LazyLock<Loaded> =
    LazyLock::new(|| Loaded::new(include_str!("../../data/v3.0/version.toml"), UPLOAD_3_0, DOWNLOAD_3_0));
static V3_0_PRINTED: LazyLock<Loaded> =
    LazyLock::new(|| Loaded::new(include_str!("../../data/v3.0-printed/version.toml"), UPLOAD_3_0, DOWNLOAD_3_0));

impl Version {
    /// Every version, the default first.
    pub const ALL: [Self; 2] = [Self::V3_0, Self::V3_0Printed];

    fn loaded(self) -> &'static Loaded {
        match self {
            Self::V3_0 => &V3_0,
            Self::V3_0Printed => &V3_0_PRINTED,
        }
    }

    /// Its name in settings, such as `v3.0`.
    #[must_use]
    pub fn name(self) -> &'static str {
        &self.loaded().layout.name
    }

    /// The version of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.name() == name)
    }

    /// The value of the root's `version` attribute.
    #[must_use]
    pub fn attribute(self) -> &'static str {
        &self.loaded().layout.attribute
    }

    /// The limits of a data file.
    #[must_use]
    pub fn limits(self) -> &'static Limits {
        &self.loaded().layout.limits
    }

    /// What stands for the hash of a filing password where the table demands one: passwords were abolished on 2020-08-17.
    #[must_use]
    pub fn password_placeholder(self) -> &'static str {
        &self.loaded().layout.password.placeholder
    }

    /// The greatest length after base64 of an attachment with this purpose.
    #[must_use]
    pub fn attachment_limit(self, purpose: i64) -> usize {
        let limits = self.limits();
        if purpose == limits.verification_form_purpose {
            limits.verification_form_bytes
        } else {
            limits.attachment_bytes
        }
    }

    /// The element table of uploads.
    #[must_use]
    pub fn upload_schema(self) -> &'static Schema {
        &self.loaded().upload
    }

    /// The element table of downloads.
    #[must_use]
    pub fn download_schema(self) -> &'static Schema {
        &self.loaded().download
    }

    /// Spells elements as this version spells them at their places.
    pub(super) fn spell(self, root: &mut Markup<'_>) {
        for rename in &self.loaded().layout.rename {
            if let Some(place) = at(root, &rename.under) {
                rename_below(place, &rename.usual, &rename.there);
            }
        }
    }

    /// Gives elements their usual names again.
    pub(super) fn unspell(self, root: &mut Cow<'_, Markup<'_>>) {
        for rename in &self.loaded().layout.rename {
            if root.find(&rename.under).is_some()
                && let Some(place) = at(root.to_mut(), &rename.under)
            {
                rename_below(place, &rename.there, &rename.usual);
            }
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl serde::Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|version| version.name()).collect();
            serde::de::Error::custom(format!(
                "{name:?} is not a version of the interface; known are {}",
                known.join(", ")
            ))
        })
    }
}

fn at<'a, 'b>(root: &'a mut Markup<'b>, path: &str) -> Option<&'a mut Markup<'b>> {
    let mut names = path.split('/');
    if names.next() != Some(&*root.name) {
        return None;
    }
    names.try_fold(root, |element, name| element.children.iter_mut().find(|child| child.name == name))
}

fn rename_below(element: &mut Markup<'_>, from: &str, to: &str) {
    for child in &mut element.children {
        if child.name == from {
            child.name = Cow::Owned(to.to_owned());
        }
        rename_below(child, from, to);
    }
}
