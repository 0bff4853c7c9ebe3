//! The six operations on users.

use serde_json::Value;

use crate::{
    attributes,
    call::Call,
    filter::{Filter, Page},
    project::{self, View},
    refusal::Refusal,
    reply::Reply,
    state::{State, folded},
    user::{Kind, User},
};

pub(crate) fn list(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let page = Page::of(call);
    let skip = page.start_index - 1;
    let Some(text) = call.query("filter") else {
        let skip = if skip > 0 { churn(state, skip) } else { 0 };
        let users = state.users().skip(skip).take(page.count);
        let shown = users.map(|user| show(state, user, View::List)).collect();
        return Ok(Reply::json(200, &project::list(shown, state.users().len(), page.start_index)));
    };
    let filter = Filter::parse(&text).map_err(Refusal::UserFilter)?;
    let found = match filter.attribute.as_str() {
        "userName" if filter.value.contains(char::is_whitespace) => {
            return Err(Refusal::UserFilter(filter.attribute));
        }
        // The trap: neither "absent" nor a bad request.
        "userName" if state.is_elsewhere(&filter.value) => {
            return Err(Refusal::NotInAccount(filter.value));
        }
        "userName" => state.user_by_name(&filter.value),
        // Zoom's own id, in spite of the name.
        "externalId" => state.user(&filter.value),
        _ => return Err(Refusal::UserFilter(filter.attribute)),
    };
    let total = usize::from(found.is_some());
    let users = found.into_iter().skip(skip).take(page.count);
    let shown = users.map(|user| show(state, user, View::List)).collect();
    Ok(Reply::json(200, &project::list(shown, total, page.start_index)))
}

/// Changes the list before a page, as [`Churn`](crate::Churn) says; where the page begins then.
fn churn(state: &mut State, skip: usize) -> usize {
    let churn = state.options.account.churn;
    let first: Vec<String> = state.users().take(churn.vanish).map(|user| user.id.clone()).collect();
    for id in first {
        state.remove(&id);
    }
    for _ in 0..churn.appear {
        let id = state.ids.id();
        let user_name = format!("appeared-{}@example.com", id.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        let user = User::new(id, &user_name, "Basic", state.now());
        state.put(user);
    }
    skip.saturating_sub(churn.repeat)
}

pub(crate) fn get(state: &State, call: &Call) -> Result<Reply, Refusal> {
    let user = state.user(&call.id).ok_or(Refusal::NoSuchUser)?;
    Ok(Reply::json(200, &show(state, user, View::Get)))
}

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let body = call.json_object()?;
    let user_name = body.get("userName").and_then(Value::as_str).map(str::trim);
    let user_name = user_name.filter(|name| attributes::is_email(name)).ok_or(Refusal::InvalidUserName)?;
    // That somebody pending or foreign is refused in these words is assumed.
    if state.user_by_name(user_name).is_some() || state.is_elsewhere(user_name) {
        return Err(Refusal::AlreadyInUse(user_name.to_owned()));
    }
    if !state.is_domain_associated(user_name) {
        return Err(Refusal::DomainNotAssociated);
    }
    let user_type = state.options.account.default_user_type.clone();
    let mut user = User::new(String::new(), user_name, &user_type, state.now());
    attributes::apply(&mut user, &body)?;
    // Only here; later changes of a name leave the display name as it is.
    if user.display_name.is_none() {
        let names: Vec<&str> =
            [&user.given_name, &user.family_name].into_iter().flatten().map(String::as_str).collect();
        user.display_name = Some(names.join(" ")).filter(|name| !name.is_empty());
    }
    state.check_seats(None, &user)?;
    user.id = state.ids.id();
    let id = user.id.clone();
    state.put(user);
    if let Some(groups) = attributes::groups(&body) {
        state.set_groups(&id, &groups);
    }
    answer(state, 201, &id, View::Create)
}

/// Changes what is sent and nothing else: "include only the parameters that
/// you want to update and the `schemas` parameter".
pub(crate) fn update(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let before = state.user(&call.id).ok_or(Refusal::NoSuchUser)?.clone();
    let body = call.json_object()?;
    // That `active: true` does not help here is assumed.
    if !before.active || before.force_inactive {
        return Err(Refusal::InactiveOrLocked);
    }
    let mut user = before.clone();
    attributes::apply(&mut user, &body)?;
    let free = matches!(user.user_type.as_str(), "Basic" | "Collaboration");
    if user.kind == Kind::ZoomRoom && free && body.contains_key("userType") {
        return Err(Refusal::RoomToFree);
    }
    if let Some(email) = attributes::email(&body).filter(|email| folded(email) != folded(&user.user_name)) {
        check_new_email(state, &before, email)?;
        email.clone_into(&mut user.user_name);
    }
    let deactivates = body.get("active") == Some(&Value::Bool(false));
    if deactivates {
        check_may_deactivate(&before)?;
        user.deactivate();
    }
    state.check_seats(Some(&before), &user)?;
    if deactivates {
        state.transfer_from(&user);
    }
    user.last_modified = state.now();
    state.put(user);
    if let Some(groups) = attributes::groups(&body) {
        state.set_groups(&call.id, &groups);
    }
    answer(state, 200, &call.id, View::Update)
}

/// PATCH knows one form: `Operations`, spelled so, with one `replace` of
/// `active` and no path.
pub(crate) fn activate(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let mut user = state.user(&call.id).ok_or(Refusal::NoSuchUser)?.clone();
    let body = call.json_object()?;
    let operations = body.get("Operations").and_then(Value::as_array);
    let active = operations
        .into_iter()
        .flatten()
        .filter(|operation| operation.get("op").and_then(Value::as_str) == Some("replace"))
        .find_map(|operation| operation.get("value")?.get("active")?.as_bool())
        .ok_or(Refusal::NoActiveField)?;
    check_may_deactivate(&user)?;
    if user.force_inactive {
        return Err(Refusal::ForceInactive);
    }
    if active != user.active {
        if active {
            user.active = true;
        } else {
            user.deactivate();
            state.transfer_from(&user);
        }
        user.last_modified = state.now();
        state.put(user);
    }
    answer(state, 200, &call.id, View::Activate)
}

pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Reply, Refusal> {
    let user = state.user(&call.id).ok_or(Refusal::NoSuchUser)?.clone();
    if user.is_admin() {
        return Err(Refusal::AdminDelete);
    }
    state.transfer_from(&user);
    state.remove(&call.id);
    Ok(Reply::empty(204))
}

fn check_new_email(state: &State, user: &User, email: &str) -> Result<(), Refusal> {
    if user.is_admin() {
        return Err(Refusal::AdminEmail);
    }
    if !attributes::is_email(email) {
        return Err(Refusal::Validation("emails"));
    }
    if state.user_by_name(email).is_some() || state.is_elsewhere(email) {
        return Err(Refusal::EmailUsed(email.to_owned()));
    }
    if !state.is_domain_associated(email) {
        return Err(Refusal::DomainNotAssociated);
    }
    Ok(())
}

fn check_may_deactivate(user: &User) -> Result<(), Refusal> {
    if user.is_admin() || user.kind == Kind::ZoomRoom {
        return Err(Refusal::RoomOrAdmin);
    }
    Ok(())
}

fn show(state: &State, user: &User, view: View) -> Value {
    let groups = if view == View::List { Vec::new() } else { state.groups_of(&user.id) };
    project::user(user, &groups, view, &state.base_url)
}

fn answer(state: &State, status: u16, id: &str, view: View) -> Result<Reply, Refusal> {
    let user = state.user(id).ok_or(Refusal::NoSuchUser)?;
    Ok(Reply::json(status, &show(state, user, view)))
}
