//! What filters and paths compare secrets with.

use super::names::{is_one_of, is_secret};

const OPERATORS: &[&str] = &["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
const CONNECTIVES: &[&str] = &["pr", "and", "or", "not"];

pub(super) fn compares(filter: &str) -> bool {
    is_secret(filter) && (filter.contains('"') || !compared(filter).is_empty())
}

pub(super) fn has_operator(filter: &str) -> bool {
    filter.split_whitespace().any(|word| is_one_of(word, OPERATORS))
}

/// What a filter on a secret compares with, in quotes or without, as it is and as it is meant.
pub(super) fn compared(filter: &str) -> Vec<String> {
    let parts = parts(filter);
    let mut found = Vec::new();
    if !parts.iter().any(|(quoted, part)| !quoted && is_secret(part)) {
        return found;
    }
    let mut is_value = false;
    for (quoted, part) in parts {
        if quoted {
            found.extend(serde_json::from_str::<String>(&format!("\"{part}\"")));
            found.push(part.to_owned());
            is_value = false;
        } else if is_one_of(part, OPERATORS) || is_one_of(part, CONNECTIVES) {
            is_value = is_one_of(part, OPERATORS);
        } else if is_value {
            found.push(part.trim_matches(['(', ')', '[', ']', '\'']).to_owned());
            found.extend(part.split(['(', ')', '[', ']', '\'']).find(|part| !part.is_empty()).map(str::to_owned));
            is_value = false;
        } else {
            is_value = is_secret(part);
        }
    }
    found
}

/// The words of a filter and the texts in quotes, of which it says so.
fn parts(filter: &str) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let mut rest = filter.trim_start();
    while !rest.is_empty() {
        let (quoted, part) = match rest.strip_prefix('"') {
            Some(text) => {
                let mut escaped = false;
                let ends = |c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                };
                (true, &text[..text.find(ends).unwrap_or(text.len())])
            }
            None => (false, &rest[..rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len())]),
        };
        parts.push((quoted, part));
        let length = part.len() + if quoted { 2 } else { 0 };
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    parts
}
