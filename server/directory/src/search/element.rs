//! Brackets: `emails[type eq "work"]` holds where one element satisfies what stands in them.

use super::Of;
use super::condition::{Condition, Test, is_kept_apart};
use super::lead::{Lead, from_of};
use scim::path::Place;
use scim::schema::{Attribute, Kind};
use scim::{AttrPath, CompareOp, Filter};
use serde_json::{Map, Value};

/// The element that brackets look at.
pub(super) struct Element {
    definition: Option<&'static Attribute>,
}

impl Condition<'_> {
    /// `attribute[filter]`: one element satisfies it.
    pub(super) fn element(&mut self, path: &AttrPath, inner: &Filter) {
        let place = Place::of(path, self.of.kind(), &Map::new());
        let (Some(name), None) = (&place.name, &place.sub) else { return self.nothing() };
        let known = place.extension.is_none() || place.definition.is_some();
        let container = match &place.extension {
            Some(urn) if known => format!("(r.resource -> '{urn}')"),
            _ => "r.resource".to_owned(),
        };
        if let Some(email) = self.of_emails(&place, inner) {
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
    fn of_emails(&self, place: &Place, inner: &Filter) -> Option<String> {
        let text = |path: &AttrPath, value: &Value| {
            let is_value = path.schema.is_none() && path.sub.is_none() && path.name.eq_ignore_ascii_case("value");
            value.as_str().filter(|text| is_value && is_kept_apart(text)).map(str::to_owned)
        };
        if self.of != Of::Users || place.extension.is_some() || place.name.as_deref() != Some("emails") {
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

    pub(super) fn push_inside(&mut self, filter: &Filter, element: &Element) {
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
