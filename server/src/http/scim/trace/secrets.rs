//! Takes secrets out of what is kept: whatever stands under a name that says so, and whatever looks like one. First all
//! secrets of a request are found, then they are taken out wherever they stand.

mod compared;
mod names;
mod shapes;

use compared::{compared, compares, has_operator};
use names::{LABELS, is_one_of, is_secret};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use shapes::shapes;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::{Bound, Range};

/// What stands in a secret's place.
const REMOVED: &str = "[removed]";

/// Stands there until all are found, so that none is looked for in [`REMOVED`]. A text has none of its own.
const MARK: &str = "\0";

/// Shorter ones are found in too much that is none.
const SHORTEST: usize = 4;

/// How many bytes of a request are looked through, with all that stands in its texts: those of its bodies, and enough for
/// what was encoded more than once.
const MOST_READ: usize = 32 * 1_048_576;

/// The shortest beginning of a secret, in front of dots, that is taken for it, in characters; and how far back from the
/// dots is looked, in bytes.
const BEGINNING: Range<usize> = 8..300;

/// A longer text is no sentence of ours, which shortens what it names.
const SENTENCE: usize = 4_096;

/// At how many places of a request the beginning of a secret is looked for; a text behind them is not kept.
const MOST_BEGINNINGS: usize = 2_000_000;

/// How many times over a text is decoded, to see whether it hides something.
const MOST_DECODED: usize = 4;

/// The most secrets of one request that are looked for elsewhere in it: a bulk request may have a thousand passwords.
const MOST: usize = 1_000;

/// The most that are looked for in a body: each is a walk through all of it.
const MOST_IN_BODY: usize = 100;

/// The secrets that were found in a request: they are taken out of all of it, whatever they stand under.
#[derive(Default)]
pub struct Removed {
    /// The longest first: one may begin with another.
    found: BTreeSet<(Reverse<usize>, String)>,
    /// The same by their letters.
    by_name: BTreeSet<String>,
    /// How many bytes were looked through.
    read: usize,
    /// There were more: nobody knows where else they stand.
    more: bool,
    /// What is looked through now stands within something that was decoded.
    within: bool,
    /// At how many places the beginning of a secret was looked for.
    beginnings: Cell<usize>,
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

    /// What was sent may hold secrets that nobody finds: nothing that repeats it is kept.
    pub const fn give_up(&mut self) {
        self.more = true;
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
                    if is_filter(name) {
                        self.find_compared(value);
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
            let (names, values) = (readings(&spaced(name)), readings(&spaced(value)));
            if names.iter().any(|name| is_secret(name)) {
                values.into_iter().for_each(|value| self.remember(&Value::from(value)));
            } else if names.iter().any(|name| is_filter(name)) {
                // Its quotes are read once it is decoded.
                let decoded = values.get(1..).filter(|decoded| !decoded.is_empty()).unwrap_or(&values);
                decoded.iter().for_each(|value| self.keep_all(compared(value)));
            }
        }
        self.find(&spaced(query));
    }

    /// What a filter or a path, or each of a list, compares a secret with.
    fn find_compared(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.keep_all(compared(text)),
            Value::Array(items) => items.iter().for_each(|item| self.find_compared(item)),
            _ => {}
        }
    }

    pub fn find_path(&mut self, path: &str) {
        self.find(path);
        let last = readings(path).pop().unwrap_or_default();
        last.split('/').filter(|segment| has_operator(segment)).for_each(|segment| self.keep_all(compared(segment)));
    }

    /// What looks like a secret in a text.
    pub fn find(&mut self, text: &str) {
        for (times, text) in readings(text).into_iter().enumerate() {
            self.read += text.len();
            if self.read > MOST_READ {
                self.more = true;
                return;
            }
            // Decoded once more at each level, it would be looked through more often than anybody could wait for.
            match Inside::of(&text) {
                Inside::Json(value) if times == 0 || !self.within => {
                    let within = self.within;
                    self.within = within || times > 0;
                    self.find_json(&value);
                    self.within = within;
                }
                Inside::Json(_) | Inside::Broken => self.keep_all(quoted(&text)),
                Inside::Nothing => {}
            }
            let found = shapes(&text).into_iter().map(|range| text[range].trim_end_matches([')', ',', ';', '.']));
            // A word of letters alone may follow "bearer" in any sentence.
            let odd = found.filter(|it| it.chars().skip(1).any(|c| !c.is_lowercase()));
            self.keep_all(odd.map(str::to_owned).collect::<Vec<_>>());
        }
    }

    fn remember(&mut self, value: &Value) {
        match value {
            _ if says_nothing(value) => {}
            Value::String(text) => {
                self.keep(text);
                if let Inside::Json(inside) = Inside::of(text) {
                    self.remember(&inside);
                }
            }
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
                self.by_name.insert(secret.1.clone());
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
        let text = match Inside::of(text) {
            Inside::Json(inside) => {
                let mut cleaned = inside.clone();
                self.clean_json(&mut cleaned);
                if cleaned == inside { text.to_owned() } else { cleaned.to_string() }
            }
            Inside::Broken => return REMOVED.to_owned(),
            Inside::Nothing => text.to_owned(),
        };
        self.clean_plain(&text)
    }

    /// A text as it stands, whatever it is besides.
    fn clean_plain(&self, text: &str) -> String {
        let marked = self.mark(without_nul(text));
        // Whoever reads it may decode it.
        if readings(&marked).iter().skip(1).any(|reading| self.is_dirty_reading(reading)) {
            return REMOVED.to_owned();
        }
        marked.replace(MARK, REMOVED)
    }

    fn is_dirty(&self, text: &str) -> bool {
        self.mark(text.to_owned()) != text
    }

    /// As it stands, or as whoever decodes it reads it.
    fn is_dirty_within(&self, text: &str) -> bool {
        readings(text).iter().any(|reading| self.is_dirty_reading(reading))
    }

    fn is_dirty_reading(&self, text: &str) -> bool {
        self.is_dirty(text) || (text.contains('{') && is_secret(text))
    }

    fn mark(&self, mut text: String) -> String {
        let is_cut = !self.found.is_empty() && text.len() <= SENTENCE && (text.contains("...") || text.contains('…'));
        for (_, secret) in &self.found {
            if text.contains(secret) {
                text = text.replace(secret, MARK);
            }
        }
        if is_cut {
            let dots = text.matches("...").count() + text.matches('…').count();
            self.beginnings.set(self.beginnings.get() + dots * BEGINNING.end.min(text.len()));
            if self.beginnings.get() > MOST_BEGINNINGS {
                return MARK.to_owned();
            }
            text = mark_all(&text, self.beginnings(&text));
        }
        mark_all(&text, shapes(&text))
    }

    /// Where secrets begin and dots stand for the rest of them.
    fn beginnings(&self, text: &str) -> Vec<Range<usize>> {
        let dots = |dots: &'static str| text.match_indices(dots).map(|(at, _)| at);
        let ends = dots("...").filter(|at| !text[..*at].ends_with('.')).chain(dots("…"));
        ends.filter_map(|end| {
            let start = text.floor_char_boundary(end.saturating_sub(BEGINNING.end));
            let mut begins = text[start..end].char_indices().map(|(at, _)| start + at);
            let is_beginning = |at: &usize| {
                let said = &text[*at..end];
                let next = self.by_name.range::<str, _>((Bound::Included(said), Bound::Unbounded)).next();
                next.is_some_and(|secret| secret.starts_with(said)) && said.chars().count() >= BEGINNING.start
            };
            begins.find(is_beginning).map(|at| at..end)
        })
        .collect()
    }

    /// A path, and a line with one: what can stay of it stays.
    pub fn clean_path(&self, path: &str) -> String {
        if !self.is_dirty_within(path) {
            return path.to_owned();
        }
        let segments: Vec<String> = path.split('/').map(|segment| self.clean(segment)).collect();
        self.clean(&segments.join("/"))
    }

    /// A query string: the values of secret names, and what a filter compares a secret with.
    pub fn clean_query(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (names, values) = (readings(&spaced(name)), readings(&spaced(value)));
            if names.iter().any(|name| self.is_dirty(name)) {
                REMOVED.to_owned()
            } else if !value.is_empty()
                && (names.iter().chain(&values).any(|text| is_secret(text))
                    || values.iter().any(|text| self.is_dirty(text)))
            {
                format!("{name}={REMOVED}")
            } else {
                pair.to_owned()
            }
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// A body that is no JSON: nobody knows what stands where in it.
    pub fn clean_unreadable(&self, text: &str) -> String {
        if may_hide(text) {
            return "[a body that is no JSON and may hold a secret, so it was not kept]".to_owned();
        }
        self.clean(text)
    }
}

/// Whether a body that is no JSON names a secret, or may: an escape may hide a name.
pub fn may_hide(text: &str) -> bool {
    readings(&spaced(text)).iter().any(|text| is_secret(text)) || text.contains("\\u")
}

/// A sentence of ours about a body that nobody could read, without what it quotes of it.
pub fn unquoted(sentence: &str) -> String {
    match (sentence.find('"'), sentence.rfind('"')) {
        (Some(first), Some(last)) => format!("{}{REMOVED}{}", &sentence[..first], &sentence[last + 1..]),
        _ => sentence.to_owned(),
    }
}

/// Postgres holds none. They are taken out first: without them the rest may be a secret.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// A text as it stands, and as it reads when it is decoded once, twice, and so on: what passes through several hands is
/// encoded by each.
fn readings(text: &str) -> Vec<String> {
    let mut readings = vec![without_nul(text)];
    while readings.len() <= MOST_DECODED
        && let Some(last) = readings.last()
    {
        let next = without_nul(&percent_decode_str(last).decode_utf8_lossy());
        if next == *last {
            break;
        }
        readings.push(next);
    }
    readings
}

/// As a form writes a blank.
fn spaced(text: &str) -> String {
    text.replace('+', " ")
}

/// What a text is besides: JSON itself, as Entra's roles are.
enum Inside {
    Json(Value),
    /// Something like it that names a secret, and nobody knows what stands where in it.
    Broken,
    Nothing,
}

impl Inside {
    fn of(text: &str) -> Self {
        if !text.contains(['{', '[', '"']) {
            return Self::Nothing;
        }
        let is_json = text.trim_start().starts_with(['{', '[', '"']);
        match is_json.then(|| scim::json::parse(text.as_bytes()).ok()).flatten() {
            Some(inside) => Self::Json(inside),
            None if text.contains('{') && (is_secret(text) || text.contains("\\u")) => Self::Broken,
            None => Self::Nothing,
        }
    }
}

/// What stands in quotes in something like JSON, but for the names of secrets, and each word with a digit in it.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split('"').map(|part| part.trim_end_matches('\\')).filter(|part| !is_secret(part));
    let words = text.split(|c: char| c.is_whitespace() || "{}[]\",:\\".contains(c));
    let words = words.filter(|word| word.contains(|c: char| c.is_ascii_digit()));
    parts.chain(words).map(str::to_owned)
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
    map.iter().any(|(name, label)| is_one_of(name, LABELS) && names_secret(label))
}

fn names_secret(label: &Value) -> bool {
    match label {
        Value::String(text) => readings(text).iter().any(|text| is_secret(text)),
        Value::Array(items) => items.iter().any(names_secret),
        _ => false,
    }
}

fn is_hidden(name: &str, labelled: bool) -> bool {
    is_secret(name) || (labelled && is_one_of(name, &["value", "values"]))
}

/// Whether an attribute of this name compares with something: a search, the path of an operation.
fn is_filter(name: &str) -> bool {
    is_one_of(name, &["filter", "path", "sortBy", "attributes", "excludedAttributes"])
}

/// Whether nothing in a text of our own names a secret or looks like one. Whoever writes with escapes may hide a name.
pub fn holds_none(text: &str) -> bool {
    !is_secret(text) && Removed::default().clean_plain(text) == text
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

#[cfg(test)]
mod tests;
