//! Copies of the log to take away: JSON lines, which can be verified elsewhere ([`super::file`]), and CSV for people.
//!
//! JSON lines: a header with the wrapped audit key, the end of the chain and its checkpoints, then the sealed entries in
//! order, each with the hash before it, and a last line that signs the whole. Nothing in it is secret without `ROLLCALL_KEY`.

use super::chain::Hash;
use super::lines::{CheckpointLine, End, FORMAT, Header, Key, Line, Seal};
use super::list::{hex, number, word};
use super::rows::{self, Head};
use super::{Entry, beginning, checkpoints};
use crate::text::contains;
use crate::{Actor, Directory, Error, Result, Tx, csv, keyring};
use chrono::{DateTime, SecondsFormat, Utc};
use futures::{Stream, stream};
use model::SecretId;
use model::audit::AuditFilter;
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// How many entries are read at once.
const PART: i64 = 500;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Jsonl,
    Csv,
}

impl Format {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "jsonl" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Csv),
            _ => Err(format!("`{text}` is not a format. Write jsonl or csv.")),
        }
    }
}

struct Row {
    sequence: i64,
    hash: Vec<u8>,
    mac: Option<Vec<u8>>,
    previous: Option<Vec<u8>>,
    id: Uuid,
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    action: String,
    target_kind: String,
    target_id: Option<Uuid>,
    target_name: String,
    before: Option<String>,
    after: Option<String>,
}

impl Row {
    fn jsonl(self, base: Hash) -> String {
        // A line break between two parts of JSON means nothing, and would end the line here.
        let raw =
            |text: Option<String>| text.and_then(|text| RawValue::from_string(text.replace(['\n', '\r'], " ")).ok());
        let line = Line {
            kind: "entry".to_owned(),
            sequence: self.sequence,
            id: self.id,
            at: self.at,
            actor_kind: self.actor_kind,
            actor_id: self.actor_id,
            actor_name: self.actor_name,
            action: self.action,
            target_kind: self.target_kind,
            target_id: self.target_id,
            target_name: self.target_name,
            before: raw(self.before),
            after: raw(self.after),
            mac: self.mac.as_deref().map(hex),
            previous: self.previous.as_deref().map_or_else(|| base.to_string(), hex),
            hash: hex(&self.hash),
        };
        json(&line)
    }

    fn csv(&self) -> String {
        let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        csv::line(&[
            &self.sequence.to_string(),
            &self.at.to_rfc3339_opts(SecondsFormat::Micros, true),
            &self.actor_name,
            &self.actor_kind,
            &id(self.actor_id),
            &self.action,
            &self.target_kind,
            &self.target_name,
            &id(self.target_id),
            self.before.as_deref().unwrap_or_default(),
            self.after.as_deref().unwrap_or_default(),
            &hex(&self.hash),
        ])
    }
}

const COLUMNS: [&str; 12] = [
    "number",
    "time",
    "actor",
    "actor_kind",
    "actor_id",
    "action",
    "target_kind",
    "target",
    "target_id",
    "before",
    "after",
    "hash",
];

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default() + "\n"
}

/// Notes in the log that a copy is taken away. Commit it before the copy is handed out.
pub fn note(tx: &mut Tx, format: Format, filter: &AuditFilter) {
    let after = serde_json::json!({ "format": format.as_str(), "filter": filter });
    tx.audit(Entry::new("audit.exported", "audit", None, "Audit log").after(after));
}

/// The sealed entries that the filter lets through, oldest first, as text in parts. What is sealed after the start is
/// not in it.
pub async fn export(
    directory: &Directory,
    format: Format,
    filter: AuditFilter,
) -> Result<impl Stream<Item = Result<String>> + Send + use<>> {
    let start = Start::read(directory, format, &filter).await?;
    let state = Some((directory.clone(), filter, start));
    Ok(stream::try_unfold(state, |state| async move {
        let Some((directory, filter, mut start)) = state else { return Ok(None) };
        if let Some(first) = start.text.take() {
            return Ok(Some((first, Some((directory, filter, start)))));
        }
        let mut tx = directory.begin(Actor::System).await?;
        let rows = part(&mut tx, &filter, start.after, start.end).await?;
        let Some(last) = rows.last().map(|row| row.sequence) else {
            return Ok(start.seal.map(|seal| (json(&seal.last_line()), None)));
        };
        start.after = last;
        let text = rows.into_iter().map(|row| start.line(row)).collect();
        Ok(Some((text, Some((directory, filter, start)))))
    }))
}

/// What stands before the entries, and how far they were written.
struct Start {
    /// Until it is written.
    text: Option<String>,
    /// The hash before the first entry there is.
    base: Hash,
    after: i64,
    end: i64,
    /// None in CSV, which cannot be verified.
    seal: Option<Seal>,
}

impl Start {
    async fn read(directory: &Directory, format: Format, filter: &AuditFilter) -> Result<Self> {
        let mut tx = directory.begin(Actor::System).await?;
        let head = rows::head(tx.db()).await?;
        if format == Format::Csv {
            // For people, also when the chain is not whole.
            let (text, end) = (Some(csv::line(&COLUMNS)), head.map_or(i64::MAX, |head| head.sequence));
            return Ok(Self { text, base: Hash::START, after: 0, end, seal: None });
        }
        let (secret, key) = beginning::stored(&mut tx).await?.ok_or_else(no_key)?;
        let Head { sequence, hash, signature } = head.unwrap_or_else(|| Head::sign(&key, 0, Hash::START));
        let checkpoints = checkpoints::all(tx.db()).await?;
        let (after, base) = checkpoints::base(&key, &checkpoints);
        let header = json(&header(&mut tx, filter, secret).await?);
        let end = json(&End { kind: "end".to_owned(), sequence, hash, signature });
        let seal = Seal::new(&key, &header, &end);
        let checkpoints = checkpoints.into_iter().filter(|checkpoint| checkpoint.sequence <= sequence);
        let checkpoints: String =
            checkpoints.map(|checkpoint| json(&CheckpointLine { kind: "checkpoint".to_owned(), checkpoint })).collect();
        Ok(Self { text: Some(header + &end + &checkpoints), base, after, end: sequence, seal: Some(seal) })
    }

    fn line(&mut self, row: Row) -> String {
        match &mut self.seal {
            Some(seal) => {
                seal.add(&hex(&row.hash));
                row.jsonl(self.base)
            }
            None => row.csv(),
        }
    }
}

fn no_key() -> Error {
    Error::Refused(
        "The audit log's key is gone from the database, so this copy could not be verified. `rollcall audit verify` says \
         more; CSV can be exported without it."
            .into(),
    )
}

async fn header(tx: &mut Tx, filter: &AuditFilter, secret: SecretId) -> Result<Header> {
    let key = Key::of(secret, keyring::envelope(tx, secret).await?);
    Ok(Header {
        kind: "header".to_owned(),
        format: FORMAT.to_owned(),
        exported_at: tx.now(),
        filtered: !filter.is_everything(),
        filter: filter.clone(),
        key,
    })
}

async fn part(tx: &mut Tx, filter: &AuditFilter, after: i64, end: i64) -> Result<Vec<Row>> {
    Ok(sqlx::query_as!(
        Row,
        "select e.sequence as \"sequence!\", e.hash as \"hash!\", e.mac, p.hash as \"previous?\", e.id,
                readable(e.at) as \"at!\", e.actor_kind,
                e.actor_id, e.actor_name, e.action, e.target_kind, e.target_id, e.target_name,
                e.before::text as before, e.after::text as after
         from audit_entry e left join audit_entry p on p.sequence = e.sequence - 1
         where ($1::text is null or e.actor_name = $1) and ($2::text is null or e.action = $2)
           and ($3::uuid is null or e.target_id = $3)
           and ($4::timestamptz is null or e.at >= $4) and ($5::timestamptz is null or e.at < $5)
           and ($6::text is null or e.actor_name ilike $6 or e.target_name ilike $6 or e.sequence = $7
                or translate(e.action, '._', '  ') ilike $6 or e.action ilike $6)
           and e.sequence > $8 and e.sequence <= $9
         order by e.sequence limit $10",
        word(filter.actor.as_deref()),
        word(filter.action.as_deref()),
        filter.target,
        filter.from,
        filter.to,
        filter.q.as_deref().and_then(contains),
        number(filter.q.as_deref()),
        after,
        end,
        PART
    )
    .fetch_all(tx.db())
    .await?)
}
