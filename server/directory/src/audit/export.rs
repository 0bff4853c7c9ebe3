//! Copies of the log to take away: JSON lines, which can be verified elsewhere ([`super::file`]), and CSV for people.
//!
//! JSON lines: a header with the wrapped audit key, the end of the chain and its checkpoints, then the sealed entries in
//! order, each with the hash before it. Nothing in it is secret without `ROLLCALL_KEY`.

use super::chain::Hash;
use super::lines::{CheckpointLine, End, FORMAT, Header, Key, Line};
use super::list::{hex, number, word};
use super::rows::{self, Head};
use super::{Entry, checkpoints, csv};
use crate::text::contains;
use crate::{Actor, Directory, Result, Tx, keyring};
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
    let state = (directory.clone(), filter, start, None::<i64>);
    Ok(stream::try_unfold(state, |(directory, filter, start, after)| async move {
        let Some(after) = after else {
            let first = start.text.clone();
            let from = start.base.0;
            return Ok(Some((first, (directory, filter, start, Some(from)))));
        };
        let mut tx = directory.begin(Actor::System).await?;
        let rows = part(&mut tx, &filter, after, start.end).await?;
        let Some(last) = rows.last().map(|row| row.sequence) else { return Ok(None) };
        let text = rows.into_iter().map(|row| match start.format {
            Format::Jsonl => row.jsonl(start.base.1),
            Format::Csv => row.csv(),
        });
        Ok(Some((text.collect(), (directory, filter, start, Some(last)))))
    }))
}

/// What stands before the entries.
struct Start {
    format: Format,
    text: String,
    base: (i64, Hash),
    end: i64,
}

impl Start {
    async fn read(directory: &Directory, format: Format, filter: &AuditFilter) -> Result<Self> {
        let mut tx = directory.begin(Actor::System).await?;
        let audit_key = directory.audit_key()?;
        let head = rows::head(tx.db()).await?;
        let head = head.unwrap_or_else(|| Head::sign(audit_key, 0, Hash::START));
        let checkpoints = checkpoints::all(tx.db()).await?;
        let base = checkpoints::base(audit_key, &checkpoints);
        let text = match format {
            Format::Csv => csv::line(&COLUMNS),
            Format::Jsonl => {
                let end =
                    End { kind: "end".to_owned(), sequence: head.sequence, hash: head.hash, signature: head.signature };
                let checkpoints = checkpoints.into_iter().filter(|checkpoint| checkpoint.sequence <= head.sequence);
                let checkpoints: String = checkpoints
                    .map(|checkpoint| json(&CheckpointLine { kind: "checkpoint".to_owned(), checkpoint }))
                    .collect();
                json(&header(&mut tx, filter).await?) + &json(&end) + &checkpoints
            }
        };
        Ok(Self { format, text, base, end: head.sequence })
    }
}

async fn header(tx: &mut Tx, filter: &AuditFilter) -> Result<Header> {
    let secret = sqlx::query_scalar!("select key_id from audit_chain").fetch_one(tx.db()).await?;
    let key = Key::of(SecretId(secret), keyring::envelope(tx, SecretId(secret)).await?);
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
        "select e.sequence as \"sequence!\", e.hash as \"hash!\", e.mac, p.hash as \"previous?\", e.id, e.at, e.actor_kind,
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
