//! The nouns of Rollcall: what an administrator, a source, a person, a connection, a link and a log entry are.
//!
//! Serde only and safe for wasm: the browser, the server and the database rooms all speak these types. The crate never
//! does I/O, never reads a clock, and knows nothing of SQL, HTTP or Zoom's wire format. Start with [`ids`], then
//! [`connection`] and [`link`].

pub mod admin;
pub mod assignment;
pub mod audit;
pub mod connection;
pub mod group;
pub mod ids;
pub mod import;
pub mod link;
pub mod log;
pub mod mail;
pub mod page;
pub mod person;
pub mod provider;
pub mod session;
pub mod sort;
pub mod source;
pub mod trace;
#[doc(hidden)]
pub mod word;

pub use admin::{Administrator, Permission, Role};
pub use ids::*;
pub use page::{Cursor, Page};

/// A value that is stored as one word: its text form, and back. `as_str` is what stands in the database and in a query
/// string; `label` is what a person reads.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal, $label:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every value, in the order in which a person chooses from them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stored word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What a person reads.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match $crate::word::place_of(word, &[$($word,)+]) {
                    Some(place) => Ok(Self::ALL[place]),
                    None => Err($crate::UnknownWord { kind: stringify!($name), word: word.to_owned() }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::word::read(deserializer, &[$($word,)+]).map(|place| Self::ALL[place])
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// A stored or sent word that no value has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a {kind}")]
pub struct UnknownWord {
    pub kind: &'static str,
    pub word: String,
}
