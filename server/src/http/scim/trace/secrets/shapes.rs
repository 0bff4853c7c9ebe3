//! Words that look like secrets, wherever they stand.

use super::SHORTEST;
use super::names::is_secret;
use std::ops::Range;

/// Ours begin so. No other word has it in it.
const OURS: &str = "rc_scim_";

/// Secrets of others begin so: keys of GitHub, GitLab, Slack, Stripe, AWS, and JSON Web Tokens.
pub(super) const STARTS: &[&str] = &[
    OURS,
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxa-",
    "xoxb-",
    "xoxe-",
    "xoxp-",
    "xoxr-",
    "xoxs-",
    "xapp-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "whsec_",
    "sk-",
    "AKIA",
    "ASIA",
    JWT,
];

pub(super) const JWT: &str = "eyJ";
const PRIVATE_KEY: &str = "-----BEGIN";

/// Where something stands in a text that looks like a secret.
pub(super) fn shapes(text: &str) -> Vec<Range<usize>> {
    // A private key (RFC 7468) is many words long.
    if text.contains(PRIVATE_KEY) {
        return vec![Range { start: 0, end: text.len() }];
    }
    let mut found = Vec::new();
    for start in STARTS {
        add(&mut found, text.match_indices(start), |at| token(text, at, start));
    }
    add(&mut found, text.match_indices('='), |at| named(text, at));
    add(&mut found, text.match_indices("://"), |at| password_of_url(text, at + 3));
    let small = text.to_ascii_lowercase();
    add(&mut found, small.match_indices("bearer"), |at| borne(text, at, at + "bearer".len()));
    found.retain(|range| !range.is_empty());
    found
}

/// Each begins behind the one before: to read on to the end from every sign of a long text would take for ever.
fn add<'t>(
    found: &mut Vec<Range<usize>>,
    begins: impl Iterator<Item = (usize, &'t str)>,
    look: impl Fn(usize) -> Option<Range<usize>>,
) {
    let mut done = 0;
    for (at, _) in begins {
        if at >= done
            && let Some(range) = look(at)
        {
            done = range.end;
            found.push(range);
        }
    }
}

/// Empty, at the word's end, when the word is none.
fn token(text: &str, at: usize, start: &str) -> Option<Range<usize>> {
    if start != OURS && !begins_word(text, at) {
        return None;
    }
    let word = up_to(&text[at..], "\"',;&=<>()[]{}/?:@|\\");
    // RFC 7519: three parts, the first an object.
    let is_whole = if start == JWT { word.matches('.').count() >= 2 } else { word.len() >= 16 };
    let end = at + word.len();
    Some(if is_whole { at..end } else { end..end })
}

/// `password=...` inside of a text, `password="..."`, `password = ...`.
fn named(text: &str, at: usize) -> Option<Range<usize>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let before = text[..at].trim_end_matches(' ');
    if !is_secret(&before[before.trim_end_matches(is_name).len()..]) {
        return None;
    }
    let value = text[at + 1..].trim_start_matches(' ');
    let opened = value.trim_start_matches('\\');
    let (value, length) = match opened.chars().next().filter(|c| "\"'".contains(*c)) {
        Some(quote) => {
            let inside = &opened[1..];
            let end = inside.find(quote).unwrap_or(inside.len());
            (inside, inside[..end].trim_end_matches('\\').len())
        }
        None => (value, up_to(value, "\"'&#<>[]{}|\\").len()),
    };
    let start = text.len() - value.len();
    Some(start..start + length)
}

/// `https://user:password@host`.
fn password_of_url(text: &str, at: usize) -> Option<Range<usize>> {
    let (user, _) = up_to(&text[at..], "\"'<>/?#").rsplit_once('@')?;
    let (name, password) = user.split_once(':')?;
    let start = at + name.len() + 1;
    (!password.is_empty()).then_some(start..start + password.len())
}

/// What follows `Bearer`.
fn borne(text: &str, at: usize, end: usize) -> Option<Range<usize>> {
    if !begins_word(text, at) {
        return None;
    }
    let mut rest = &text[end..];
    loop {
        let next = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"':=".contains(c));
        let next = ESCAPES.iter().find_map(|escape| next.strip_prefix(escape)).unwrap_or(next);
        if next.len() == rest.len() {
            break;
        }
        rest = next;
    }
    if rest.len() == text.len() - end {
        return None;
    }
    let value = up_to(rest, "\"'<>,;&()[]{}|\\");
    let start = text.len() - rest.len();
    (value.len() >= SHORTEST).then_some(start..start + value.len())
}

fn up_to<'t>(text: &'t str, signs: &str) -> &'t str {
    &text[..text.find(|c: char| c.is_whitespace() || signs.contains(c)).unwrap_or(text.len())]
}

/// Spaces as JSON writes them, which nobody reads in a body that is none.
const ESCAPES: &[&str] = &["\\n", "\\t", "\\r", "\\b", "\\f"];

fn begins_word(text: &str, at: usize) -> bool {
    let before = &text[..at];
    !before.ends_with(|c: char| c.is_alphanumeric()) || ESCAPES.iter().any(|escape| before.ends_with(escape))
}
