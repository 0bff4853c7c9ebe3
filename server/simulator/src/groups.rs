//! The five operations on groups. Zoom has no PUT and never shows members.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    call::Call,
    filter::{Filter, Page},
    group::Group,
    project,
    refusal::Refusal,
    reply::Reply,
    state::State,
    urn,
};

/// Characters of a PATCH body.
const BODY_LIMIT: usize = 100_000;

pub(crate) fn list(state: &State, call: &Call) -> Result<Reply, Refusal> {
    let page = Page::of(call);
    let filter = call.query("filter").map(|text| Filter::parse(&text)).transpose();
    let filter = filter.map_err(Refusal::GroupFilter)?;
    if let Some(filter) = filter.as_ref().filter(|filter| filter.attribute != "displayName") {
        return Err(Refusal::GroupFilter(filter.attribute.clone()));
    }
    let is_wanted = |group: &&Group| filter.as_ref().is_none_or(|filter| group.display_name == filter.value);
    let total = state.groups.iter().filter(is_wanted).count();
    let groups = state.groups.iter().filter(is_wanted).skip(page.start_index - 1).take(page.count);
    let shown = groups.map(|group| project::group(group, &state.base_url)).collect();
    Ok(Reply::json(200, &project::list(shown, total, page.start_index)))
}

pub(crate) fn get(state: &State, call: &Call) -> Result<Reply, Refusal> {
    let group = state.groups.iter().find(|group| group.id == call.id).ok_or(Refusal::NoSuchGroup)?;
    Ok(Reply::json(200, &project::group(group, &state.base_url)))
}

/// `members` is no part of the request; sent all the same, it is passed over.
pub(crate) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.json_object()?;
    let name = body.get("displayName").and_then(Value::as_str).map(str::trim);
    let name = name.filter(|name| !name.is_empty()).ok_or(Refusal::InvalidDisplayName)?;
    if state.group_by_name(name).is_some() {
        return Err(Refusal::GroupExists(name.to_owned()));
    }
    let alias = body.get(urn::ZOOM_GROUP).and_then(|extension| extension.get("emailAlias"));
    let now = state.now();
    let group = Group {
        id: state.ids.id(),
        display_name: name.to_owned(),
        email_alias: alias.and_then(Value::as_str).map(str::to_owned),
        members: BTreeSet::new(),
        is_default: false,
        created: now,
        last_modified: now,
    };
    let reply = Reply::json(201, &project::group(&group, &state.base_url));
    state.groups.push(group);
    Ok(reply)
}

/// All operations of the body or none of them.
pub(crate) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let index = state.groups.iter().position(|group| group.id == call.id).ok_or(Refusal::NoSuchGroup)?;
    if call.body.chars().count() > BODY_LIMIT {
        return Err(Refusal::BodyTooLarge);
    }
    let body = call.json_object()?;
    let operations = body.get("Operations").and_then(Value::as_array);
    let operations = operations.filter(|all| !all.is_empty()).ok_or(Refusal::InvalidOperations)?;
    let mut group = state.groups.get(index).cloned().ok_or(Refusal::NoSuchGroup)?;
    for operation in operations {
        apply(state, &mut group, operation).ok_or(Refusal::InvalidOperations)?;
    }
    let taken = state.group_by_name(&group.display_name).is_some_and(|other| other.id != group.id);
    if taken {
        // PATCH documents no 409; these words are assumed.
        return Err(Refusal::InvalidOperations);
    }
    group.last_modified = state.now();
    if let Some(place) = state.groups.get_mut(index) {
        *place = group;
    }
    Ok(Reply::empty(204))
}

pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let index = state.groups.iter().position(|group| group.id == call.id).ok_or(Refusal::NoSuchGroup)?;
    if state.groups.get(index).is_some_and(|group| group.is_default) {
        return Err(Refusal::DefaultGroup);
    }
    state.groups.remove(index);
    Ok(Reply::empty(204))
}

/// One of the documented forms; `None` is anything else.
fn apply(state: &State, group: &mut Group, operation: &Value) -> Option<()> {
    let op = operation.get("op")?.as_str()?;
    let value = operation.get("value");
    match (op, operation.get("path").and_then(Value::as_str)) {
        ("replace", None) => replace_attributes(group, value?),
        ("add", Some("members")) => {
            group.members.extend(members(state, value?)?);
            Some(())
        }
        ("replace", Some("members")) => {
            group.members = members(state, value?)?;
            Some(())
        }
        ("remove", Some(path)) => {
            let id = path.strip_prefix("members[value eq ")?.strip_suffix(']')?;
            group.members.remove(&serde_json::from_str::<String>(id).ok()?);
            Some(())
        }
        _ => None,
    }
}

/// The extension's attribute comes as one flattened key.
fn replace_attributes(group: &mut Group, value: &Value) -> Option<()> {
    let value = value.as_object()?;
    let name = value.get("displayName");
    let alias = value.get(&format!("{}:emailAlias", urn::ZOOM_GROUP));
    if name.is_none() && alias.is_none() {
        return None;
    }
    if let Some(name) = name {
        let name = name.as_str().map(str::trim).filter(|name| !name.is_empty())?;
        name.clone_into(&mut group.display_name);
    }
    if let Some(alias) = alias {
        group.email_alias = Some(alias.as_str()?.to_owned());
    }
    Some(())
}

/// Ids no user has are passed over (undocumented).
fn members(state: &State, value: &Value) -> Option<BTreeSet<String>> {
    let ids: Option<Vec<&str>> = value.as_array()?.iter().map(|member| member.get("value")?.as_str()).collect();
    Some(ids?.into_iter().filter(|id| state.user(id).is_some()).map(str::to_owned).collect())
}
