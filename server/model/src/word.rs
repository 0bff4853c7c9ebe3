//! What all the types of [`words!`](crate::words) read in the same way: code that each of them would carry in what a
//! browser downloads.

use serde::de::{Deserializer, Error, Visitor};
use std::fmt;

/// Where in the list a word stands.
pub fn place_of(word: &str, words: &'static [&'static str]) -> Option<usize> {
    words.iter().position(|known| *known == word)
}

/// The same of a word in a message.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D, words: &'static [&'static str]) -> Result<usize, D::Error> {
    deserializer.deserialize_str(Words(words))
}

struct Words(&'static [&'static str]);

impl Visitor<'_> for Words {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", self.0.join(", "))
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<usize, E> {
        place_of(word, self.0).ok_or_else(|| E::unknown_variant(word, self.0))
    }
}
