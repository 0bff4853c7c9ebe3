//! The form of a `userName` by which it is unique and by which it is looked up, and that of a group's name.
//!
//! The rule, in the order it is applied, so that a database, a person and another program can
//! follow it:
//!
//! 1. canonical decomposition (NFD);
//! 2. each character is put in lower case, then in upper case, then in lower case again, by the
//!    Unicode tables without a locale, so that `ß`, `ẞ` and `ss` agree, and `Σ`, `σ` and `ς`;
//!    `ı` (dotless i) alone stays as it is, because it is a letter of its own and not an `i`;
//! 3. canonical composition (NFC).
//!
//! Nothing else is done: blanks, dots and plus signs are part of the name, and look-alikes of
//! other scripts (Cyrillic `а`) stay different names. What nobody sees, and other widths, [`name`]
//! refuses when a name is set; a key is also made of names that are kept from before.
//!
//! [`name`]: crate::name

use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};
use crate::name::is_invisible;

/// Longest name in bytes: above this an index row of Postgres would not fit.
pub const MAX_BYTES: usize = 800;

/// The uniqueness key of a `userName` (RFC 7643 section 4.1.1: required, not empty, not case-exact).
pub fn user_name_key(user_name: &str) -> Result<String> {
    if user_name.trim().is_empty() {
        return Err(Error::value("userName is empty. Send the name by which the user signs in."));
    }
    if user_name.len() > MAX_BYTES {
        return Err(Error::value(format!("userName is longer than {MAX_BYTES} bytes.")));
    }
    if let Some(c) = user_name.chars().find(|c| c.is_control()) {
        return Err(Error::value(format!(
            "userName holds the control character U+{:04X}. Send it without.",
            u32::from(c)
        )));
    }
    Ok(fold(user_name))
}

/// What a group's `displayName` is compared by: as a `userName` is, with single blanks and none around it, and without the
/// joiners, marks and selectors that [`name`](crate::name) lets it have. Names of groups may repeat (RFC 7643 section
/// 8.7.1, uniqueness none); those that look the same are the same name.
pub fn group_name_key(display_name: &str) -> String {
    let seen: String = display_name.chars().filter(|c| !is_invisible(*c)).collect();
    fold(&seen.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfd() {
        if c == 'ı' {
            folded.push(c);
            continue;
        }
        for lower in c.to_lowercase() {
            for upper in lower.to_uppercase() {
                folded.extend(upper.to_lowercase());
            }
        }
    }
    folded.nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(name: &str) -> String {
        user_name_key(name).unwrap()
    }

    #[test]
    fn names_that_agree() {
        for (a, b) in [
            ("Ada@Example.com", "ada@example.COM"),
            ("Jose\u{301}", "JOSÉ"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "straße"),
            ("ΟΔΟΣ", "οδος"),
            ("\u{212a}im", "kim"),
        ] {
            assert_eq!(key(a), key(b), "{a} {b}");
        }
    }

    #[test]
    fn names_that_differ() {
        for (a, b) in [("ımran", "imran"), ("ada", "аda"), ("ada", "ada "), ("a.da", "ada"), ("jose", "josé")] {
            assert_ne!(key(a), key(b), "{a} {b}");
        }
    }

    #[test]
    fn group_names_that_look_the_same_agree() {
        for other in
            ["Sales", " sales ", "Sa\u{e0061}les", "Sal\u{200d}es", "Sales\u{200f}", "Sales\u{fe0f}", "SALES \u{200b}"]
        {
            assert_eq!(group_name_key(other), group_name_key("Sales"), "{other:?}");
        }
        assert_eq!(group_name_key("Cafe\u{200d}\u{301}"), group_name_key("CAFÉ"), "composed after");
        assert_ne!(group_name_key("Sa les"), group_name_key("Sales"));
    }

    #[test]
    fn refused_names() {
        for name in ["", "  ", "a\tb", "a\u{7f}", "a\u{85}b", "x\0"] {
            let error = user_name_key(name).expect_err(name);
            assert_eq!(error.to_json()["scimType"], "invalidValue");
        }
        assert!(user_name_key(&"x".repeat(MAX_BYTES)).is_ok());
        assert!(user_name_key(&"x".repeat(MAX_BYTES + 1)).is_err());
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(name in "\\PC{1,30}") {
            if let Ok(key) = user_name_key(&name) {
                prop_assert_eq!(fold(&key), key);
            }
        }

        #[test]
        fn case_never_matters(name in "[a-zA-Z0-9@._äöüÄÖÜéßñøåçşğщжЩЖ]{1,30}") {
            let key = user_name_key(&name).unwrap();
            prop_assert_eq!(&user_name_key(&name.to_uppercase()).unwrap(), &key);
            prop_assert_eq!(&user_name_key(&name.to_lowercase()).unwrap(), &key);
        }
    }
}
