//! The order of results (RFC 7644, section 3.4.2.3): by an attribute as text, those without it last, and then by id, so
//! that no two results change places between pages. Descending is the same turned round.

use super::condition::lower;
use super::cursor;
use super::lead::Lead;
use super::{Of, Search};
use crate::{Error, Result};
use scim::path::Place;
use scim::{AttrPath, Sort};
use serde_json::Map;
use sqlx::{Postgres, QueryBuilder};

/// How much of a value the order looks at: a cursor carries it.
const LETTERS: usize = 200;

pub(super) fn push(sql: &mut QueryBuilder<Postgres>, search: &Search<'_>) {
    sql.push(" order by ");
    let Some(sort) = search.sort else {
        sql.push("r.id");
        return;
    };
    let direction = if sort.descending { " desc" } else { "" };
    let key = key(search, sort);
    if !key.never_null {
        sql.push(format!("({} is null){direction}, ", key.value));
    }
    sql.push(format!("{}{direction}, r.id{direction}", key.value));
}

/// The key, for the cursor that goes on behind it.
pub(super) fn push_key(sql: &mut QueryBuilder<Postgres>, search: &Search<'_>, sort: &Sort) {
    sql.push(key(search, sort).value);
}

/// Behind the place that a cursor names.
pub(super) fn push_after(sql: &mut QueryBuilder<Postgres>, search: &Search<'_>, place: &cursor::Place) {
    let Some(sort) = search.sort else {
        sql.push("r.id > ").push_bind(place.id);
        return;
    };
    let Key { value, .. } = key(search, sort);
    let sign = if sort.descending { '<' } else { '>' };
    sql.push(format!("({value} is null, coalesce({value}, ''), r.id) {sign} ("));
    sql.push_bind(place.key.is_none()).push(", ").push_bind(place.key.clone().unwrap_or_default());
    sql.push(" collate \"C\", ").push_bind(place.id).push(")");
}

/// Refuses an order by what no schema describes: of what kind its values are, nobody knows.
pub(super) fn check(search: &Search<'_>, sort: &Sort) -> Result<()> {
    match lead(&sort.by, search) {
        Lead::Unknown { .. } | Lead::Extension(_) => Err(Error::Refused(format!(
            "sortBy names {}, which no schema has. Sort by an attribute that /Schemas lists.",
            sort.by.name
        ))),
        _ => Ok(()),
    }
}

struct Key {
    value: String,
    never_null: bool,
}

fn key(search: &Search<'_>, sort: &Sort) -> Key {
    let place = Place::of(&sort.by, search.of.kind(), &Map::new());
    let name = place.name.as_deref().filter(|_| place.extension.is_none() && place.sub.is_none());
    let (value, never_null) = match (search.of, name) {
        // In the order of the index.
        (Of::Users, Some("userName")) => ("r.user_name_key".to_owned(), true),
        (Of::Groups, Some("displayName")) => ("r.display_name_key".to_owned(), true),
        _ => (format!("left({}, {LETTERS})", of_lead(lead(&sort.by, search))), false),
    };
    Key { value: format!("({value} collate \"C\")"), never_null }
}

fn lead(path: &AttrPath, search: &Search<'_>) -> Lead {
    Lead::of(path, search.of, search.base)
}

fn of_lead(lead: Lead) -> String {
    match lead {
        Lead::Text { value, exact: true } | Lead::Boolean(value) => value,
        Lead::Text { value, exact: false } => lower(&value),
        Lead::Main { value, .. } => of_lead(*value),
        Lead::Moment(column) => format!("to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"),
        // Of several values the primary one, else the first.
        Lead::Each { from, value } => format!(
            "(select {} from {from} order by coalesce((e.element ->> 'primary') = 'true', false) desc limit 1)",
            of_lead(*value)
        ),
        // Everything is the same there, and the id decides.
        Lead::Whole(_) | Lead::Extension(_) | Lead::Unknown { .. } | Lead::Nothing => "null::text".to_owned(),
    }
}
