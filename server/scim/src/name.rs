//! What may not stand in the name of a user or a group, so that two of them do not look the same.
//!
//! RFC 7644 section 5 sends `userName` through PRECIS (RFC 8265 section 3.3, UsernameCaseMapped).
//! Upper and lower case, and the ways to compose a letter, are one in the [key](crate::key). What
//! PRECIS has no place for because nobody sees it (control and format characters, those that turn
//! the direction of text, white space around a name) is refused here, and so are full-width and
//! half-width forms, which PRECIS maps: the sentence says the form to send. Blanks inside stay,
//! as RFC 8265 section 3.5 has them; symbols do, too, as clients send them.
//!
//! Letters of different scripts that look alike (Latin `a`, Cyrillic `а`) stay different names.
//!
//! A name is looked at when it is set. One that is kept already stays until it is changed: whoever
//! has it must be able to leave.

use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};

/// What has no shape of its own: Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt,
/// and the format characters (Cf) that are not among them.
const INVISIBLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d159}', '\u{1d159}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Of these, what a group's name may not hold either. The rest has its use there: joiners in Persian
/// and in emoji, marks of direction in Hebrew and Arabic, variation selectors, flags.
const HIDING: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200b}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1d159}', '\u{1d159}'),
    ('\u{1d173}', '\u{1d17a}'),
    // Tags but for those that flags are made of.
    ('\u{e0000}', '\u{e001f}'),
];

/// Refuses a `userName` that looks like another one, or like none: 400 `invalidValue`.
pub fn check_user_name(name: &str) -> Result<()> {
    let wrong = if name.trim() != name {
        "begins or ends with a blank".to_owned()
    } else if let Some(c) = name.chars().find(|c| c.is_control()) {
        format!("holds the control character {}", code(c))
    } else if let Some(c) = name.chars().find(|c| is_invisible(*c)) {
        format!("holds {}, which nobody sees", code(c))
    } else if let Some(c) = name.chars().find(|c| is_noncharacter(*c)) {
        format!("holds {}, which is no character", code(c))
    } else if let Some(c) = name.chars().find(|c| is_odd_blank(*c)) {
        format!("holds a blank of another kind, {}", code(c))
    } else if name.chars().any(is_of_another_width) {
        "is written in full-width or half-width letters".to_owned()
    } else {
        return Ok(());
    };
    let right = canonical(name);
    if right.is_empty() {
        return Err(Error::value("userName is empty to the eye. Send the name by which the user signs in."));
    }
    Err(Error::value(format!("userName {wrong}, and could be taken for another one. Send \"{right}\".")))
}

/// Refuses a group's `displayName` that hides something: 400 `invalidValue`.
pub fn check_group_name(name: &str) -> Result<()> {
    if canonical(name).is_empty() {
        return Err(Error::value("displayName is empty to the eye. Send the name by which people know the group."));
    }
    let hiding = |c: &char| {
        c.is_control() || is_noncharacter(*c) || matches!(c, '\u{2028}' | '\u{2029}') || is_one_of(*c, HIDING)
    };
    let Some(c) = name.chars().find(hiding) else { return Ok(()) };
    let right: String = name.chars().filter(|c| !hiding(c)).collect();
    Err(Error::value(format!(
        "displayName holds {}, which nobody sees, and could be taken for another one. Send \"{}\".",
        code(c),
        right.trim()
    )))
}

/// The name as it would be taken.
fn canonical(name: &str) -> String {
    let seen = name.chars().filter(|c| !c.is_control() && !is_invisible(*c) && !is_noncharacter(*c));
    let mut right = String::with_capacity(name.len());
    for c in seen {
        match c {
            _ if is_odd_blank(c) => right.push(' '),
            _ if is_of_another_width(c) => right.extend(std::iter::once(c).nfkc()),
            _ => right.push(c),
        }
    }
    right.trim().nfc().collect()
}

/// Whether a character has no shape of its own.
pub(crate) fn is_invisible(c: char) -> bool {
    is_one_of(c, INVISIBLE)
}

fn is_one_of(c: char, ranges: &[(char, char)]) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// What Unicode will never assign (section 23.7).
fn is_noncharacter(c: char) -> bool {
    u32::from(c) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c)
}

/// Any blank but the ordinary one; braille's empty pattern is drawn as one.
fn is_odd_blank(c: char) -> bool {
    c == '\u{2800}' || (c != ' ' && c.is_whitespace())
}

/// Of the block Halfwidth and Fullwidth Forms, what has an ordinary form.
fn is_of_another_width(c: char) -> bool {
    ('\u{ff01}'..='\u{ffee}').contains(&c) && std::iter::once(c).nfkc().next() != Some(c)
}

fn code(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(name: &str) -> String {
        let error = check_user_name(name).expect_err(name);
        assert_eq!((error.status, &error.to_json()["scimType"]), (400, &"invalidValue".into()), "{name:?}");
        error.detail
    }

    #[test]
    fn what_looks_the_same_is_refused_with_the_form_to_send() {
        for name in [
            " ada@example.com",
            "ada@example.com ",
            "ada@example.com\u{a0}",
            "ada\u{200b}@example.com",
            "\u{feff}ada@example.com",
            "ada\u{202e}@example.com",
            "ada\u{2066}@example.com",
            "a\u{ad}da@example.com",
            "ada\u{200d}@example.com",
            "ada\u{fe0f}@example.com",
            "ada\u{e0061}@example.com",
            "ada\t@example.com",
            "ada\u{85}@example.com",
            "ada\u{ffff}@example.com",
            "ada\u{fdd0}@example.com",
            "ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        ] {
            let told = refused(name);
            assert!(told.ends_with("Send \"ada@example.com\"."), "{name:?}: {told}");
        }
        assert!(refused("ada\u{200b}").contains("holds U+200B, which nobody sees"));
        assert!(refused("ada ").contains("begins or ends with a blank"));
        assert!(refused("ａda").contains("full-width"));
        for blank in ["\u{a0}", "\u{2003}", "\u{3000}", "\u{2800}"] {
            assert!(refused(&format!("ada{blank}king")).ends_with("Send \"ada king\"."), "{blank:?}");
        }
        assert!(refused("ｶﾞ").ends_with("Send \"ガ\"."), "a mark of its own is put to its letter");
        assert!(refused("\u{200b}").contains("is empty to the eye"));
    }

    #[test]
    fn what_clients_send_is_taken() {
        for name in [
            "ada@example.com",
            "Ada Lovelace",
            "EXAMPLE\\ada",
            "ada+test@example.com",
            "o'neill",
            "jose\u{301}",
            "Žofie",
            "ımran",
            "田中",
            "ガ",
            "محمد",
            "аda",
            "00u1$%&=/{}",
            "ada🚀",
        ] {
            check_user_name(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }

    #[test]
    fn a_groups_name_hides_nothing_and_may_have_joiners() {
        for name in ["Sales\u{202e}", "Sal\u{200b}es", "Sal\nes", "Sal\u{2028}es", "\u{feff}Sales", "Sales\u{1fffe}"] {
            assert!(check_group_name(name).unwrap_err().detail.ends_with("Send \"Sales\"."), "{name:?}");
        }
        for name in ["Sales", " Sales ", "👩\u{200d}💻 Devs", "می\u{200c}خواهم", "⚙\u{fe0f} Ops", "Ｓａｌｅｓ"]
        {
            check_group_name(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
    }

    proptest! {
        #[test]
        fn what_is_told_to_be_sent_is_taken(name in "[a-z \u{a0}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{ff01}-\u{ffee}\t]{1,20}") {
            let right = canonical(&name);
            if !right.is_empty() {
                prop_assert!(check_user_name(&right).is_ok(), "{:?} of {:?}", right, name);
            }
        }
    }
}
