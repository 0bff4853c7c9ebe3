//! The check of an export, away from the database: all it needs is the file and `ROLLCALL_KEY`.

use super::AuditKey;
use super::chain::Hash;
use super::checkpoints::Checkpoint;
use super::diagnosis::Diagnosis;
use super::lines::{CheckpointLine, End, FORMAT, Header, Line};
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
    let report = if start.header.filtered {
        each_by_itself(&start, lines, &mut say)?
    } else {
        whole(&start, lines, &open, &mut say)?
    };
    Ok(FileReport { exported_at: start.header.exported_at, filtered: start.header.filtered, report })
}

/// What stands before the entries; the first entry was read as well.
struct Start {
    header: Header,
    key: AuditKey,
    head: Head,
    checkpoints: Vec<Checkpoint>,
    first: Option<Line>,
}

impl Start {
    fn read<R: BufRead>(lines: &mut Lines<R>, keyring: &Keyring) -> Result<Self, FileError> {
        let header: Header = lines.parse_next()?.ok_or_else(|| lines.wrong("it is empty"))?;
        if header.format != FORMAT {
            return Err(lines.wrong(format!("its format is {}, and this version reads {FORMAT}", header.format)));
        }
        let key = header.key.open(keyring).map_err(|error| match error {
            crate::keyring::KeyError::NotGiven { id } => FileError::OtherKey { id },
            _ => FileError::AlteredKey,
        })?;
        let end: End = lines.parse_next()?.ok_or_else(|| lines.wrong("it ends here"))?;
        let head = Head { sequence: end.sequence, hash: end.hash, signature: end.signature };
        let (mut checkpoints, mut first) = (Vec::new(), None);
        while first.is_none()
            && let Some(line) = lines.next()?
        {
            if lines.kind(&line)? == "checkpoint" {
                checkpoints.push(lines.parse::<CheckpointLine>(&line)?.checkpoint);
            } else {
                first = Some(lines.parse::<Line>(&line)?);
            }
        }
        Ok(Self { header, key, head, checkpoints, first })
    }

    /// The entries, `lines` standing behind the first.
    fn links<R: BufRead>(&self, mut lines: Lines<R>) -> impl Iterator<Item = Result<(Link, Option<Hash>), FileError>> {
        let mut first = self.first.as_ref().map(link);
        std::iter::from_fn(move || match first.take() {
            Some(first) => Some(Ok(first)),
            None => lines.parse_next::<Line>().map(|line| line.as_ref().map(link)).transpose(),
        })
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
    start: &Start,
    lines: Lines<R>,
    open: impl Fn() -> std::io::Result<R>,
    say: &mut dyn FnMut(i64),
) -> Result<Report, FileError> {
    let mut walk = Walk::new(&start.key, Some(start.head), &start.checkpoints, &[]);
    for link in start.links(lines) {
        let broken = match walk.step(&link?.0) {
            Ok(()) => {
                say(walk.entries());
                continue;
            }
            Err(broken) => broken,
        };
        let finding = match broken {
            Broken::Found(finding) => finding,
            Broken::Suspect(suspect) => {
                let mut diagnosis = Diagnosis::new(&start.key, *suspect);
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
    let end = walk.end();
    Ok(walk.report(0, end))
}

fn link_of<R: BufRead>(lines: &Lines<R>, line: &str) -> Result<Link, FileError> {
    Ok(link(&lines.parse::<Line>(line)?).0)
}

fn each_by_itself<R: BufRead>(start: &Start, lines: Lines<R>, say: &mut dyn FnMut(i64)) -> Result<Report, FileError> {
    let mut report = Report::default();
    for entry in start.links(lines) {
        let (link, previous) = entry?;
        let sequence = link.sequence.unwrap_or_default();
        let fits = previous.is_some_and(|previous| {
            link.hash() == Some(start.key.link(sequence, previous, &link.content, link.mac.as_deref()))
        });
        let finding = |fault, text| Some(Finding { fault, sequence, text });
        report.finding = if sequence <= report.verified {
            finding(Fault::Inserted, format!("{} was inserted: it is not in order.", describe(&link)))
        } else if !fits {
            finding(Fault::Edited, format!("{} was edited: its hash does not fit.", describe(&link)))
        } else if !link.is_genuine(&start.key) {
            finding(Fault::Inserted, format!("{} was inserted: it is not as Rollcall wrote it.", describe(&link)))
        } else {
            None
        };
        if report.finding.is_some() {
            break;
        }
        (report.verified, report.entries) = (sequence, report.entries + 1);
        say(report.entries);
    }
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

    fn parse_next<T: for<'de> Deserialize<'de>>(&mut self) -> Result<Option<T>, FileError> {
        self.next()?.map(|line| self.parse(&line)).transpose()
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
