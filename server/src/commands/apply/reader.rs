//! Takes values out of a TOML document and collects what is wrong with it, each with its line.
//!
//! A [`Section`] is a table that knows where it stands. Every key that is understood is taken out of it; what is left at
//! [`Section::finish`] is refused, so that no line of a file is without effect in silence.

use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// What is wrong with one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    /// From 1.
    pub(super) line: usize,
    /// From the top, such as `connection.auth.client_id`; empty when the file is no TOML.
    pub(super) key: String,
    pub(super) reason: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key.as_str() {
            "" => write!(out, "line {}: {}", self.line, self.reason),
            key => write!(out, "line {}, {key}: {}", self.line, self.reason),
        }
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At<T> {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) value: T,
}

impl<T> At<T> {
    pub(super) fn problem(&self, reason: impl Into<String>) -> Problem {
        Problem { line: self.line, key: self.key.clone(), reason: reason.into() }
    }
}

/// The file's text, for line numbers, and all problems found in it.
pub(super) struct Reader<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl<'t> Reader<'t> {
    /// The document's top, or why it is no TOML.
    pub(super) fn open(text: &'t str) -> Result<(Self, Section<'t>), Vec<Problem>> {
        let reader = Self { text, problems: Vec::new() };
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let problem = |error: &toml::de::Error| Problem {
                line: reader.line(error.span().map_or(0, |span| span.start)),
                key: String::new(),
                reason: format!("this is not TOML: {}", error.message()),
            };
            return Err(errors.iter().map(problem).collect());
        }
        let top = Section::new(1, String::new(), document.into_inner());
        Ok((reader, top))
    }

    fn line(&self, offset: usize) -> usize {
        let end = offset.min(self.text.len());
        self.text.as_bytes()[..end].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    pub(super) fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// What was read, when nothing is wrong with it.
    pub(super) fn finish<T>(mut self, read: T) -> Result<T, Vec<Problem>> {
        if self.problems.is_empty() {
            return Ok(read);
        }
        self.problems.sort();
        self.problems.dedup();
        Err(self.problems)
    }
}

/// A table of the document, with the keys that nobody has taken yet.
pub(super) struct Section<'t> {
    line: usize,
    path: String,
    known: Vec<&'static str>,
    left: BTreeMap<String, (usize, Spanned<DeValue<'t>>)>,
}

impl<'t> Section<'t> {
    fn new(line: usize, path: String, table: DeTable<'t>) -> Self {
        let entry = |(key, value): (Spanned<DeString<'t>>, Spanned<DeValue<'t>>)| {
            let start = key.span().start;
            (key.into_inner().into_owned(), (start, value))
        };
        Self { line, path, known: Vec::new(), left: table.into_iter().map(entry).collect() }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The value as `read` takes it; `kind` is what else it should have been: "a text".
    fn take<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        kind: &str,
        read: impl FnOnce(DeValue<'t>) -> Option<T>,
    ) -> Option<At<T>> {
        self.known.push(key);
        let (start, value) = self.left.remove(key)?;
        let (line, key) = (reader.line(start), self.path_of(key));
        match read(value.into_inner()) {
            Some(value) => Some(At { line, key, value }),
            None => {
                reader.refuse(Problem { line, key, reason: format!("this is not {kind}") });
                None
            }
        }
    }

    /// A text, trimmed, of one line and so many characters at most; empty only when `empty` allows it.
    fn limited(&mut self, reader: &mut Reader<'_>, key: &'static str, most: usize, empty: bool) -> Option<At<String>> {
        let found = self.take(reader, key, "a text in quotes", |value| match value {
            DeValue::String(text) => Some(text.trim().to_owned()),
            _ => None,
        })?;
        let reason = match &found.value {
            text if text.is_empty() && !empty => "this is empty".to_owned(),
            text if text.chars().count() > most => format!("this is longer than {most} characters"),
            text if text.chars().any(char::is_control) => "this holds a control character".to_owned(),
            _ => return Some(found),
        };
        reader.refuse(found.problem(reason));
        None
    }

    pub(super) fn text(&mut self, reader: &mut Reader<'_>, key: &'static str, most: usize) -> Option<At<String>> {
        self.limited(reader, key, most, false)
    }

    pub(super) fn text_or_empty(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        most: usize,
    ) -> Option<At<String>> {
        self.limited(reader, key, most, true)
    }

    /// A text that must be there.
    pub(super) fn needed(&mut self, reader: &mut Reader<'_>, key: &'static str, most: usize) -> Option<At<String>> {
        let there = self.left.contains_key(key);
        let found = self.text(reader, key, most);
        if !there {
            reader.refuse(self.missing(key));
        }
        found
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.left.contains_key(key)
    }

    /// A problem of the table itself.
    pub(super) fn problem(&self, reason: &str) -> Problem {
        Problem { line: self.line, key: self.path.clone(), reason: reason.to_owned() }
    }

    pub(super) fn missing(&self, key: &str) -> Problem {
        Problem { line: self.line, key: self.path_of(key), reason: "this is missing".to_owned() }
    }

    pub(super) fn switch(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<At<bool>> {
        self.take(reader, key, "true or false", |value| value.as_bool())
    }

    /// One of the words of `all`.
    pub(super) fn word<T: Copy + std::str::FromStr>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        all: &[&str],
    ) -> Option<At<T>> {
        let found = self.text(reader, key, 100)?;
        match found.value.parse() {
            Ok(value) => Some(At { line: found.line, key: found.key, value }),
            Err(_) => {
                reader.refuse(found.problem(format!("`{}` is not one of: {}", found.value, all.join(", "))));
                None
            }
        }
    }

    /// A table below this one.
    pub(super) fn section(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Section<'t>> {
        self.table(reader, key, "a table")
    }

    /// A table that says where a secret is. What stands there instead is never repeated.
    pub(super) fn secret(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Section<'t>> {
        let kind = "{ env = \"...\" } or { file = \"...\" }; a secret does not stand in the file itself";
        self.table(reader, key, kind)
    }

    fn table(&mut self, reader: &mut Reader<'_>, key: &'static str, kind: &str) -> Option<Section<'t>> {
        let found = self.take(reader, key, kind, |value| match value {
            DeValue::Table(table) => Some(table),
            _ => None,
        })?;
        Some(Section::new(found.line, found.key, found.value))
    }

    /// The tables of `[[key]]`; none when there is no such key.
    pub(super) fn sections(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Vec<Section<'t>>> {
        let found = self.take(reader, key, "a list of tables, [[...]]", |value| match value {
            DeValue::Array(list) => list
                .into_iter()
                .map(|item| {
                    let start = item.span().start;
                    match item.into_inner() {
                        DeValue::Table(table) => Some((start, table)),
                        _ => None,
                    }
                })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        })?;
        let path = found.key;
        let section = |(start, table)| Section::new(reader.line(start), path.clone(), table);
        Some(found.value.into_iter().map(section).collect())
    }

    /// Keys that are planned: they are refused as that, not as unknown.
    pub(super) fn not_available(&mut self, reader: &mut Reader<'_>, keys: &[&'static str]) {
        for key in keys {
            if let Some((start, _)) = self.left.remove(*key) {
                let (line, key) = (reader.line(start), self.path_of(key));
                reader.refuse(Problem { line, key, reason: NOT_AVAILABLE.to_owned() });
            }
        }
    }

    /// A planned switch: off is what is, on is refused.
    pub(super) fn only_off(&mut self, reader: &mut Reader<'_>, key: &'static str) {
        if let Some(found) = self.switch(reader, key).filter(|found| found.value) {
            reader.refuse(found.problem(NOT_AVAILABLE));
        }
    }

    /// Every key of a table that anybody may name freely, with its word.
    pub(super) fn named<T: Copy + std::str::FromStr>(
        mut self,
        reader: &mut Reader<'_>,
        all: &[&str],
    ) -> Vec<(String, T)> {
        let mut read = Vec::new();
        for (name, (start, value)) in std::mem::take(&mut self.left) {
            let word = value.into_inner().as_str().and_then(|word| word.parse().ok());
            match word {
                Some(word) => read.push((name, word)),
                None => {
                    let reason = format!("this is not one of: {}", all.join(", "));
                    reader.refuse(Problem { line: reader.line(start), key: self.path_of(&name), reason });
                }
            }
        }
        read
    }

    /// Refuses what nobody took.
    pub(super) fn finish(self, reader: &mut Reader<'_>) {
        for (key, (start, _)) in &self.left {
            let (line, path) = (reader.line(*start), self.path_of(key));
            let known = self.known.join(", ");
            reader.refuse(Problem { line, key: path, reason: format!("there is no such key; known here: {known}") });
        }
    }
}

pub(super) const NOT_AVAILABLE: &str = "not available in this version";
