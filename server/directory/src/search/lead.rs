//! Where the path of a filter leads in the database.

use super::Of;
use scim::AttrPath;
use scim::path::Place;
use scim::schema::{Attribute, ENTERPRISE_USER, Kind};
use serde_json::Map;

/// What a path stands for. Expressions are text of ours; what comes from the client is named apart, to be bound.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lead {
    /// Text, or null where it is unassigned.
    Text {
        value: String,
        exact: bool,
    },
    /// `true` or `false` as text, or null.
    Boolean(String),
    Moment(&'static str),
    /// The values of a set: `from` names its rows, `value` leads on from each.
    Each {
        from: String,
        value: Box<Lead>,
    },
    /// A value with parts that was named without one: compared by its `value` (RFC 7643, section 2.4), there when it has
    /// any part.
    Main {
        whole: String,
        value: Box<Lead>,
    },
    /// A JSON value with parts, which can only be there or not.
    Whole(String),
    /// All of an extension that no schema describes, by its URN.
    Extension(String),
    /// Something no schema names: values by `scim_values`, of any type.
    Unknown {
        container: Container,
        name: String,
        sub: Option<String>,
    },
    /// Nothing can be there.
    Nothing,
}

/// In what an attribute that no schema names is looked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Container {
    Known(String),
    /// An extension that no schema describes, by its URN.
    Extension(String),
}

impl Lead {
    /// Of a path that starts at the resource.
    pub(super) fn of(path: &AttrPath, of: Of, base: &str) -> Self {
        let place = Place::of(path, of.kind(), &Map::new());
        let container = match &place.extension {
            None => "r.resource".to_owned(),
            Some(urn) if *urn == ENTERPRISE_USER.id => format!("(r.resource -> '{urn}')"),
            Some(urn) => {
                let unknown = |name, sub| Self::Unknown { container: Container::Extension(urn.clone()), name, sub };
                return match place.name.clone() {
                    None => Self::Extension(urn.clone()),
                    Some(name) => unknown(name, place.sub.clone()),
                };
            }
        };
        let Some(name) = place.name else { return Self::Whole(container) };
        match (place.definition, place.extension) {
            (Some(definition), None) if is_ours(definition) => ours(definition, place.sub.as_deref(), of, base),
            (Some(definition), _) => attribute(&container, definition, place.sub.as_deref()),
            (None, _) => Self::Unknown { container: Container::Known(container), name, sub: place.sub },
        }
    }

    /// Of a path that starts at an element `e` of this attribute.
    pub(super) fn inside(path: &AttrPath, of: Option<&'static Attribute>, element: &str) -> Self {
        match of.and_then(|definition| definition.sub_attribute(&path.name)) {
            Some(_) if path.sub.is_some() => Self::Nothing,
            Some(sub) => part(element, sub),
            None => Self::Unknown {
                container: Container::Known(element.to_owned()),
                name: path.name.clone(),
                sub: path.sub.clone(),
            },
        }
    }
}

/// The attributes that are not in the stored resource, or have a column besides.
fn is_ours(definition: &Attribute) -> bool {
    matches!(definition.name, "id" | "externalId" | "meta" | "members" | "groups")
}

fn ours(definition: &'static Attribute, sub: Option<&str>, of: Of, base: &str) -> Lead {
    let exact = |value: &str| Lead::Text { value: value.to_owned(), exact: true };
    match (definition.name, sub) {
        ("id", None) => exact("r.id::text"),
        ("externalId", None) => exact("r.external_id"),
        ("meta", None) => Lead::Whole("'{\"meta\":true}'::jsonb".to_owned()),
        ("meta", Some("created")) => Lead::Moment("r.created_at"),
        ("meta", Some("lastModified")) => Lead::Moment("r.updated_at"),
        ("meta", Some("version")) => exact("('W/\"' || r.version || '\"')"),
        ("meta", Some("resourceType")) => exact(&format!("'{}'::text", of.kind().name)),
        ("meta", Some("location")) => exact(&format!("('{}{}/' || r.id)", quoted(base), of.kind().endpoint)),
        ("members" | "groups", sub) => relation(definition, sub.unwrap_or("value"), base),
        _ => Lead::Nothing,
    }
}

/// Who is in a group, or in which groups a user is.
fn relation(definition: &'static Attribute, sub: &str, base: &str) -> Lead {
    let from = from_of(definition, "r.resource", base);
    let each = |sub| Lead::Each { from, value: Box::new(part("e.element", sub)) };
    definition.sub_attribute(sub).map_or(Lead::Nothing, each)
}

fn attribute(container: &str, definition: &'static Attribute, sub: Option<&str>) -> Lead {
    let name = definition.name;
    if definition.multi_valued {
        let from = from_of(definition, container, "");
        let value = match (definition.kind, sub) {
            (Kind::Complex, sub) => Lead::inside_known("e.element", definition, sub),
            (_, Some(_)) => return Lead::Nothing,
            (_, None) => Lead::Text { value: "(e.element #>> '{}')".to_owned(), exact: definition.case_exact },
        };
        return Lead::Each { from, value: Box::new(value) };
    }
    match (definition.kind, sub) {
        (Kind::Complex, sub) => Lead::inside_known(&format!("({container} -> '{name}')"), definition, sub),
        (_, Some(_)) => Lead::Nothing,
        (_, None) => part(container, definition),
    }
}

impl Lead {
    /// A part of a value with parts; without a name, its `value` (RFC 7643, section 2.4).
    fn inside_known(element: &str, definition: &'static Attribute, sub: Option<&str>) -> Self {
        match (sub, definition.sub_attribute(sub.unwrap_or("value"))) {
            (Some(_), Some(known)) => part(element, known),
            (None, Some(main)) => Self::Main {
                whole: format!("coalesce({element} -> '{}', {element})", main.name),
                value: Box::new(part(element, main)),
            },
            (None, None) => Self::Whole(element.to_owned()),
            (Some(name), None) => {
                Self::Unknown { container: Container::Known(element.to_owned()), name: name.to_owned(), sub: None }
            }
        }
    }
}

fn part(container: &str, definition: &Attribute) -> Lead {
    let value = format!("({container} ->> '{}')", definition.name);
    match definition.kind {
        Kind::Boolean => Lead::Boolean(value),
        _ => Lead::Text { value, exact: definition.case_exact },
    }
}

/// The rows `e` of a multi-valued attribute, each with its `element`.
pub(super) fn from_of(definition: &Attribute, container: &str, base: &str) -> String {
    match definition.name {
        "members" => MEMBERS.replace("{base}", &quoted(base)),
        "groups" => GROUPS.replace("{base}", &quoted(base)),
        name => format!(
            "jsonb_array_elements(case jsonb_typeof({container} -> '{name}') when 'array' then {container} -> '{name}' \
             when 'object' then jsonb_build_array({container} -> '{name}') else '[]' end) e(element)"
        ),
    }
}

const MEMBERS: &str = "(select jsonb_build_object('value', m.member_id,
        '$ref', '{base}' || case when m.is_group then '/Groups/' else '/Users/' end || m.member_id,
        'type', case when m.is_group then 'Group' else 'User' end) as element
    from grp_member m
    left join record u on u.id = m.member_id and u.deleted_at is null
    left join grp g on g.id = m.member_id and g.deleted_at is null
    where m.group_id = r.id and (u.id is not null or g.id is not null)) e";

const GROUPS: &str = "(with recursive up(group_id, direct) as (
        select m.group_id, true from grp_member m join grp g on g.id = m.group_id and g.deleted_at is null
        where m.member_id = r.id
        union
        select m.group_id, false from up join grp_member m on m.member_id = up.group_id
        join grp g on g.id = m.group_id and g.deleted_at is null)
    select jsonb_build_object('value', g.id, '$ref', '{base}/Groups/' || g.id, 'display', g.display_name,
        'type', case when bool_or(up.direct) then 'direct' else 'indirect' end) as element
    from up join grp g on g.id = up.group_id group by g.id) e";

/// Text of ours within quotes of SQL.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}
