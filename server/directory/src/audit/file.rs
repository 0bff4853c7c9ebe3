//! The check of an export, away from the database: all it needs is the file and `ROLLCALL_KEY`.

use super::AuditKey;
use super::chain::Hash;
use super::checkpoints::Checkpoint;
use super::diagnosis::Diagnosis;
use super::lines::{CheckpointLine, End, FORMAT, Header, Line, Seal, Whole};
use super::rows::{Head, Link};
use super::walk::{Broken, Walk, describe};
use crate::Keyring;
use chrono::{DateTime, Utc};
use model::audit::{Fault, Finding, Progress, Report};
use serde::Deserialize;
use std::io::BufRead;

/// Why nothing can be said about a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error(
        "line {line} is not of an export of the audit log: {why}. Give the file as `rollcall audit export` or the audit \
         page wrote it, as JSON lines and not changed by another program."
    )]
    Line { line: usize, why: String },
    #[error(
        "the hashes cannot be checked: the file was exported under another ROLLCALL_KEY (its id begins {id}). Set \
         ROLLCALL_KEY to the one that was in use then, or export again."
    )]
    OtherKey { id: String },
    #[error(
        "the hashes cannot be checked: the key in the first line was altered. Nothing in this file can be trusted."
    )]
    AlteredKey,
}

/// What a check of a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    pub exported_at: DateTime<Utc>,
    /// Entries may be left out: each is checked by itself, and nothing is said about those that are not there.
    pub filtered: bool,
    pub report: Report,
}

/// Checks an export; `open` begins it from the start, and is called a second time when something is wrong.
pub fn verify<R: BufRead>(
    open: impl Fn() -> std::io::Result<R>,
    keyring: &Keyring,
    mut progress: impl FnMut(Progress),
) -> Result<FileReport, FileError> {
    let mut lines = Lines::new(open()?);
    let start = Start::read(&mut lines, keyring)?;
    let total = start.head.sequence;
    let mut say = |checked: i64| {
        if checked % 1_000 == 0 {
            progress(Progress { checked, total });
        }
    };
    let Start { header, key, head, checkpoints, next, seal } = start;
    let entries = Entries { lines, next, seal, whole: None };
    let report = if header.filtered {
        each_by_itself(&key, entries, &mut say)?
    } else {
        whole(Walk::new(&key, Some(head), &checkpoints, &[]), &key, entries, &open, &mut say)?
    };
    Ok(FileReport { exported_at: header.exported_at, filtered: header.filtered, report })
}

/// What stands before the entries; the first line behind it was read as well.
struct Start {
    header: Header,
    key: AuditKey,
    head: Head,
    checkpoints: Vec<Checkpoint>,
    next: Option<String>,
    seal: Seal,
}

impl Start {
    fn read<R: BufRead>(lines: &mut Lines<R>, keyring: &Keyring) -> Result<Self, FileError> {
        let first = lines.next()?.ok_or_else(|| lines.wrong("it is empty"))?;
        let header: Header = lines.parse(&first)?;
        if header.format != FORMAT {
            return Err(lines.wrong(format!("its format is {}, and this version reads {FORMAT}", header.format)));
        }
        let key = header.key.open(keyring).map_err(|error| match error {
            crate::keyring::KeyError::NotGiven { id } => FileError::OtherKey { id },
            _ => FileError::AlteredKey,
        })?;
        let second = lines.next()?.ok_or_else(|| lines.wrong("it ends here"))?;
        let End { sequence, hash, signature, .. } = lines.parse(&second)?;
        let seal = Seal::new(&key, &first, &second);
        let mut checkpoints = Vec::new();
        let mut next = lines.next()?;
        while let Some(line) = next.as_ref().filter(|line| lines.kind(line).is_ok_and(|kind| kind == "checkpoint")) {
            checkpoints.push(lines.parse::<CheckpointLine>(line)?.checkpoint);
            next = lines.next()?;
        }
        Ok(Self { header, key, head: Head { sequence, hash, signature }, checkpoints, next, seal })
    }
}

/// The entries of the file, and its last line.
struct Entries<R> {
    lines: Lines<R>,
    next: Option<String>,
    seal: Seal,
    whole: Option<Whole>,
}

impl<R: BufRead> Entries<R> {
    /// The next entry, and the hash it says stood before it; none behind the last.
    fn next(&mut self) -> Result<Option<(Link, Option<Hash>)>, FileError> {
        let Some(line) = self.next.take() else { return Ok(None) };
        if self.lines.kind(&line)? == "whole" {
            self.whole = Some(self.lines.parse(&line)?);
            self.next = self.lines.next()?;
            return Ok(None);
        }
        let entry: Line = self.lines.parse(&line)?;
        self.next = self.lines.next()?;
        self.seal.add(&entry.hash);
        Ok(Some(link(&entry)))
    }

    /// Whether the file is as it was exported, everything in it fitting by itself. `last` is its last entry.
    fn end(self, last: i64) -> Option<Finding> {
        let expected = self.seal.last_line();
        let found = |fault, text: &str| Some(Finding { fault, sequence: last, text: text.to_owned() });
        match self.whole {
            None => found(Fault::Cut, "The last line of the file was cut off: the export is not whole."),
            Some(_) if self.next.is_some() => {
                found(Fault::Inserted, "Something was inserted behind the file's last line.")
            }
            Some(whole) if whole.entries > expected.entries => found(
                Fault::Deleted,
                &format!("The file was altered: {} of its entries were deleted.", whole.entries - expected.entries),
            ),
            Some(whole) if whole.mac != expected.mac => found(
                Fault::Signature,
                "The file was altered: its last line does not fit the first, the second and the entries.",
            ),
            Some(_) => None,
        }
    }
}

/// An entry of the file, and the hash it says stood before it.
fn link(line: &Line) -> (Link, Option<Hash>) {
    let link = Link {
        sequence: Some(line.sequence),
        // What is no hash fits nothing, as in the database.
        hash: Some(line.hash.parse::<Hash>().map(Hash::to_vec).unwrap_or_default()),
        mac: line.mac.as_ref().map(|mac| mac.parse::<Hash>().map(Hash::to_vec).unwrap_or_default()),
        content: line.content(),
    };
    (link, line.previous.parse().ok())
}

fn whole<R: BufRead>(
    mut walk: Walk<'_>,
    key: &AuditKey,
    mut entries: Entries<R>,
    open: impl Fn() -> std::io::Result<R>,
    say: &mut dyn FnMut(i64),
) -> Result<Report, FileError> {
    while let Some((link, _)) = entries.next()? {
        let broken = match walk.step(&link) {
            Ok(()) => {
                say(walk.entries());
                continue;
            }
            Err(broken) => broken,
        };
        let finding = match broken {
            Broken::Found(finding) => finding,
            Broken::Suspect(suspect) => {
                let mut diagnosis = Diagnosis::new(key, *suspect);
                let mut again = Lines::new(open()?);
                while let Some(line) = again.next()? {
                    if again.kind(&line)? == "entry" {
                        diagnosis.consider(&link_of(&again, &line)?);
                    }
                }
                diagnosis.conclude()
            }
        };
        return Ok(walk.report(0, Some(finding)));
    }
    let end = walk.end().or_else(|| entries.end(walk.last()));
    Ok(walk.report(0, end))
}

fn link_of<R: BufRead>(lines: &Lines<R>, line: &str) -> Result<Link, FileError> {
    Ok(link(&lines.parse::<Line>(line)?).0)
}

fn each_by_itself<R: BufRead>(
    key: &AuditKey,
    mut entries: Entries<R>,
    say: &mut dyn FnMut(i64),
) -> Result<Report, FileError> {
    let mut report = Report::default();
    while let Some((link, previous)) = entries.next()? {
        let sequence = link.sequence.unwrap_or_default();
        let fits = previous.is_some_and(|previous| {
            link.hash() == Some(key.link(sequence, previous, &link.content, link.mac.as_deref()))
        });
        let wrong = if sequence <= report.verified {
            Some((Fault::Inserted, "was inserted: it is not in order"))
        } else if !fits {
            Some((Fault::Edited, "was edited: its hash does not fit"))
        } else if !link.is_genuine(key) {
            Some((Fault::Inserted, "was inserted: it is not as Rollcall wrote it"))
        } else {
            None
        };
        if let Some((fault, what)) = wrong {
            let text = format!("{} {what}.", describe(&link));
            report.finding = Some(Finding { fault, sequence, text });
            return Ok(report);
        }
        (report.verified, report.entries) = (sequence, report.entries + 1);
        say(report.entries);
    }
    report.finding = entries.end(report.verified);
    Ok(report)
}

/// The lines of the file, with their numbers for messages.
struct Lines<R> {
    from: R,
    number: usize,
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

impl<R: BufRead> Lines<R> {
    const fn new(from: R) -> Self {
        Self { from, number: 0 }
    }

    fn next(&mut self) -> Result<Option<String>, FileError> {
        let mut line = String::new();
        self.number += 1;
        match self.from.read_line(&mut line) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(line)),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(self.wrong("it is not text")),
            Err(error) => Err(error.into()),
        }
    }

    fn parse<T: for<'de> Deserialize<'de>>(&self, line: &str) -> Result<T, FileError> {
        serde_json::from_str(line).map_err(|error| self.wrong(error.to_string()))
    }

    fn kind(&self, line: &str) -> Result<String, FileError> {
        Ok(self.parse::<Kind>(line)?.kind)
    }

    fn wrong(&self, why: impl Into<String>) -> FileError {
        FileError::Line { line: self.number, why: why.into() }
    }
}
