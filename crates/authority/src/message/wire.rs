//! How values stand in elements: one declaration of a record says its fields, their wire names, and with that how it is
//! read and how it is written.
//!
//! A place is a path from the record's element: `Fwnr/Fwnr_id` lies in the group `Fwnr`; `Fj>Fjxx` means that every
//! `Fjxx` has a wrapper `Fj` of its own.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::node::{Node, ReadError, ReadProblem};
use crate::armour;
use crate::tree::Markup;

/// What an element can hold.
pub(super) trait Value: Sized {
    /// Whether an element that is there says nothing all the same; an empty text is none on this interface.
    fn is_none(node: &Node<'_>) -> bool {
        node.text().is_empty()
    }

    /// Reads the element.
    fn read(node: &Node<'_>) -> Result<Self, ReadError>;

    /// Writes the content into the element; `false` when there is none and the element is to be left out.
    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool;
}

/// What a place in a record can hold: one value, perhaps one, or any number.
pub(super) trait Field: Sized {
    fn read_at(record: &Node<'_>, place: &str) -> Result<Self, ReadError>;
    fn write_at<'a>(&'a self, record: &mut Markup<'a>, place: &'static str);
}

impl<T: Value> Field for T {
    fn read_at(record: &Node<'_>, place: &str) -> Result<Self, ReadError> {
        Option::<T>::read_at(record, place)?.ok_or_else(|| record.missing(place))
    }

    fn write_at<'a>(&'a self, record: &mut Markup<'a>, place: &'static str) {
        let (groups, tag) = place.rsplit_once('/').map_or((None, place), |(groups, tag)| (Some(groups), tag));
        let mut element = Markup::new(tag);
        if self.write(&mut element) {
            groups.into_iter().flat_map(|groups| groups.split('/')).fold(record, Markup::group).children.push(element);
        }
    }
}

impl<T: Value> Field for Option<T> {
    fn read_at(record: &Node<'_>, place: &str) -> Result<Self, ReadError> {
        record.child(place).filter(|node| !T::is_none(node)).map(|node| T::read(&node)).transpose()
    }

    fn write_at<'a>(&'a self, record: &mut Markup<'a>, place: &'static str) {
        if let Some(value) = self {
            value.write_at(record, place);
        }
    }
}

impl<T: Value> Field for Vec<T> {
    fn read_at(record: &Node<'_>, place: &str) -> Result<Self, ReadError> {
        record.each(place).map(|node| T::read(&node)).collect()
    }

    fn write_at<'a>(&'a self, record: &mut Markup<'a>, place: &'static str) {
        let (outer, wrapped) = place.split_once('>').map_or((place, None), |(outer, tag)| (outer, Some(tag)));
        let (groups, tag) = outer.rsplit_once('/').map_or((None, outer), |(groups, tag)| (Some(groups), tag));
        if self.is_empty() {
            return;
        }
        let group = groups.into_iter().flat_map(|groups| groups.split('/')).fold(record, Markup::group);
        for value in self {
            let mut element = Markup::new(wrapped.unwrap_or(tag));
            if value.write(&mut element) {
                group.children.push(if wrapped.is_some() { Markup::new(tag).child(element) } else { element });
            }
        }
    }
}

/// Writes a number as the content of an element.
pub(super) fn write_number(number: i64, element: &mut Markup<'_>) -> bool {
    element.text = Cow::Owned(number.to_string());
    true
}

impl Value for i64 {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        node.number()
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        write_number(*self, element)
    }
}

impl Value for String {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        Ok(node.text().to_owned())
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        element.text = Cow::Borrowed(self);
        !self.is_empty()
    }
}

impl Value for bool {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        match node.number()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(node.problem(ReadProblem::NotCode)),
        }
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        write_number(i64::from(*self), element)
    }
}

/// Addresses travel as unsigned numbers.
impl Value for Ipv4Addr {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        let number = u32::try_from(node.number()?).map_err(|_| node.problem(ReadProblem::NotNumber))?;
        Ok(Self::from(number))
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        write_number(i64::from(u32::from(*self)), element)
    }
}

/// A file as bytes; base64 on the wire and in JSON.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Binary(pub Vec<u8>);

impl std::fmt::Debug for Binary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Papers of identity travel like this; they have no place in a log.
        write!(f, "Binary({} bytes)", self.0.len())
    }
}

impl std::ops::Deref for Binary {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Serialize for Binary {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&armour::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        armour::decode(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

impl Value for Binary {
    fn read(node: &Node<'_>) -> Result<Self, ReadError> {
        armour::decode(node.text()).map(Self).map_err(|_| node.problem(ReadProblem::NotBase64))
    }

    fn write<'a>(&'a self, element: &mut Markup<'a>) -> bool {
        element.file = Some(&self.0);
        !self.0.is_empty()
    }
}

/// Declares records with the places of their fields. What stands at `("…" or default)` and is missing reads as the
/// default: the authority's own files leave out what their tables demand.
macro_rules! records {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident { $( $(#[$doc:meta])* pub $field:ident: $type:ty = $place:tt ),* $(,)? }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $name { $( $(#[$doc])* pub $field: $type ),* }

        impl $crate::message::wire::Value for $name {
            fn is_none(_: &$crate::message::node::Node<'_>) -> bool {
                false
            }

            fn read(node: &$crate::message::node::Node<'_>) -> Result<Self, $crate::message::ReadError> {
                Ok(Self { $( $field: $crate::message::wire::place!(read $type, node, $place) ),* })
            }

            fn write<'a>(&'a self, element: &mut $crate::tree::Markup<'a>) -> bool {
                $( $crate::message::wire::place!(write &self.$field, element, $place); )*
                true
            }
        }
    )*};
}

/// Reads or writes one field at its place.
macro_rules! place {
    (read $type:ty, $node:expr, ($place:literal or default)) => {
        <Option<$type> as $crate::message::wire::Field>::read_at($node, $place)?.unwrap_or_default()
    };
    (read $type:ty, $node:expr, $place:literal) => {
        <$type as $crate::message::wire::Field>::read_at($node, $place)?
    };
    (write $value:expr, $element:expr, ($place:literal or default)) => {
        $crate::message::wire::Field::write_at($value, $element, $place)
    };
    (write $value:expr, $element:expr, $place:literal) => {
        $crate::message::wire::Field::write_at($value, $element, $place)
    };
}

/// Declares closed lists of codes: a number that is not listed cannot be read.
macro_rules! codes {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $code:literal ),* $(,)? }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $( $(#[$doc])* $variant ),* }

        impl $name {
            /// Every value, in the order of the codes.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),*];

            /// The number on the wire.
            #[must_use]
            pub const fn code(self) -> i64 {
                match self { $( Self::$variant => $code ),* }
            }

            /// The value of a number, if it stands for one.
            #[must_use]
            pub fn from_code(code: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }

        impl $crate::message::wire::Value for $name {
            fn read(node: &$crate::message::node::Node<'_>) -> Result<Self, $crate::message::ReadError> {
                Self::from_code(node.number()?).ok_or_else(|| node.problem($crate::message::ReadProblem::NotCode))
            }

            fn write<'a>(&'a self, element: &mut $crate::tree::Markup<'a>) -> bool {
                $crate::message::wire::write_number(self.code(), element)
            }
        }
    )*};
}

/// Declares open lists of codes: any number can come, some have a name.
macro_rules! open_codes {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident { $( $(#[$doc:meta])* $constant:ident = $code:literal ),* $(,)? }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            $( $(#[$doc])* pub const $constant: Self = Self($code); )*
        }

        impl $crate::message::wire::Value for $name {
            fn read(node: &$crate::message::node::Node<'_>) -> Result<Self, $crate::message::ReadError> {
                node.number().map(Self)
            }

            fn write<'a>(&'a self, element: &mut $crate::tree::Markup<'a>) -> bool {
                $crate::message::wire::write_number(self.0, element)
            }
        }
    )*};
}

pub(super) use {codes, open_codes, place, records};
