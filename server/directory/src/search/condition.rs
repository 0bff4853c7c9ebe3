//! A filter as a condition that is true or false for every row, never unknown: NOT must turn it round.

use super::Of;
use super::element::Element;
use super::lead::{Container, Lead};
use chrono::{DateTime, Utc};
use scim::path::Place;
use scim::{AttrPath, CompareOp, Filter, group_name_key, user_name_key};
use serde_json::{Map, Value};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Writes conditions behind what stands in `sql`, where `r` is the row that is looked at.
pub(super) struct Condition<'s> {
    pub sql: &'s mut QueryBuilder<Postgres>,
    pub of: Of,
    pub base: &'s str,
}

/// What is asked of a value.
#[derive(Clone, Copy)]
pub(super) enum Test<'f> {
    Present,
    Compare(CompareOp, &'f Value),
}

impl Condition<'_> {
    pub(super) fn push(&mut self, filter: &Filter) {
        match filter {
            Filter::And(terms) => self.joined(terms, " and ", None),
            Filter::Or(terms) => self.joined(terms, " or ", None),
            Filter::Not(inner) => self.negated(|this| this.push(inner)),
            Filter::Present(path) => self.test(Lead::of(path, self.of, self.base), Test::Present),
            Filter::Compare(path, op, value) => self.compare(path, *op, value),
            Filter::Element(path, inner) => self.element(path, inner),
        }
    }

    pub(super) fn joined(&mut self, terms: &[Filter], word: &str, element: Option<&Element>) {
        for (n, term) in terms.iter().enumerate() {
            self.sql.push(if n == 0 { "(" } else { word });
            match element {
                None => self.push(term),
                Some(element) => self.push_inside(term, element),
            }
        }
        self.sql.push(")");
    }

    pub(super) fn negated(&mut self, inner: impl FnOnce(&mut Self)) {
        self.sql.push("not (");
        inner(self);
        self.sql.push(")");
    }

    fn compare(&mut self, path: &AttrPath, op: CompareOp, value: &Value) {
        if op == CompareOp::Ne {
            return self.negated(|this| this.compare(path, CompareOp::Eq, value));
        }
        if op == CompareOp::Eq && self.indexed(path, value) {
            return;
        }
        self.test(Lead::of(path, self.of, self.base), Test::Compare(op, value));
    }

    /// The comparisons that clients make to find one resource, in the form that an index answers.
    fn indexed(&mut self, path: &AttrPath, value: &Value) -> bool {
        let place = Place::of(path, self.of.kind(), &Map::new());
        let (Value::String(text), None) = (value, &place.extension) else { return false };
        let uuid: Option<Uuid> = model::read_id(text);
        match (self.of, place.name.as_deref().unwrap_or_default(), place.sub.as_deref()) {
            (_, "id", None) => self.same("r.id", uuid),
            (_, "externalId", None) => self.same("r.external_id", Some(text.clone())),
            (Of::Users, "userName", None) => self.same("r.user_name_key", user_name_key(text).ok()),
            (Of::Users, "emails", None | Some("value")) if is_kept_apart(text) => self.has_email(text),
            (Of::Users, "groups", None | Some("value")) => self.is_in(uuid),
            (Of::Groups, "members", None | Some("value")) => self.has_member(uuid),
            (Of::Groups, "displayName", None) => self.same("r.display_name_key", Some(group_name_key(text))),
            _ => return false,
        }
        true
    }

    /// Where the value cannot be one at all, nothing has it.
    fn same<T>(&mut self, column: &str, value: Option<T>)
    where
        T: Send + 'static + for<'q> sqlx::Encode<'q, Postgres> + sqlx::Type<Postgres>,
    {
        match value {
            // The second half for rows without a value: NOT must find them.
            Some(value) => {
                self.sql.push(format!("({column} = ")).push_bind(value).push(format!(" and {column} is not null)"))
            }
            None => self.sql.push("false"),
        };
    }

    pub(super) fn has_email(&mut self, text: &str) {
        self.sql.push("r.emails @> array[").push_bind(text.to_lowercase()).push("]");
    }

    fn is_in(&mut self, group: Option<Uuid>) {
        let Some(group) = group else { return self.nothing() };
        self.sql.push(
            "r.id in (with recursive down(id, is_group) as (
            select m.member_id, m.is_group from grp_member m join grp g on g.id = m.group_id and g.deleted_at is null
            where m.group_id = ",
        );
        self.sql.push_bind(group).push(
            "
            union
            select m.member_id, m.is_group from down join grp g on g.id = down.id and g.deleted_at is null
            join grp_member m on m.group_id = g.id where down.is_group)
            select id from down)",
        );
    }

    fn has_member(&mut self, member: Option<Uuid>) {
        let Some(member) = member else { return self.nothing() };
        // A deleted member is none; rows stay for the day it is restored.
        self.sql.push("exists (select from grp_member m where m.group_id = r.id and m.member_id = ").push_bind(member);
        self.sql.push(
            "
            and (exists (select from record u where u.id = m.member_id and u.deleted_at is null)
              or exists (select from grp g where g.id = m.member_id and g.deleted_at is null)))",
        );
    }

    pub(super) fn nothing(&mut self) {
        self.sql.push("false");
    }

    pub(super) fn test(&mut self, lead: Lead, test: Test<'_>) {
        match lead {
            Lead::Text { value, exact } => self.text(&value, exact, test),
            Lead::Boolean(value) => self.boolean(&value, test),
            Lead::Moment(column) => self.moment(column, test),
            Lead::Each { from, value } => self.each(&from, *value, test),
            Lead::Whole(value) => self.whole(&value, test),
            Lead::Main { whole, value } => match test {
                Test::Present | Test::Compare(CompareOp::Eq, Value::Null) => self.whole(&whole, test),
                Test::Compare(..) => self.test(*value, test),
            },
            Lead::Extension(urn) => self.extension(&urn, test),
            Lead::Unknown { container, name, sub } => self.unknown(container, name, sub, test),
            Lead::Nothing => self.absent(test),
        }
    }

    /// Of what cannot be there, only `eq null` holds.
    fn absent(&mut self, test: Test<'_>) {
        self.sql.push(if matches!(test, Test::Compare(CompareOp::Eq, Value::Null)) { "true" } else { "false" });
    }

    fn text(&mut self, value: &str, exact: bool, test: Test<'_>) {
        match test {
            Test::Present => {
                self.sql.push(format!("coalesce({value}, '') <> ''"));
            }
            Test::Compare(CompareOp::Eq, Value::Null) => {
                self.sql.push(format!("coalesce({value}, '') = ''"));
            }
            Test::Compare(op, Value::String(wanted)) => self.text_compare(value, exact, op, wanted),
            Test::Compare(..) => self.nothing(),
        }
    }

    fn text_compare(&mut self, value: &str, exact: bool, op: CompareOp, wanted: &str) {
        let wanted = if exact { wanted.to_owned() } else { wanted.to_lowercase() };
        let value = if exact { value.to_owned() } else { lower(value) };
        self.sql.push("coalesce(");
        match op {
            CompareOp::Co => self.sql.push("position(").push_bind(wanted).push(format!(" in {value}) > 0")),
            CompareOp::Sw => self.sql.push(format!("starts_with({value}, ")).push_bind(wanted).push(")"),
            CompareOp::Ew => {
                let length = i32::try_from(wanted.chars().count()).unwrap_or(i32::MAX);
                self.sql.push(format!("right({value}, ")).push_bind(length).push(") = ").push_bind(wanted)
            }
            op => self.sql.push(format!("({value}) collate \"C\" {} ", sign(op))).push_bind(wanted),
        };
        self.sql.push(", false)");
    }

    /// Entra compares with text: `roles[primary eq "True"]`.
    fn boolean(&mut self, value: &str, test: Test<'_>) {
        let wanted = match test {
            Test::Present => {
                self.sql.push(format!("{value} is not null"));
                return;
            }
            Test::Compare(CompareOp::Eq, Value::Null) => {
                self.sql.push(format!("{value} is null"));
                return;
            }
            Test::Compare(CompareOp::Eq, Value::Bool(wanted)) => Some(*wanted),
            Test::Compare(CompareOp::Eq, Value::String(text)) => truth(text),
            Test::Compare(..) => None,
        };
        match wanted {
            Some(wanted) => self.sql.push(format!("coalesce({value} = '{wanted}', false)")),
            None => self.sql.push("false"),
        };
    }

    /// Times are shown, and so compared, in milliseconds.
    fn moment(&mut self, column: &str, test: Test<'_>) {
        let Test::Compare(op, Value::String(wanted)) = test else {
            self.sql.push(if matches!(test, Test::Present) { "true" } else { "false" });
            return;
        };
        if matches!(op, CompareOp::Co | CompareOp::Sw | CompareOp::Ew) {
            let shown = format!("to_char({column} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
            return self.text_compare(&shown, true, op, wanted);
        }
        match wanted.parse::<DateTime<Utc>>() {
            Ok(time) => self.sql.push(format!("date_trunc('milliseconds', {column}) {} ", sign(op))).push_bind(time),
            Err(_) => self.sql.push("false"),
        };
    }

    fn each(&mut self, from: &str, value: Lead, test: Test<'_>) {
        if let Test::Compare(CompareOp::Eq, Value::Null) = test {
            return self.negated(|this| this.each(from, value, Test::Present));
        }
        self.sql.push(format!("exists (select from {from} where "));
        self.test(value, test);
        self.sql.push(")");
    }

    fn whole(&mut self, value: &str, test: Test<'_>) {
        let there = format!("coalesce({value}, 'null') not in ('null', '\"\"', '[]', '{{}}')");
        match test {
            Test::Present => self.sql.push(there),
            Test::Compare(CompareOp::Eq, Value::Null) => self.sql.push(format!("not ({there})")),
            Test::Compare(..) => self.sql.push("false"),
        };
    }

    fn extension(&mut self, urn: &str, test: Test<'_>) {
        self.sql.push("exists (select from ");
        self.push_extension(urn);
        self.sql.push(" extension(v) where ");
        self.whole("v", test);
        self.sql.push(")");
    }

    /// An extension that no schema describes, in whatever case its URN is written; null where there is none.
    pub(super) fn push_extension(&mut self, urn: &str) {
        self.sql.push("(select (select value from jsonb_each(r.resource) where lower(key) = lower(");
        self.sql.push_bind(urn.to_owned()).push(") limit 1))");
    }

    fn unknown(&mut self, container: Container, name: String, sub: Option<String>, test: Test<'_>) {
        if let Test::Compare(CompareOp::Eq, Value::Null) = test {
            return self.negated(|this| this.unknown(container, name, sub, Test::Present));
        }
        self.sql.push("exists (select from scim_values(");
        match container {
            Container::Known(value) => {
                self.sql.push(value);
            }
            Container::Extension(urn) => self.push_extension(&urn),
        }
        self.sql.push(", ").push_bind(name).push(", ").push_bind(sub).push(") v where ");
        match test {
            Test::Present => self.whole("v", Test::Present),
            Test::Compare(op, wanted) => self.any_type(op, wanted),
        }
        self.sql.push(")");
    }

    /// A value whose type only the row knows is compared where it is of the wanted one.
    fn any_type(&mut self, op: CompareOp, wanted: &Value) {
        match wanted {
            Value::String(text) => {
                self.sql.push("case jsonb_typeof(v) when 'string' then ");
                self.text_compare("(v #>> '{}')", false, op, text);
                self.sql.push(" when 'boolean' then ");
                self.boolean("(v #>> '{}')", Test::Compare(op, wanted));
                self.sql.push(" else false end");
            }
            Value::Bool(_) => {
                self.sql.push("case jsonb_typeof(v) when 'boolean' then ");
                self.boolean("(v #>> '{}')", Test::Compare(op, wanted));
                self.sql.push(" else false end");
            }
            Value::Number(number) => {
                self.sql
                    .push(format!("case jsonb_typeof(v) when 'number' then (v #>> '{{}}')::numeric {} (", sign(op)))
                    .push_bind(number.to_string())
                    .push("::text)::numeric else false end");
            }
            _ => self.nothing(),
        }
    }
}

/// Whether an e-mail address of this length stands in the column of its own.
pub(super) fn is_kept_apart(email: &str) -> bool {
    email.to_lowercase().chars().count() <= 320
}

/// In lower case as Rust has it; see the collation's use in `scim`.
pub(super) fn lower(value: &str) -> String {
    format!("lower({value} collate \"und-x-icu\")")
}

/// A boolean that came as text.
fn truth(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

const fn sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        _ => "=",
    }
}
