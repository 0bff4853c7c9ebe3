//! Entity tags (RFC 7644 section 3.14, RFC 9110 section 13.1): the version of a resource as clients
//! see it, and the conditions they put on it.

/// The entity tag of a version, for `meta.version` and the ETag header.
pub fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
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

    /// Whether a resource that is there, in this version, satisfies the condition. If not: 412, or
    /// 304 for If-None-Match with GET.
    pub fn holds(&self, version: i64) -> bool {
        let matches = match &self.tags {
            Tags::Any => true,
            Tags::List(tags) => {
                let current = version.to_string();
                tags.contains(&current)
            }
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
