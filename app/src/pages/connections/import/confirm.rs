//! The question before accounts are linked: how many, and of which kind.

use super::{DIALOG_FIELDS, LIST_FIELDS, ticked};
use crate::api::imports::{ConfirmImport, GetConfirmation};
use crate::components::{CheckField, Dialog, FieldState, Kv, Query, SubmitButton, if_read, pair, part_of, plural};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::reading::read;
use leptos::prelude::*;
use model::ConnectionId;
use model::import::{AccountsShown, Confirmation};

#[component]
pub(super) fn Confirm(connection: ConnectionId, mail: bool) -> impl IntoView {
    let form = use_form::<ConfirmImport>();
    let query = Query::here().get_untracked();
    // What is ticked stays ticked, until it is confirmed.
    let (close, list) = (query.without(DIALOG_FIELDS).href(), query.only(LIST_FIELDS).href());
    let some = ticked(&query);
    let all = some.is_none();
    let accounts = some.unwrap_or_default();
    let (q, show) = (query.text("q"), query.parsed::<AccountsShown>("show"));
    let asked = (accounts.clone(), q.clone());
    let data =
        read(move || Ok(GetConfirmation { connection, accounts: asked.0.clone(), all, q: asked.1.clone(), show }));
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        {if_read(data, move |would: Confirmation| button(&would, form))}
    }
    .into_any();
    let numbers = part_of(data, move |would: Confirmation| numbers(&would, form, mail));
    let ids = accounts.into_iter().map(|id| view! { <input type="hidden" name="accounts[]" value=id.to_string()/> });
    view! {
        <Dialog
            id="ci"
            title="Confirm Assignments"
            description="The accounts are linked to these people, who are assigned where only assigned people get one. Nothing is changed in Zoom by it, and their provisioning starts only when you say so."
            close
            footer
        >
            <PostForm state=form id="confirm" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=connection.to_string()/>
                <input type="hidden" name="at" value=list/>
                {ids.collect_view()}
                {all.then(|| view! { <input type="hidden" name="all" value="true"/> })}
                {q.map(|q| view! { <input type="hidden" name="q" value=q/> })}
                {show.map(|show| view! { <input type="hidden" name="show" value=show.as_str()/> })}
                {numbers}
            </PostForm>
        </Dialog>
    }
}

/// Nothing where there is nobody to link.
fn button(would: &Confirmation, form: FormState<ConfirmImport>) -> AnyView {
    let linked = would.linked();
    let pending = Signal::derive(move || form.pending());
    let label = format!("Confirm {}", plural(linked, "account", "accounts"));
    let button = (linked > 0).then(|| view! { <SubmitButton label icon="check" form="confirm" pending/> });
    view! { {button} }.into_any()
}

fn numbers(would: &Confirmation, form: FormState<ConfirmImport>, mail: bool) -> AnyView {
    if would.linked() + would.left() == 0 {
        return view! { <p>"None of these accounts can be confirmed any more: each is linked, ignored or gone."</p> }
            .into_any();
    }
    let people = |n: i64| view! { <span class="num">{plural(n, "person", "people")}</span> };
    let mut rows = vec![
        pair("Exact", people(would.exact)),
        pair("Partial", people(would.partial)),
        pair("New", people(would.new)),
    ];
    if would.chosen > 0 {
        rows.push(pair("Chosen by hand", people(would.chosen)));
    }
    if would.known > 0 {
        rows.push(pair("Of the new", view! {
            <span class="num">{plural(would.known, "address", "addresses")}</span>" of somebody in the directory"
            <span class="hint block">"Confirming makes a second person of each. Choose the one who is there with Change instead."</span>
        }));
    }
    let mut left = |what: &'static str, accounts: i64, why: &'static str| {
        if accounts > 0 {
            rows.push(pair(what, view! {
                <span class="num">{plural(accounts, "account", "accounts")}</span><span class="hint block">{why}</span>
            }));
        }
    };
    left(
        "Not matched yet",
        would.unmatched,
        "Left as they are: the next import looks whose they are. Or choose with Change.",
    );
    left(
        "Left as they are",
        would.undecided,
        "Several people could be it, or Zoom shows no address. Choose with Change.",
    );
    let activate = (would.new > 0).then(|| {
        view! {
            <CheckField field=FieldState::switch(form, "activate", false) label="Auto-activate users after confirmation"/>
            <p class="hint">"New people are Staged until somebody activates them: their accounts stay as they are in Zoom. With this they are active at once."</p>
            {mail.then(|| view! { <CheckField field=FieldState::switch(form, "mail", false) label="Send an e-mail to whoever is activated"/> })}
        }
    });
    view! { <Kv rows/>{activate} }.into_any()
}
