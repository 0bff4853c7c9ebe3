//! The question before what a source deleted is taken back.

use crate::api::joined::RestoreRecord;
use crate::api::people::RecordName;
use crate::components::{Dialog, SubmitButton};
use crate::form::{FormProblem, PostForm, use_form};
use leptos::prelude::*;
use model::PersonId;

/// The question before a record is restored.
#[component]
pub(super) fn Restore(person: PersonId, record: RecordName) -> impl IntoView {
    let form = use_form::<RestoreRecord>();
    let close = format!("/people/{person}");
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Restore" icon="rotate-cw" form="restore" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let source = record.source_name;
    view! {
        <Dialog
            id="rs"
            title=format!("Restore {}?", record.user_name)
            description=format!("{source} sees the user again over SCIM, under the id from before and as it was when it was deleted.")
            close=close
            footer=footer
        >
            <PostForm state=form id="restore" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="record" value=record.id.to_string()/>
                <p>
                    "Where the person is assigned, the Zoom account is enabled again. "{source}
                    " may delete the user again with its next push: put it right there as well."
                </p>
            </PostForm>
        </Dialog>
    }
}
