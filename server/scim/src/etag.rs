//! Entity tags (RFC 7644 section 3.14, RFC 9110 section 13.1): the version of a resource as clients
//! see it, and the conditions they put on it.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::error::{Error, Result, shown};

/// The entity tag of a version, for `meta.version` and the ETag header.
pub fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// The same for a resource that is shown with something derived from others: a user's groups. It
/// changes with them, and what stands before the dot is the version.
pub fn etag_with(version: i64, derived: &str) -> String {
    let mut hasher = DefaultHasher::new();
    derived.hash(&mut hasher);
    format!("W/\"{version}.{:016x}\"", hasher.finish())
}

/// What If-Match or If-None-Match asks of a resource, or `version` of an operation in a bulk.
///
/// Tags are compared weakly for both headers, although RFC 9110 wants If-Match strong: all our tags
/// are weak, and RFC 7644 section 3.14 sends them in If-Match. A tag without its quotes (`W/3`, `3`)
/// is understood. What is no tag at all is refused, but for a GET's If-None-Match: that is passed over
/// and the resource sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    tags: Tags,
    /// If-None-Match: holds when no tag is the resource's.
    negated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    Any,
    List(Vec<String>),
}

impl Condition {
    /// The resource must be in one of these versions. Several header lines are joined by commas.
    pub fn if_match(header: &str) -> Result<Self> {
        Self::one_of("If-Match", header)
    }

    /// The same, as an operation of a bulk says it.
    pub fn version(text: &str) -> Result<Self> {
        Self::one_of("version", text)
    }

    fn one_of(place: &str, text: &str) -> Result<Self> {
        let tags = Tags::read(text).ok_or_else(|| {
            Error::value(format!(
                "{place} is {}, which is no ETag. Send it as the server gave it, such as W/\"3\", or * for any version.",
                shown(text)
            ))
        })?;
        Ok(Self { tags, negated: false })
    }

    /// The resource must be in none of these versions to be changed; with `*` it must not be there.
    pub fn unless_match(header: &str) -> Result<Self> {
        Ok(Self { negated: true, ..Self::one_of("If-None-Match", header)? })
    }

    /// The same, for a client that wants to read what it does not have.
    pub fn if_none_match(header: &str) -> Self {
        Self { tags: Tags::read(header).unwrap_or_else(|| Tags::List(Vec::new())), negated: true }
    }

    /// Whether a resource that is there, in this version, satisfies the condition. If not: 412.
    /// What stands behind a dot in a tag is derived from other resources and no part of the version.
    pub fn holds(&self, version: i64) -> bool {
        let current = version.to_string();
        self.is_met(|tag| tag.split_once('.').map_or(tag, |(version, _)| version) == current)
    }

    /// Whether a resource that would be shown with this tag satisfies the condition. If not, for
    /// If-None-Match with GET: 304.
    pub fn holds_for(&self, tag: &str) -> bool {
        let current = first(tag).map(|(text, _)| text);
        self.is_met(|tag| current == Some(tag))
    }

    /// The refusal of a resource that is in another version, or in one it should not be in.
    pub fn refusal(&self) -> Error {
        Error::precondition_failed(if self.negated {
            "The resource is there, in a version that If-None-Match names. Nothing was changed."
        } else {
            "The resource has changed since. Read it again, and send the request with its new version."
        })
    }

    fn is_met(&self, is_current: impl Fn(&str) -> bool) -> bool {
        let matches = match &self.tags {
            Tags::Any => true,
            Tags::List(tags) => tags.iter().any(|tag| is_current(tag)),
        };
        matches != self.negated
    }
}

impl Tags {
    /// None when anything in it is no tag, or when there is none.
    fn read(header: &str) -> Option<Self> {
        if header.trim() == "*" {
            return Some(Self::Any);
        }
        let (mut tags, mut rest) = (Vec::new(), after_commas(header));
        while !rest.is_empty() {
            let (tag, behind) = first(rest)?;
            tags.push(tag.to_owned());
            let behind = behind.trim_start();
            if !(behind.is_empty() || behind.starts_with(',')) {
                return None;
            }
            rest = after_commas(behind);
        }
        (!tags.is_empty()).then_some(Self::List(tags))
    }
}

fn after_commas(list: &str) -> &str {
    list.trim_start_matches(|c: char| c == ',' || c.is_ascii_whitespace())
}

/// The text of the first tag of a list, without `W/` and quotes, and what follows it, from the comma
/// on; none when it is no tag. A comma in quotes is part of the tag.
fn first(list: &str) -> Option<(&str, &str)> {
    let tag = list.strip_prefix("W/").or_else(|| list.strip_prefix("w/")).unwrap_or(list);
    if let Some((text, behind)) = tag.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
        return Some((text, behind));
    }
    let (text, behind) = tag.split_at(tag.find(',').unwrap_or(tag.len()));
    let text = text.trim_end();
    is_version(text).then_some((text, behind))
}

/// What may stand without quotes: the number of a version, and what was derived.
fn is_version(text: &str) -> bool {
    let (version, derived) = text.split_once('.').unwrap_or((text, "0"));
    !version.is_empty()
        && version.bytes().all(|b| b.is_ascii_digit())
        && !derived.is_empty()
        && derived.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn if_match() {
        for header in ["*", " * ", r#"W/"3""#, r#""3""#, r#""1", W/"3""#, r#"W/"1",W/"3","7""#, "W/3", "3", "1, 3 "] {
            assert!(Condition::if_match(header).unwrap().holds(3), "{header}");
            assert!(!Condition::if_none_match(header).holds(3), "{header}");
        }
        for header in ["*", r#"W/"3""#] {
            assert!(!Condition::unless_match(header).unwrap().holds(3), "{header}");
        }
        assert!(Condition::unless_match(r#"W/"4""#).unwrap().holds(3));
        for header in [r#"W/"4""#, r#""1,3,5""#, r#""""#, r#"" 3""#, "03", r#""x""#, "W/4.0a"] {
            assert!(!Condition::if_match(header).unwrap().holds(3), "{header}");
            assert!(Condition::if_none_match(header).holds(3), "{header}");
        }
    }

    /// Nobody's version would be a 412, which sends the client to read what has not changed.
    #[test]
    fn what_is_no_tag_is_told_what_one_looks_like() {
        for header in [
            "",
            ",",
            "garbage",
            r#""1" "3""#,
            r#"""#,
            r#""3"#,
            "W/",
            "*, 4",
            "é",
            r#""3"x"#,
            "3.",
            "3.x",
            "-3",
            "W/\"3\", y",
        ] {
            let error = Condition::if_match(header).expect_err(header);
            assert_eq!((error.status, &error.to_json()["scimType"]), (400, &"invalidValue".into()), "{header}");
            assert!(error.detail.starts_with("If-Match is ") && error.detail.contains(r#"W/"3""#), "{}", error.detail);
            assert!(Condition::if_none_match(header).holds(3), "a reader gets the resource");
        }
        assert!(Condition::version("x").unwrap_err().detail.starts_with("version is \"x\""));
        assert!(Condition::unless_match("x").unwrap_err().detail.starts_with("If-None-Match is \"x\""));
    }

    #[test]
    fn what_is_derived_counts_for_what_is_known_and_not_for_what_is_changed() {
        let (one, other) = (etag_with(7, "[a]"), etag_with(7, "[b]"));
        assert_ne!(one, other);
        assert!(Condition::if_match(&one).unwrap().holds(7) && !Condition::if_match(&one).unwrap().holds(8));
        assert!(!Condition::if_none_match(&one).holds_for(&one));
        assert!(Condition::if_none_match(&one).holds_for(&other));
        assert!(Condition::if_none_match(&one).holds_for(&etag(7)));
    }

    #[test]
    fn a_tag_that_was_given_is_taken() {
        assert_eq!(etag(7), "W/\"7\"");
        assert!(Condition::if_match(&etag(7)).unwrap().holds(7));
        assert!(!Condition::if_match(&etag(7)).unwrap().holds(8));
    }

    proptest! {
        #[test]
        fn one_is_the_opposite_of_the_other(header in "[\\PC\"W/*, 0-9]{0,40}", version in 0i64..20) {
            let holds = Condition::if_match(&header).is_ok_and(|condition| condition.holds(version));
            prop_assert_ne!(holds, Condition::if_none_match(&header).holds(version));
        }
    }
}
