//! Entity tags (RFC 7644 section 3.14, RFC 9110 section 13.1): the version of a resource as clients
//! see it, and the conditions they put on it.

use std::hash::{DefaultHasher, Hash, Hasher};

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
/// is understood; what is no tag at all is nobody's version.
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
    pub fn if_match(header: &str) -> Self {
        Self { tags: Tags::read(header), negated: false }
    }

    /// The resource must be in none of these versions.
    pub fn if_none_match(header: &str) -> Self {
        Self { tags: Tags::read(header), negated: true }
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
        let current = Tags::read(tag);
        self.is_met(|tag| matches!(&current, Tags::List(tags) if tags.iter().any(|current| current == tag)))
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
    fn read(header: &str) -> Self {
        if header.trim() == "*" {
            return Self::Any;
        }
        let (mut tags, mut rest) = (Vec::new(), header);
        while let Some((tag, behind)) = first(rest) {
            tags.push(tag.to_owned());
            rest = behind;
        }
        Self::List(tags)
    }
}

/// The text of the first tag of a list, without `W/` and quotes, and what follows it. A comma in
/// quotes is part of the tag.
fn first(list: &str) -> Option<(&str, &str)> {
    let list = list.trim_start_matches(|c: char| c == ',' || c.is_ascii_whitespace());
    if list.is_empty() {
        return None;
    }
    let tag = list.strip_prefix("W/").or_else(|| list.strip_prefix("w/")).unwrap_or(list);
    if let Some((text, behind)) = tag.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
        return Some((text, behind));
    }
    let (text, behind) = tag.split_once(',').unwrap_or((tag, ""));
    Some((text.trim_end(), behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn if_match() {
        for header in ["*", " * ", r#"W/"3""#, r#""3""#, r#""1", W/"3""#, r#"W/"1",W/"3","7""#, "W/3", "3", "1, 3 "] {
            assert!(Condition::if_match(header).holds(3), "{header}");
            assert!(!Condition::if_none_match(header).holds(3), "{header}");
        }
        for header in ["", r#"W/"4""#, r#""1,3,5""#, r#"""#, r#""3"#, "W/", "*, 4", ",", r#"" 3""#, "03", "é"] {
            assert!(!Condition::if_match(header).holds(3), "{header}");
            assert!(Condition::if_none_match(header).holds(3), "{header}");
        }
    }

    #[test]
    fn what_is_derived_counts_for_what_is_known_and_not_for_what_is_changed() {
        let (one, other) = (etag_with(7, "[a]"), etag_with(7, "[b]"));
        assert_ne!(one, other);
        assert!(Condition::if_match(&one).holds(7) && !Condition::if_match(&one).holds(8));
        assert!(!Condition::if_none_match(&one).holds_for(&one));
        assert!(Condition::if_none_match(&one).holds_for(&other));
        assert!(Condition::if_none_match(&one).holds_for(&etag(7)));
    }

    #[test]
    fn a_tag_that_was_given_is_taken() {
        assert_eq!(etag(7), "W/\"7\"");
        assert!(Condition::if_match(&etag(7)).holds(7));
        assert!(!Condition::if_match(&etag(7)).holds(8));
    }

    proptest! {
        #[test]
        fn one_is_the_opposite_of_the_other(header in "[\\PC\"W/*, 0-9]{0,40}", version in 0i64..20) {
            let holds = Condition::if_match(&header).holds(version);
            prop_assert_ne!(holds, Condition::if_none_match(&header).holds(version));
        }
    }
}
