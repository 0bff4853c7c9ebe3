//! Takes secrets out of what is kept: whatever stands under a name that says so, and whatever looks like one. First all
//! secrets of a request are found, then they are taken out wherever they stand.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

/// What stands in a secret's place.
const REMOVED: &str = "[removed]";

/// Stands there until all are found, so that none is looked for in [`REMOVED`]. A text has none of its own.
const MARK: &str = "\0";

/// Parts of the names of secrets, in lower case, without anything between the words.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "kennwort",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "hmackey",
    "credential",
    "authorization",
    "cookie",
    "onetimecode",
    "recoverycode",
    "backupcode",
    "verificationcode",
    "securityanswer",
    "connectionstring",
    "passcode",
    "passkey",
    "sshkey",
];

/// Names of secrets that are a part of many other words: alone, or between signs.
const WHOLE_NAMES: &[&str] = &["pass"];

/// The same, and a word of `camelCase` and before a number too.
const WORDS: &[&str] = &["pwd", "pin", "otp", "totp", "hotp", "jwt", "bearer", "assertion"];

/// Ours begin so. No other word has it in it.
const OURS: &str = "rc_scim_";

/// Secrets of others begin so: keys of GitHub, GitLab, Slack, Stripe, AWS, and JSON Web Tokens.
const STARTS: &[&str] = &[
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

const JWT: &str = "eyJ";
const PRIVATE_KEY: &str = "-----BEGIN";

/// Names of attributes whose text says what stands under `value` beside it: of an operation of a PATCH, of a pair.
const LABELS: &[&str] = &["path", "name", "key", "type", "attribute", "attributeName", "field"];

const OPERATORS: &[&str] = &["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
const CONNECTIVES: &[&str] = &["pr", "and", "or", "not"];

/// Shorter ones are found in too much that is none.
const SHORTEST: usize = 4;

/// The shortest beginning of a secret, in front of dots, that is taken for it; and the longest that is looked at.
const BEGINNING: Range<usize> = 8..300;

/// The most secrets of one request that are looked for elsewhere in it: a bulk request may have a thousand passwords.
const MOST: usize = 1_000;

/// The most that are looked for in a body: each is a walk through all of it.
const MOST_IN_BODY: usize = 100;

/// The secrets that were found in a request: they are taken out of all of it, whatever they stand under.
#[derive(Default)]
pub struct Removed {
    /// The longest first: one may begin with another.
    found: BTreeSet<(Reverse<usize>, String)>,
    /// There were more: nobody knows where else they stand.
    more: bool,
}

impl Removed {
    /// Whether nothing was found that is to be looked for.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether there were more than are looked for in a sentence, so that what is left may hold some.
    pub const fn overflowed(&self) -> bool {
        self.more
    }

    /// Whether there were more than are looked for in a body.
    pub fn overflows_body(&self) -> bool {
        self.more || self.found.len() > MOST_IN_BODY
    }

    pub fn find_json(&mut self, value: &Value) {
        match value {
            Value::Object(map) => {
                let labelled = is_labelled(map);
                for (name, value) in map {
                    self.find(name);
                    self.keep_all(compared(name).into_iter().filter(|_| has_operator(name)));
                    match value.as_str() {
                        Some(text) if is_filter(name) => self.keep_all(compared(text)),
                        _ => {}
                    }
                    if is_hidden(name, labelled) { self.remember(value) } else { self.find_json(value) }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.find_json(item)),
            Value::String(text) => self.find(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub fn find_query(&mut self, query: &str) {
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let (name, value) = (decode_query(name), decode_query(value));
            if is_secret(&name) {
                self.remember(&Value::from(value));
            } else if is_filter(&name) {
                self.keep_all(compared(&value));
            }
        }
        self.find(&decode_query(query));
    }

    /// What looks like a secret in a text.
    pub fn find(&mut self, text: &str) {
        for text in [without_nul(text), decode(text)] {
            let found = shapes(&text).into_iter().map(|range| text[range].trim_end_matches([')', ',', ';', '.']));
            // A word of letters alone may follow "bearer" in any sentence.
            let odd = found.filter(|it| it.chars().skip(1).any(|c| !c.is_lowercase()));
            self.keep_all(odd.map(str::to_owned).collect::<Vec<_>>());
        }
    }

    fn remember(&mut self, value: &Value) {
        match value {
            _ if says_nothing(value) => {}
            Value::String(text) => self.keep(text),
            Value::Number(number) => self.keep(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.remember(item)),
            Value::Object(map) => map.values().for_each(|value| self.remember(value)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn keep_all(&mut self, secrets: impl IntoIterator<Item = String>) {
        secrets.into_iter().for_each(|secret| self.keep(&secret));
    }

    fn keep(&mut self, secret: &str) {
        let secret = without_nul(secret.trim());
        if secret.len() < SHORTEST || secret == REMOVED {
            return;
        }
        // Sentences show it so.
        let shown = secret.replace(char::is_control, "\u{fffd}");
        for secret in BTreeSet::from([secret, shown]) {
            let secret = (Reverse(secret.len()), secret);
            if self.found.len() < MOST {
                self.found.insert(secret);
            } else if !self.found.contains(&secret) {
                self.more = true;
            }
        }
    }

    pub fn clean_json(&self, value: &mut Value) {
        match value {
            Value::Object(map) => {
                let labelled = is_labelled(map);
                let cleaned = std::mem::take(map).into_iter().map(|(name, mut value)| {
                    let compares = is_filter(&name) && value.as_str().is_some_and(compares);
                    if compares || is_hidden(&name, labelled) {
                        take(&mut value)
                    } else {
                        self.clean_json(&mut value)
                    }
                    (self.clean_name(name), value)
                });
                *map = cleaned.collect();
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean_json(item)),
            Value::String(text) => {
                *text = if text.starts_with('/') { self.clean_path(text) } else { self.clean(text) };
            }
            Value::Number(number) => {
                let text = number.to_string();
                if self.found.contains(&(Reverse(text.len()), text)) {
                    *value = Value::from(REMOVED);
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Letters alone are the name of an attribute, whatever a password is like.
    fn clean_name(&self, name: String) -> String {
        if name.chars().all(|c| c.is_ascii_alphabetic()) {
            return name;
        }
        if is_secret(&name) && has_operator(&name) { REMOVED.to_owned() } else { self.clean(&name) }
    }

    pub fn clean(&self, text: &str) -> String {
        let marked = self.mark(without_nul(text));
        // Whoever reads it may decode it.
        if marked.contains('%') && self.is_dirty(&decode(&marked)) {
            return REMOVED.to_owned();
        }
        marked.replace(MARK, REMOVED)
    }

    fn is_dirty(&self, text: &str) -> bool {
        self.mark(text.to_owned()) != text
    }

    fn mark(&self, mut text: String) -> String {
        let is_cut = text.contains("...") || text.contains('…');
        for (_, secret) in &self.found {
            if text.contains(secret) {
                text = text.replace(secret, MARK);
            }
            if is_cut {
                text = mark_all(&text, beginnings(&text, secret));
            }
        }
        mark_all(&text, shapes(&text))
    }

    /// A path, and a line with one: what can stay of it stays.
    pub fn clean_path(&self, path: &str) -> String {
        let segments: Vec<String> = path.split('/').map(|segment| self.clean(segment)).collect();
        self.clean(&segments.join("/"))
    }

    /// A query string: the values of secret names, and what a filter compares a secret with.
    pub fn clean_query(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (bare, said) = (decode_query(name), decode_query(value));
            if self.is_dirty(&bare) {
                REMOVED.to_owned()
            } else if !value.is_empty() && (is_secret(&bare) || is_secret(&said) || self.clean(&said) != said) {
                format!("{name}={REMOVED}")
            } else {
                pair.to_owned()
            }
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// A body that is no JSON: nobody knows what stands where in it.
    pub fn clean_unreadable(&self, text: &str) -> String {
        // An escape may hide a name.
        if [without_nul(text), decode_query(text)].iter().any(|text| is_secret(text)) || text.contains("\\u") {
            return "[a body that is no JSON and may hold a secret, so it was not kept]".to_owned();
        }
        self.clean(text)
    }
}

/// Postgres holds none. They are taken out first: without them the rest may be a secret.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

fn decode(text: &str) -> String {
    without_nul(&percent_decode_str(text).decode_utf8_lossy())
}

fn decode_query(text: &str) -> String {
    decode(&text.replace('+', " "))
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// What is unassigned or a switch says nothing secret.
fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.is_boolean() || value.as_str().is_some_and(|text| is_one_of(text, &["true", "false"]))
}

fn take(value: &mut Value) {
    if !says_nothing(value) {
        *value = Value::from(REMOVED);
    }
}

fn is_labelled(map: &Map<String, Value>) -> bool {
    map.iter().any(|(name, label)| is_one_of(name, LABELS) && label.as_str().is_some_and(is_secret))
}

fn is_hidden(name: &str, labelled: bool) -> bool {
    is_secret(name) || (labelled && is_one_of(name, &["value", "values"]))
}

/// Whether an attribute of this name compares with something: a search, the path of an operation.
fn is_filter(name: &str) -> bool {
    is_one_of(name, &["filter", "path"])
}

fn compares(filter: &str) -> bool {
    is_secret(filter) && (filter.contains('"') || !compared(filter).is_empty())
}

fn has_operator(filter: &str) -> bool {
    filter.split_whitespace().any(|word| is_one_of(word, OPERATORS))
}

/// What a filter on a secret compares with, in quotes or without, as it is and as it is meant.
fn compared(filter: &str) -> Vec<String> {
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

/// Whether an attribute of this name holds a secret: `password`, `urn:...:User:apiToken`, `client_secret`, `newPin2`.
fn is_secret(name: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let mut whole = name.split(|c: char| !c.is_ascii_alphanumeric());
    NAMES.iter().any(|part| letters.contains(part))
        || whole.any(|word| is_one_of(word, WHOLE_NAMES))
        || words(name).any(|word| is_one_of(word, WORDS) || is_one_of(word.trim_end_matches('s'), WORDS))
}

/// The words of `camelCase`, `PINCode`, `snake_case2`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphabetic()).flat_map(|run| {
        let letters = run.as_bytes();
        let begins = move |at: &usize| {
            let after_small = letters[*at].is_ascii_uppercase() && letters[*at - 1].is_ascii_lowercase();
            let before_small =
                letters[*at].is_ascii_uppercase() && letters.get(*at + 1).is_some_and(u8::is_ascii_lowercase);
            after_small || before_small
        };
        let ends = (1..run.len()).filter(begins).chain([run.len()]);
        ends.scan(0, move |start, end| Some(&run[std::mem::replace(start, end)..end]))
    })
}

/// Whether nothing in a text of our own names a secret or looks like one. Whoever writes with escapes may hide a name.
pub fn holds_none(text: &str) -> bool {
    !is_secret(text) && Removed::default().clean(text) == text
}

fn mark_all(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.sort_by_key(|range| range.start);
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for range in ranges {
        if range.start >= done {
            out.push_str(&text[done..range.start]);
            out.push_str(MARK);
        }
        done = done.max(range.end);
    }
    out + &text[done..]
}

/// Where a secret begins and dots stand for the rest of it.
fn beginnings(text: &str, secret: &str) -> Vec<Range<usize>> {
    let Some((shortest, _)) = secret.char_indices().nth(BEGINNING.start) else { return Vec::new() };
    let found = text.match_indices(&secret[..shortest]).map(|(at, _)| {
        let alike = secret.chars().zip(text[at..].chars()).take(BEGINNING.end).take_while(|(a, b)| a == b);
        at..at + alike.map(|(c, _)| c.len_utf8()).sum::<usize>()
    });
    found.filter(|range| ["...", "…"].iter().any(|dots| text[range.end..].starts_with(dots))).collect()
}

/// Where something stands in a text that looks like a secret.
fn shapes(text: &str) -> Vec<Range<usize>> {
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

/// `password=...` inside of a text.
fn named(text: &str, at: usize) -> Option<Range<usize>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let name = &text[text[..at].trim_end_matches(is_name).len()..at];
    is_secret(name).then(|| at + 1..at + 1 + up_to(&text[at + 1..], "\"'&#<>[]{}|\\").len())
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
    let value = up_to(rest, "\"'<>,;&()[]{}|\\");
    let start = text.len() - rest.len();
    (start > end && value.len() >= SHORTEST).then_some(start..start + value.len())
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn cleaned(mut value: Value) -> Value {
        let mut removed = Removed::default();
        removed.find_json(&value);
        removed.clean_json(&mut value);
        value
    }

    fn clean_text(text: &str) -> String {
        Removed::default().clean(text)
    }

    fn clean_query(query: &str) -> String {
        Removed::default().clean_query(query)
    }

    fn clean_unreadable(text: &str) -> String {
        Removed::default().clean_unreadable(text)
    }

    #[test]
    fn what_a_secret_name_holds_is_removed_whole() {
        let user =
            json!({ "userName": "ada", "Password": "x1!", "urn:x:2.0:User": { "api_token": ["a", { "b": 1 }] } });
        let kept = json!({ "userName": "ada", "Password": REMOVED, "urn:x:2.0:User": { "api_token": REMOVED } });
        assert_eq!(cleaned(user), kept);
        assert_eq!(
            cleaned(json!({ "password": null, "changePassword": true })),
            json!({ "password": null, "changePassword": true })
        );
    }

    #[test]
    fn an_operation_on_a_secret_loses_its_value_wherever_its_path_stands() {
        let patch = json!({ "Operations": [
            { "op": "replace", "value": "x1!", "path": "password" },
            { "op": "replace", "value": { "password": "x2!", "title": "Analyst" } },
        ] });
        let text = cleaned(patch).to_string();
        assert!(!text.contains("x1!") && !text.contains("x2!") && text.contains("Analyst"), "{text}");
    }

    #[test]
    fn what_a_secret_is_compared_with_is_removed() {
        let search = json!({ "filter": "password eq \"hunter2\"", "Operations": [
            { "op": "remove", "path": "apiTokens[value eq \"tok-1\"].display" }, { "op": "add", "path": "title" } ] });
        let text = cleaned(search).to_string();
        assert!(!text.contains("hunter2") && !text.contains("tok-1") && text.contains("title"), "{text}");
    }

    #[test]
    fn of_two_that_begin_alike_nothing_stays_and_there_is_a_bound() {
        let mut removed = Removed::default();
        removed.find_json(&json!({ "tokens": ["abcd", "abcdef"] }));
        assert_eq!(removed.clean("x abcdef y abcd"), "x [removed] y [removed]");
        assert!(!removed.overflowed());
        let many: Vec<String> = (0..=MOST).map(|n| format!("secret {n}")).collect();
        removed.find_json(&json!({ "tokens": many[..MOST_IN_BODY] }));
        assert!(removed.overflows_body() && !removed.overflowed());
        removed.find_json(&json!({ "tokens": many }));
        assert!(removed.overflowed() && removed.found.len() == MOST);
    }

    #[test]
    fn what_looks_like_a_secret_is_removed_wherever_it_stands() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc";
        for secret in ["rc_scim_0123456789ab_abcdef", "ghp_0123456789abcdef0123", jwt, "sk_live_0123456789abcdef"] {
            let text = format!("see \"{secret}\", and {secret}");
            assert_eq!(clean_text(&text), "see \"[removed]\", and [removed]");
        }
        assert_eq!(clean_text("Authorization: Bearer abcdefgh"), "Authorization: Bearer [removed]");
        for harmless in ["desk-1", "sk-", "ASIA", "Ada eyJ", "a bearer of news"] {
            let kept = clean_text(harmless);
            assert!(kept == harmless || harmless.contains("bearer"), "{kept}");
        }
    }

    #[test]
    fn a_secret_is_found_in_a_query_however_it_is_written_there() {
        let token = "rc_scim_0123456789ab_abcdef";
        for query in [
            format!("filter=title%20eq%20%22{token}%22"),
            format!("filter=title+eq+%22{token}%22&count=1"),
            "filter=title%20eq%20%22%65yJhbGciOi.eyJzdWIi.abc%22".to_owned(),
            "filter=title%20eq%20%22-----BEGIN%20PRIVATE%20KEY-----MIIE%22".to_owned(),
            "p%61ssword=hunter22".to_owned(),
        ] {
            let cleaned = clean_query(&query);
            assert!(
                cleaned.contains(REMOVED) && !cleaned.contains("rc_scim") && !cleaned.contains("hunter"),
                "{cleaned}"
            );
            assert!(!cleaned.contains("MIIE") && !cleaned.contains("abc%22"), "{cleaned}");
        }
        let harmless = "filter=userName%20eq%20%22ada%40example.com%22&startIndex=1";
        assert_eq!(clean_query(harmless), harmless);
    }

    #[test]
    fn a_secret_is_found_between_any_signs_and_under_short_names() {
        let key = "ghp_0123456789abcdef0123";
        for text in [format!("key:{key}"), format!("https://u:{key}@github.com"), format!("x[{key}]")] {
            assert!(!clean_text(&text).contains(key), "{text}");
        }
        assert!(!clean_text("-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----").contains("MIIE"));
        let kept = cleaned(json!({ "pwd": "a1", "urn:x:User": { "pin": "1234", "otp": "9" }, "shippingCode": "7" }));
        assert_eq!(kept["pwd"], REMOVED);
        assert_eq!((&kept["urn:x:User"]["pin"], &kept["urn:x:User"]["otp"]), (&json!(REMOVED), &json!(REMOVED)));
        assert_eq!(kept["shippingCode"], "7");
        assert!(clean_unreadable("{ \"p\\u0061ssword\": \"hunter22\", ").starts_with("[a body"));
    }

    #[test]
    fn a_text_that_names_a_secret_has_to_be_read() {
        assert!(holds_none(r#"{"userName":"ada","active":true}"#));
        for text in [r#"{"api_Key":1}"#, r#"{"x":"rc_scim_0123456789ab"}"#, r#"{"pass-word":"x"}"#, "Bearer x"] {
            assert!(!holds_none(text), "{text}");
        }
    }

    #[test]
    fn a_query_keeps_what_is_no_secret() {
        assert_eq!(clean_query("filter=userName+eq+%22ada%22&count=1"), "filter=userName+eq+%22ada%22&count=1");
        assert_eq!(clean_query("access_token=abc&count=1"), "access_token=[removed]&count=1");
        assert_eq!(clean_query("filter=password%20eq%20%22x%22"), "filter=[removed]");
        assert_eq!(clean_query("aadOptscim062020"), "aadOptscim062020");
    }

    #[test]
    fn a_body_that_cannot_be_read_is_kept_only_when_it_speaks_of_no_secret() {
        assert_eq!(clean_unreadable("{\"userName\": \"ada\""), "{\"userName\": \"ada\"");
        assert!(!clean_unreadable("{\"password\": \"x1!\"").contains("x1!"));
    }

    #[test]
    fn a_secret_is_removed_in_front_of_its_name_too() {
        let s = "Sommer!2024";
        for value in [
            json!({ "displayName": s, "nickName": s, "password": s }),
            json!({ "Operations": [{ "bulkId": s, "data": { "password": s }, "path": "/Users" }] }),
            json!({ "Operations": [{ "path": "title", "value": s }, { "path": "password", "value": s }] }),
            json!({ "a": 81_726_354, "pin": 81_726_354, "x": "81726354 Sommer!2024", "zToken": [s] }),
            json!({ "a": s, "name": "password", "value": s }),
            json!({ "a": s, "Path": "password", "path": "title", "value": s }),
            json!({ "a": s, "Path": "title", "path": "password", "value": s }),
            json!({ "a": s, "filter": format!("password eq {s}") }),
            json!({ "a": s, "filter": format!("not (userName pr and password EQ {s})") }),
            json!({ "a": s, "filter": format!("password {s}") }),
            json!({ "a": s, "path": format!("apiTokens[value eq {s}].display") }),
            json!({ "a": s, "value": { format!("apiTokens[value eq \"{s}\"].display"): "x" } }),
            json!({ "a": s, "value": { format!("apiTokens[value eq {s}].display"): "x" } }),
            json!({ "a": s, "b": format!("https://ada:{s}@example.com/x") }),
            json!({ "a": s, "b": format!("https://example.com/?x=1&password={s}&y=2") }),
            json!({ "a": s, "b": format!("see access_token={s}") }),
            json!({ (s): s, "password": s }),
        ] {
            let text = cleaned(value.clone()).to_string();
            assert!(!text.contains(s) && !text.contains("81726354"), "{value} was kept as {text}");
        }
    }

    #[test]
    fn a_secret_of_the_query_is_known() {
        for query in [
            "password=hunter%2122",
            "x=1&filter=password+eq+hunter!22",
            "filter=password%20eq%20%22hunter!22%22",
            "filter=apiTokens%5Bvalue%20eq%20hunter!22%5D",
            "x=https://example.com?password=hunter!22",
        ] {
            let mut removed = Removed::default();
            removed.find_query(query);
            assert_eq!(removed.clean("\"hunter!22\" is not a value."), "\"[removed]\" is not a value.", "{query}");
        }
        let mut removed = Removed::default();
        removed.find_query("filter=displayName+eq+%22Token+Team%22&attributes=password,userName");
        assert!(removed.is_empty(), "these are compared with no secret");
    }

    #[test]
    fn the_beginning_of_a_secret_is_removed_too() {
        let mut removed = Removed::default();
        removed.find_json(&json!({ "password": "0123456789abcdef\nx" }));
        for (said, kept) in [
            ("\"0123456789ab...\" is wrong", "\"[removed]...\" is wrong"),
            ("x 01234567… y 0123456...", "x [removed]… y 0123456..."),
            ("0123456789 no dots", "0123456789 no dots"),
            ("\"0123456789abcdef\u{fffd}x\"", "\"[removed]\""),
        ] {
            assert_eq!(removed.clean(said), kept);
        }
    }

    #[test]
    fn a_token_is_found_however_it_is_hidden() {
        let token = "rc_scim_0123456789ab_abcdef";
        let encoded = token.replace('_', "%5F");
        let nul = token.chars().flat_map(|c| [c, '\0']).collect::<String>();
        for text in [
            format!("\"note\":\"\\n{token}"),
            format!("\"note\":\"x\\t{token}\\nmore"),
            format!("abc{token}"),
            nul,
            token.replace("rc_", "rc_\0"),
            encoded.clone(),
            format!("Bearer\\nhunter22 {token}"),
        ] {
            for kept in
                [clean_text(&text), clean_unreadable(&text), clean_query(&text), clean_query(&format!("{text}=1"))]
            {
                assert!(!kept.contains("abcdef") && !kept.contains("hunter22"), "{text} was kept as {kept}");
            }
        }
        let path = format!("/Users/{encoded}/x");
        assert_eq!(Removed::default().clean_path(&path), "/Users/[removed]/x");
        assert_eq!(Removed::default().clean_path("POST /Users/a%20b"), "POST /Users/a%20b");
        assert_eq!(cleaned(json!({ (token): 1, "path": path })), json!({ REMOVED: 1, "path": "/Users/[removed]/x" }));
        for text in ["p%61ssword=hunter22", "x=1&p%61ss+word=hunter22", "title=Bearer%0Ahunter22", "Bearer\nhunter22"] {
            assert!(!clean_unreadable(text).contains("hunter22"), "{text}");
        }
    }

    #[test]
    fn names_of_secrets_are_told_from_words_that_have_them_in_them() {
        for name in [
            "userPwd",
            "newPin",
            "pinCode",
            "PINCode",
            "totp",
            "otpSeed",
            "PIN1",
            "pins",
            "user_pin2",
            "passwort",
            "Kennwort",
            "passkey",
            "jwt",
            "idJwt",
            "bearer",
            "assertion",
            "client_assertion",
            "signingKey",
            "encryptionKey",
            "hmacKey",
            "connectionString",
            "securityAnswer",
            "verificationCode",
            "backupCodes",
            "urn:x:2.0:User:newPin",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "shipping",
            "shippingAddress",
            "spinning",
            "opinion",
            "pinned",
            "authType",
            "keyboard",
            "publicKey",
            "passport",
            "passThrough",
            "boardingPass",
            "compass",
            "laptop",
            "adoption",
            "forbearer",
            "userName",
            "employeeNumber",
            "pinyin",
            "Alpine",
            "topic",
            "code",
            "verification",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_is_harmless_stays() {
        for text in [
            "task_test_of_something_long",
            "lengths_highs_of_a_long_word",
            "desk-of-somebody-important",
            "a=b",
            "100%",
            "https://example.com:8080/Users/1?count=1",
            "mailto:ada@example.com",
            "https://example.com/a:b@c",
            "50%20off",
            "W/\"1\"",
            "forbearers of news",
            "count=1&startIndex=2",
            "…",
            "...",
        ] {
            assert_eq!(clean_text(text), text);
            assert!(holds_none(text), "{text}");
        }
        let user = json!({ "active": true, "emails": [{ "type": "work", "value": "a@example.com" }], "title": "bearer",
            "forcePasswordChange": "False", "x": "False", "tokenKind": "user", "userName": "ada", "name": { "value": "x" } });
        let mut kept = user.clone();
        kept["tokenKind"] = REMOVED.into();
        assert_eq!(cleaned(user), kept);
    }
    #[test]
    fn keys_of_others_are_known() {
        for start in STARTS.iter().filter(|start| **start != JWT) {
            let key = format!("{start}0123456789abcdef");
            assert_eq!(clean_text(&format!("x \"{key}\"")), "x \"[removed]\"");
        }
    }

    #[test]
    fn a_long_text_is_looked_through_once() {
        let at = std::time::Instant::now();
        for piece in ["=", "pin=", "://", "bearer:", "bearer ", "-eyJ", "-AKIA", "rc_scim_", "a.b=", "%41", "aB"] {
            clean_text(&piece.repeat(300_000 / piece.len()));
        }
        assert!(at.elapsed().as_secs() < 30, "{:?}", at.elapsed());
    }
}
