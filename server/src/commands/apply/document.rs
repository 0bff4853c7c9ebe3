//! The file as a whole.

use super::entry::{AdminEntry, ConnectionEntry, Rules, SourceEntry};
use super::provider::ProviderEntry;
use super::reader::{At, Problem, Reader};
use std::collections::BTreeSet;

/// Everything the file says, checked as far as it goes without the database and Zoom.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) sources: Vec<SourceEntry>,
    pub(super) providers: Vec<ProviderEntry>,
    pub(super) admins: Vec<AdminEntry>,
    pub(super) connections: Vec<ConnectionEntry>,
}

impl Document {
    /// Reads the whole file; all that is wrong with it is found at once.
    pub(super) fn parse(text: &str, rules: Rules<'_>) -> Result<Self, Vec<Problem>> {
        let (mut reader, mut top) = Reader::open(text)?;
        let reader_ref = &mut reader;
        let sections = top.sections(reader_ref, "source").unwrap_or_default();
        let sources = sections.into_iter().filter_map(|section| SourceEntry::read(section, reader_ref)).collect();
        let sections = top.sections(reader_ref, "provider").unwrap_or_default();
        let providers =
            sections.into_iter().filter_map(|section| ProviderEntry::read(section, reader_ref, rules)).collect();
        let sections = top.sections(reader_ref, "admin").unwrap_or_default();
        let admins = sections.into_iter().filter_map(|section| AdminEntry::read(section, reader_ref)).collect();
        let sections = top.sections(reader_ref, "connection").unwrap_or_default();
        let connections =
            sections.into_iter().filter_map(|section| ConnectionEntry::read(section, reader_ref, rules)).collect();
        top.finish(reader_ref);
        let document = Self { sources, providers, admins, connections };
        unique(reader_ref, document.sources.iter().map(|entry| &entry.name));
        unique(reader_ref, document.providers.iter().map(|entry| &entry.slug));
        unique(reader_ref, document.admins.iter().map(|entry| &entry.email));
        unique(reader_ref, document.connections.iter().map(|entry| &entry.name));
        for connection in &document.connections {
            unique(reader_ref, connection.assign.iter().flatten());
        }
        reader.finish(document)
    }
}

/// Names are compared without case, as the directory does.
fn unique<'a>(reader: &mut Reader<'_>, names: impl Iterator<Item = &'a At<String>>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.value.to_lowercase()) {
            reader.refuse(name.problem(format!("`{}` stands in the file twice", name.value)));
        }
    }
}

#[cfg(test)]
mod tests;
