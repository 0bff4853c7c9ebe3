//! The file of checkpoints: outside of the database, so that it tells what the database's owner would rather not.

use super::chain::Reason;
use super::checkpoints::{self, Checkpoint};
use super::{AuditKey, Keeping};
use crate::{Directory, Error, Result};
use model::audit::{Fault, Finding};
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, SeekFrom};
use std::path::Path;
use std::time::Duration;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::time::Instant;

#[derive(Serialize, Deserialize)]
struct Line {
    /// Which key signed it.
    key: String,
    #[serde(flatten)]
    checkpoint: Checkpoint,
}

/// What the file says, seen with one key.
#[derive(Default)]
pub(super) struct Outside {
    /// Those that say they were signed with it, whether they were or not.
    pub checkpoints: Vec<Checkpoint>,
    /// The last one of another key.
    foreign: Option<Line>,
}

impl Outside {
    /// A line that cannot be read says nothing: it may be the half line of a crash. A file that cannot be read at all is an
    /// error.
    pub(super) async fn read(keeping: &Keeping, key: &AuditKey) -> Result<Self> {
        let text = text(keeping).await.map_err(|error| {
            Error::Refused(format!(
                "The file of audit checkpoints cannot be read: {error}. Without it nobody can say whether the end of the \
                 log was cut off. Make it readable and check again."
            ))
        })?;
        let own = key.id();
        let mut outside = Self::default();
        for line in text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
            if line.key == own {
                outside.checkpoints.push(line.checkpoint);
            } else {
                outside.foreign = Some(line);
            }
        }
        Ok(outside)
    }

    /// Checkpoints of another key are of another log than the one in the database.
    pub(super) fn finding(&self) -> Option<Finding> {
        let Line { key, checkpoint } = self.foreign.as_ref()?;
        let text = format!(
            "The file of checkpoints knows another log: one with the key {key} had reached #{} on {}. If the database was \
             made anew on purpose, keep the file under another name. If not, its audit log was replaced.",
            checkpoint.sequence,
            checkpoint.at.format("%-d %b %Y, %H:%M:%S UTC")
        );
        Some(Finding { fault: Fault::Key, sequence: 0, text })
    }
}

/// Whether anything stands in the file.
pub(super) async fn has_lines(keeping: &Keeping) -> Result<bool> {
    let text = text(keeping).await.map_err(|error| {
        Error::Refused(format!(
            "The file of audit checkpoints cannot be read: {error}. Whether this database ever had an audit log is not \
             known without it. Make the file in the data folder readable and start again."
        ))
    })?;
    Ok(!text.trim().is_empty())
}

async fn text(keeping: &Keeping) -> std::io::Result<String> {
    let Some(path) = &keeping.checkpoints else { return Ok(String::new()) };
    match tokio::fs::read(path).await {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
    }
}

async fn append(path: &Path, key: &AuditKey, checkpoints: &[Checkpoint]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        // Beside a Postgres of one's own, nothing else has made it yet.
        tokio::fs::create_dir_all(folder).await?;
    }
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path).await?;
    let mut lines = String::new();
    for checkpoint in checkpoints {
        lines += &serde_json::to_string(&Line { key: key.id(), checkpoint: *checkpoint })?;
        lines.push('\n');
    }
    // Behind the half line of a crash or of a full disk, the next would be lost as well.
    if !ends_with_a_line(&mut file).await? {
        lines.insert(0, '\n');
    }
    file.write_all(lines.as_bytes()).await?;
    file.sync_data().await
}

async fn ends_with_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata().await?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1)).await?;
    Ok(file.read_u8().await? == b'\n')
}

/// When what could not be written is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// How often the same trouble with the file is told of.
const TELL: Duration = Duration::from_secs(60);

/// Checkpoints on their way into the file: what cannot be written is tried again.
pub(super) struct Writing {
    waiting: Vec<Checkpoint>,
    told: Option<Instant>,
}

impl Writing {
    /// With those of `stored` that the file lacks: the process that made them may have died before it wrote. Of what stands
    /// there before its last one, only the retention's may be missing.
    pub(super) async fn begin(directory: &Directory, key: &AuditKey, stored: Vec<Checkpoint>) -> Self {
        let written = Outside::read(&directory.keeping, key).await.unwrap_or_else(|error| {
            tracing::error!(%error, "audit checkpoints may be written to their file a second time");
            Outside::default()
        });
        let last = checkpoints::newest(key, written.checkpoints.iter().copied()).map_or(0, |last| last.sequence);
        let lacks = |c: &Checkpoint| {
            (c.sequence > last || c.reason == Reason::Prune) && c.is_genuine(key) && !written.checkpoints.contains(c)
        };
        Self { waiting: stored.into_iter().filter(lacks).collect(), told: None }
    }

    /// For those of somebody else than the sealer.
    pub(super) const fn nothing() -> Self {
        Self { waiting: Vec::new(), told: None }
    }

    pub(super) async fn write(&mut self, directory: &Directory, key: &AuditKey, checkpoints: &[Checkpoint]) {
        let Some(path) = &directory.keeping.checkpoints else { return };
        self.waiting.extend(checkpoints);
        if self.waiting.is_empty() {
            return;
        }
        match append(path, key, &self.waiting).await {
            Ok(()) => self.waiting.clear(),
            Err(error) if self.told.is_none_or(|at| at.elapsed() > TELL) => {
                tracing::error!(
                    %error, file = %path.display(),
                    "audit checkpoints were not written to their file; it is tried again every second"
                );
                self.told = Some(Instant::now());
            }
            Err(_) => {}
        }
    }

    /// Goes on until all are written.
    pub(super) async fn finish(mut self, directory: &Directory, key: &AuditKey) {
        while !self.waiting.is_empty() {
            tokio::time::sleep(AGAIN).await;
            self.write(directory, key, &[]).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chain::Hash;
    use super::*;
    use chrono::DateTime;

    /// A folder of its own, gone at the end.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("rc-outside-{}", uuid::Uuid::now_v7().simple())))
        }

        fn keeping(&self) -> Keeping {
            Keeping { checkpoints: Some(self.0.join("audit-checkpoints.jsonl")), retention: None }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            std::fs::remove_dir_all(&self.0).ok();
        }
    }

    fn checkpoint(key: &AuditKey, sequence: i64) -> Checkpoint {
        Checkpoint::sign(key, Reason::Seal, sequence, Hash([9; 32]), DateTime::UNIX_EPOCH)
    }

    #[tokio::test]
    async fn a_half_line_takes_no_other_with_it() {
        let (folder, key) = (Folder::new(), AuditKey::new([1; 32]));
        let keeping = folder.keeping();
        let path = keeping.checkpoints.as_ref().unwrap();
        assert!(!has_lines(&keeping).await.unwrap());
        append(path, &key, &[checkpoint(&key, 1)]).await.unwrap();
        let whole = std::fs::read_to_string(path).unwrap();
        std::fs::write(path, format!("{whole}{}", &whole[..40])).unwrap();
        append(path, &key, &[checkpoint(&key, 2)]).await.unwrap();
        let read = Outside::read(&keeping, &key).await.unwrap();
        assert_eq!(read.checkpoints, [checkpoint(&key, 1), checkpoint(&key, 2)]);
        assert!(read.finding().is_none() && has_lines(&keeping).await.unwrap());
    }

    #[tokio::test]
    async fn a_line_of_another_key_is_told_of() {
        let (folder, key, other) = (Folder::new(), AuditKey::new([1; 32]), AuditKey::new([2; 32]));
        let keeping = folder.keeping();
        let path = keeping.checkpoints.as_ref().unwrap();
        append(path, &other, &[checkpoint(&other, 12)]).await.unwrap();
        append(path, &key, &[checkpoint(&key, 2)]).await.unwrap();
        let read = Outside::read(&keeping, &key).await.unwrap();
        assert_eq!(read.checkpoints, [checkpoint(&key, 2)]);
        let finding = read.finding().unwrap();
        assert!(finding.text.contains(&other.id()) && finding.text.contains("#12"), "{finding}");
    }
}
