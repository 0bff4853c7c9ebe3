//! A filter as a condition that is true or false for every row, never unknown: NOT must turn it round.

use super::lead::{Container, Lead, from_of};
use super::{Of, is};
use chrono::{DateTime, Utc};
use scim::path::Place;
use scim::schema::{Attribute, Kind};
use scim::{AttrPath, CompareOp, Filter, user_name_key};
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
enum Test<'f> {
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

    fn joined(&mut self, terms: &[Filter], word: &str, element: Option<&Element>) {
        for (n, term) in terms.iter().enumerate() {
            self.sql.push(if n == 0 { "(" } else { word });
            match element {
                None => self.push(term),
                Some(element) => self.push_inside(term, element),
            }
        }
        self.sql.push(")");
    }

    fn negated(&mut self, inner: impl FnOnce(&mut Self)) {
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
        let Value::String(text) = value else { return false };
        let is = |name| is(path, self.of, name);
        let uuid: Option<Uuid> = text.parse().ok().filter(|id: &Uuid| id.to_string() == *text);
        match self.of {
            _ if is("id") => self.same("r.id", uuid),
            _ if is("externalId") => self.same("r.external_id", Some(text.clone())),
            Of::Users if is("userName") => self.same("r.user_name_key", user_name_key(text).ok()),
            Of::Users if (is("emails") || is("emails.value")) && is_kept_apart(text) => self.has_email(text),
            Of::Users if is("groups") || is("groups.value") => self.is_in(uuid),
            Of::Groups if is("members") || is("members.value") => self.has_member(uuid),
            Of::Groups if is("displayName") => self.same("r.display_name_key", Some(text.to_lowercase())),
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

    fn has_email(&mut self, text: &str) {
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

    fn nothing(&mut self) {
        self.sql.push("false");
    }

    fn test(&mut self, lead: Lead, test: Test<'_>) {
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
    fn push_extension(&mut self, urn: &str) {
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
                let number = number.as_f64().unwrap_or(f64::NAN);
                self.sql
                    .push(format!("case jsonb_typeof(v) when 'number' then (v #>> '{{}}')::float8 {} ", sign(op)))
                    .push_bind(number)
                    .push(" else false end");
            }
            _ => self.nothing(),
        }
    }
}

/// The element that brackets look at.
struct Element {
    definition: Option<&'static Attribute>,
}

impl Condition<'_> {
    /// `attribute[filter]`: one element satisfies it.
    fn element(&mut self, path: &AttrPath, inner: &Filter) {
        let place = Place::of(path, self.of.kind(), &Map::new());
        let (Some(name), None) = (&place.name, &place.sub) else { return self.nothing() };
        let known = place.extension.is_none() || place.definition.is_some();
        let container = match &place.extension {
            Some(urn) if known => format!("(r.resource -> '{urn}')"),
            _ => "r.resource".to_owned(),
        };
        if let Some(email) = self.of_emails(path, inner) {
            self.has_email(&email);
            self.sql.push(" and ");
        }
        self.sql.push("exists (select from ");
        match place.definition {
            Some(definition) if definition.multi_valued || definition.kind == Kind::Complex => {
                self.sql.push(from_of(definition, &container, self.base));
            }
            _ => {
                self.sql.push("scim_elements(");
                match &place.extension {
                    Some(urn) if !known => self.push_extension(urn),
                    _ => {
                        self.sql.push(container);
                    }
                }
                self.sql.push(", ").push_bind(name.clone()).push(") e(element)");
            }
        }
        // Brackets look at parts, and plain values have none.
        self.sql.push(" where jsonb_typeof(e.element) = 'object' and ");
        self.push_inside(inner, &Element { definition: place.definition });
        self.sql.push(")");
    }

    /// The address that an element of `emails` must have for the filter to hold, so that the index can be used.
    fn of_emails(&self, path: &AttrPath, inner: &Filter) -> Option<String> {
        let text = |path: &AttrPath, value: &Value| {
            let is_value = path.schema.is_none() && path.sub.is_none() && path.name.eq_ignore_ascii_case("value");
            value.as_str().filter(|text| is_value && is_kept_apart(text)).map(str::to_owned)
        };
        if self.of != Of::Users || !is(path, self.of, "emails") {
            return None;
        }
        match inner {
            Filter::Compare(path, CompareOp::Eq, value) => text(path, value),
            Filter::And(terms) => terms.iter().find_map(|term| match term {
                Filter::Compare(path, CompareOp::Eq, value) => text(path, value),
                _ => None,
            }),
            _ => None,
        }
    }

    fn push_inside(&mut self, filter: &Filter, element: &Element) {
        let lead = |path: &AttrPath| Lead::inside(path, element.definition, "e.element");
        match filter {
            Filter::And(terms) => self.joined(terms, " and ", Some(element)),
            Filter::Or(terms) => self.joined(terms, " or ", Some(element)),
            Filter::Not(inner) => self.negated(|this| this.push_inside(inner, element)),
            Filter::Present(path) => self.test(lead(path), Test::Present),
            Filter::Compare(path, CompareOp::Ne, value) => {
                self.negated(|this| this.test(lead(path), Test::Compare(CompareOp::Eq, value)));
            }
            Filter::Compare(path, op, value) => self.test(lead(path), Test::Compare(*op, value)),
            // Brackets do not stand in brackets: the parser sees to it.
            Filter::Element(..) => self.nothing(),
        }
    }
}

/// Whether an e-mail address of this length stands in the column of its own.
fn is_kept_apart(email: &str) -> bool {
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
