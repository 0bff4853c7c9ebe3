//! What stands before SCIM: is there such an operation, does the token open it,
//! is the pace kept, has the role the right. Then the operation itself.

use crate::{call::Call, groups, oauth, operation::Operation, refusal::Refusal, reply::Reply, state::State, users};

pub(crate) fn answer(state: &mut State, call: &Call) -> Reply {
    let Some(operation) = call.operation else {
        return Reply::gateway(404, 2300, "This API endpoint is not recognized.");
    };
    if operation == Operation::Token {
        return oauth::token(state, call);
    }
    if let Err(reply) = oauth::authorise(state, call) {
        return reply;
    }
    let verdict = state.admit(operation);
    if let Some(message) = verdict.refused {
        return Reply::gateway(429, 429, message).with_headers(verdict.headers);
    }
    let reply = check_rights(state, operation).and_then(|()| perform(state, operation, call));
    reply.unwrap_or_else(Reply::from).with_headers(verdict.headers)
}

fn check_rights(state: &State, operation: Operation) -> Result<(), Refusal> {
    use Operation::{GetGroup, GetUser, ListGroups, ListUsers};
    let account = &state.options.account;
    let rights = account.rights;
    let (granted, refusal) = match operation {
        ListUsers => (rights.user_read, Refusal::MissingListRight),
        GetUser => (rights.user_read, Refusal::MissingRight("User:Read")),
        ListGroups | GetGroup => (rights.group_read, Refusal::MissingRight("Group:Read")),
        _ if operation.is_on_users() => (rights.user_edit, Refusal::MissingRight("User:Edit")),
        _ => (rights.group_edit, Refusal::MissingRight("Group:Edit")),
    };
    if !granted {
        return Err(refusal);
    }
    if operation.is_on_users() && !account.sso {
        return Err(Refusal::SsoOff);
    }
    Ok(())
}

fn perform(state: &mut State, operation: Operation, call: &Call) -> Result<Reply, Refusal> {
    match operation {
        Operation::Token => Ok(oauth::token(state, call)),
        Operation::ListUsers => users::list(state, call),
        Operation::CreateUser => users::create(state, call),
        Operation::GetUser => users::get(state, call),
        Operation::UpdateUser => users::update(state, call),
        Operation::ActivateUser => users::activate(state, call),
        Operation::DeleteUser => users::delete(state, call),
        Operation::ListGroups => groups::list(state, call),
        Operation::CreateGroup => groups::create(state, call),
        Operation::GetGroup => groups::get(state, call),
        Operation::UpdateGroup => groups::update(state, call),
        Operation::DeleteGroup => groups::delete(state, call),
    }
}
