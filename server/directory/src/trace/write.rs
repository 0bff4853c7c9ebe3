//! Writing what was observed, many requests in one statement.

use crate::error::to_json;
use crate::logs::strip_nul;
use crate::{Directory, Result, Signal};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use model::trace::{Body, Bulk, Change, Operation};
use model::{RequestId, SourceId, TokenId};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A request that was answered, or whose client hung up; secrets are removed from all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    pub id: RequestId,
    pub source: SourceId,
    pub token: TokenId,
    pub at: DateTime<Utc>,
    pub method: String,
    pub path: String,
    pub query: String,
    pub status: Option<u16>,
    /// Whether it did not get what it asked for ([`is_error`](model::trace::is_error)).
    pub error: bool,
    /// What it was about: what goes well after an error of the same closes that. None: nothing is the same.
    pub about: Option<i64>,
    pub bulk: Option<Bulk>,
    /// Of a bulk request.
    pub operations: Vec<Operation>,
    pub duration_ms: i32,
    pub client: Option<String>,
    pub address: String,
    pub changes: Vec<Change>,
    pub scim_type: Option<String>,
    pub detail: Option<String>,
    pub headers: Vec<(String, String)>,
    pub request: Option<Body>,
    pub answer: Option<Body>,
}

/// How many requests came, by source; without one, those whose token opened nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<(DateTime<Utc>, Option<SourceId>), Count>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    requests: i64,
    errors: i64,
    untraced: i64,
    last_at: DateTime<Utc>,
}

impl Counts {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One request of which a row tells.
    pub fn traced(&mut self, source: SourceId, at: DateTime<Utc>, error: bool) {
        self.add(Some(source), at, Count { errors: error.into(), ..Count::default() });
    }

    /// One request of which nothing but this is kept.
    pub fn untraced(&mut self, source: SourceId, at: DateTime<Utc>, error: bool) {
        self.add(Some(source), at, Count { errors: error.into(), untraced: 1, ..Count::default() });
    }

    /// One request whose token opened nothing.
    pub fn stranger(&mut self, at: DateTime<Utc>) {
        self.add(None, at, Count { errors: 1, ..Count::default() });
    }

    /// All that others have counted.
    pub fn take_over(&mut self, others: Self) {
        for (key, count) in others.0 {
            self.0.entry(key).or_default().sum(count);
        }
    }

    fn add(&mut self, source: Option<SourceId>, at: DateTime<Utc>, count: Count) {
        let hour = at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at);
        self.0.entry((hour, source)).or_default().sum(Count { requests: 1, last_at: at, ..count });
    }
}

impl Count {
    fn sum(&mut self, other: Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.untraced += other.untraced;
        self.last_at = self.last_at.max(other.last_at);
    }
}

/// Writes a batch, all of it or nothing, and has the pages read anew. What belongs to a source that is gone is left out.
pub async fn write(directory: &Directory, observed: &[Observed], counts: &Counts) -> Result<()> {
    let mut db = directory.pool.begin().await?;
    if !observed.is_empty() {
        insert(&mut db, observed).await?;
        close(&mut db, observed).await?;
    }
    if !counts.is_empty() {
        count(&mut db, counts).await?;
    }
    db.commit().await?;
    directory.bell.ring(Signal::Changed);
    Ok(())
}

async fn insert(db: &mut sqlx::PgConnection, observed: &[Observed]) -> Result<()> {
    fn all<T>(observed: &[Observed], of: impl Fn(&Observed) -> T) -> Vec<T> {
        observed.iter().map(of).collect()
    }
    let json = |of: &dyn Fn(&Observed) -> Result<Value>| observed.iter().map(of).collect::<Result<Vec<_>>>();
    let changes = json(&|it| {
        let mut changes = to_json("changes", &it.changes)?;
        strip_nul(&mut changes);
        Ok(changes)
    })?;
    let headers = json(&|it| to_json("headers", &it.headers))?;
    let operations = observed
        .iter()
        .map(|it| {
            if it.operations.is_empty() {
                return Ok(None);
            }
            let mut operations = to_json("operations", &it.operations)?;
            strip_nul(&mut operations);
            Ok(Some(operations))
        })
        .collect::<Result<Vec<_>>>()?;
    // Whoever cleaned it took them out: what were joined here would not have been looked at.
    let text = |body: &Option<Body>| body.as_ref().map(|body| body.text.replace('\0', "\u{fffd}"));
    let cut = |body: &Option<Body>| body.as_ref().is_some_and(|body| body.cut);
    sqlx::query!(
        "insert into scim_request (id, source_id, token_id, at, method, path, query, status, duration_ms, client, address,
            changes, scim_type, detail, headers, request, request_cut, answer, answer_cut, error, open, about,
            bulk_operations, bulk_failed, operations)
         select r.id, s.id, t.id, r.at, r.method, r.path, r.query, r.status, r.duration_ms, r.client, r.address,
            r.changes, r.scim_type, r.detail, r.headers, r.request, r.request_cut, r.answer, r.answer_cut,
            r.error, r.error, case when r.error then r.about end, r.bulk_operations, r.bulk_failed, r.operations
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[],
                $8::smallint[], $9::integer[], $10::text[], $11::text[], $12::jsonb[], $13::text[], $14::text[],
                $15::jsonb[], $16::text[], $17::boolean[], $18::text[], $19::boolean[], $20::boolean[], $21::bigint[],
                $22::smallint[], $23::smallint[], $24::jsonb[])
            as r(id, source, token, at, method, path, query, status, duration_ms, client, address, changes, scim_type,
                detail, headers, request, request_cut, answer, answer_cut, error, about, bulk_operations, bulk_failed,
                operations)
         join source s on s.id = r.source left join scim_token t on t.id = r.token",
        &all(observed, |it| it.id.0),
        &all(observed, |it| it.source.0),
        &all(observed, |it| it.token.0),
        &all(observed, |it| it.at),
        &all(observed, |it| it.method.clone()),
        &all(observed, |it| it.path.clone()),
        &all(observed, |it| it.query.clone()),
        &all(observed, |it| it.status.and_then(|status| i16::try_from(status).ok())) as &[Option<i16>],
        &all(observed, |it| it.duration_ms),
        &all(observed, |it| it.client.clone()) as &[Option<String>],
        &all(observed, |it| it.address.clone()),
        &changes,
        &all(observed, |it| it.scim_type.clone()) as &[Option<String>],
        &all(observed, |it| it.detail.as_ref().map(|detail| detail.replace('\0', "\u{fffd}"))) as &[Option<String>],
        &headers,
        &all(observed, |it| text(&it.request)) as &[Option<String>],
        &all(observed, |it| cut(&it.request)),
        &all(observed, |it| text(&it.answer)) as &[Option<String>],
        &all(observed, |it| cut(&it.answer)),
        &all(observed, |it| it.error),
        &all(observed, |it| it.about) as &[Option<i64>],
        &all(observed, |it| it.bulk.map(|bulk| i16::try_from(bulk.operations).unwrap_or(i16::MAX))) as &[Option<i16>],
        &all(observed, |it| it.bulk.map(|bulk| i16::try_from(bulk.failed).unwrap_or(i16::MAX))) as &[Option<i16>],
        &operations as &[Option<Value>]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Closes the errors after which the same went well.
async fn close(db: &mut sqlx::PgConnection, observed: &[Observed]) -> Result<()> {
    let well: Vec<_> = observed.iter().filter(|it| !it.error).filter_map(|it| Some((it, it.about?))).collect();
    if well.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update scim_request r set open = false
         from unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) as well(source, about, at)
         where r.open and r.source_id = well.source and r.about = well.about and r.at <= well.at",
        &well.iter().map(|(it, _)| it.source.0).collect::<Vec<_>>(),
        &well.iter().map(|(_, about)| *about).collect::<Vec<_>>(),
        &well.iter().map(|(it, _)| it.at).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// In one order everywhere, so that two replicas never wait for each other in a ring.
async fn count(db: &mut sqlx::PgConnection, counts: &Counts) -> Result<()> {
    let hours: Vec<DateTime<Utc>> = counts.0.keys().map(|(hour, _)| *hour).collect();
    let sources: Vec<Option<Uuid>> = counts.0.keys().map(|(_, source)| source.map(|id| id.0)).collect();
    let of = |number: fn(&Count) -> i64| counts.0.values().map(number).collect::<Vec<_>>();
    let last: Vec<DateTime<Utc>> = counts.0.values().map(|count| count.last_at).collect();
    sqlx::query!(
        "insert into scim_request_count as c (hour, source_id, requests, errors, untraced, last_at)
         select n.hour, n.source, n.requests, n.errors, n.untraced, n.last_at
         from unnest($1::timestamptz[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[])
            as n(hour, source, requests, errors, untraced, last_at)
         where n.source is null or exists (select from source s where s.id = n.source)
         order by n.hour, n.source
         on conflict on constraint scim_request_count_hour do update set requests = c.requests + excluded.requests,
            errors = c.errors + excluded.errors, untraced = c.untraced + excluded.untraced,
            last_at = greatest(c.last_at, excluded.last_at)",
        &hours,
        &sources as &[Option<Uuid>],
        &of(|count| count.requests),
        &of(|count| count.errors),
        &of(|count| count.untraced),
        &last
    )
    .execute(db)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_hour_and_source() {
        let (okta, at) = (SourceId(Uuid::nil()), DateTime::UNIX_EPOCH);
        let mut counts = Counts::default();
        counts.traced(okta, at, false);
        counts.untraced(okta, at + TimeDelta::minutes(59), true);
        counts.stranger(at);
        let mut others = Counts::default();
        others.traced(okta, at + TimeDelta::minutes(60), true);
        others.traced(okta, at, false);
        counts.take_over(others);
        let told: Vec<_> = counts.0.values().map(|it| (it.requests, it.errors, it.untraced)).collect();
        assert_eq!(told, [(1, 1, 0), (3, 1, 1), (1, 1, 0)]);
        assert_eq!(counts.0[&(at, Some(okta))].last_at, at + TimeDelta::minutes(59));
    }
}
