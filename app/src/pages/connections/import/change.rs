//! Whose an account is, when the proposal is wrong: find a person and choose.

use super::DIALOG_FIELDS;
use super::choose_one::{Texts, asked, choose_one};
use crate::api::imports::{ChoosePerson, ListFreePeople};
use crate::components::Query;
use crate::error::AppError;
use crate::form::use_form;
use crate::reading::read;
use leptos::prelude::*;
use model::ConnectionId;

const TEXTS: Texts = Texts {
    title: "Whose account is it?",
    description: "Find the person in the directory. The account is linked when it is confirmed; until then nothing changes.",
    find: "Find people",
    hint: "Searches name, e-mail and department among people without an account on this connection. The first 20 are shown.",
    nothing: "Nobody is found who has no account on this connection yet and was not chosen for another one.",
    choose: "Choose",
    field: "person",
};

#[component]
pub(super) fn Change(connection: ConnectionId) -> impl IntoView {
    let form = use_form::<ChoosePerson>();
    let query = Query::here().get_untracked();
    let account = query.text("change").unwrap_or_default();
    let (of, q) = (query.parsed("change"), asked(&query));
    let found = read(move || {
        let account = of.ok_or_else(|| AppError::no("Zoom account"))?;
        Ok(ListFreePeople { connection, account, q: q.clone().unwrap_or_default(), own: q.is_none() })
    });
    // Who is ticked stays so.
    let list = query.without(DIALOG_FIELDS).href();
    let hidden = vec![("id", connection.to_string()), ("account", account), ("at", list)];
    choose_one(&TEXTS, form.into(), query, found, hidden)
}
