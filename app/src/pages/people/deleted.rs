//! Whoever no source knows any more: who deleted them, until when it can be taken back, and the question before it is.

use crate::api::joined::RestoreRecord;
use crate::components::{Callout, Day, Dialog, Icon, Look, SubmitButton, Tone};
use crate::form::{FormProblem, PostForm, use_form};
use crate::now::use_now;
use leptos::prelude::*;
use model::PersonId;
use model::person::{Person, RecordSummary};

/// Above the page of somebody who is deleted.
pub(super) fn notice(person: &Person, may_manage: bool) -> AnyView {
    if !person.summary.gone {
        return ().into_any();
    }
    let id = person.summary.id;
    let found: Vec<RecordSummary> = person.restorable(use_now().get_untracked()).into_iter().cloned().collect();
    let look = Look::new(Tone::Idle, "trash-2", "Deleted");
    if found.is_empty() {
        return view! {
            <div class="flash"><Callout look title="No source knows this person any more.">
                <p>
                    "This was more than 30 days ago, so it cannot be restored. When a source sends the same user name again, it is this person, with the Zoom account that is linked."
                </p>
            </Callout></div>
        }
        .into_any();
    }
    let rows = found.into_iter().map(|record| line(id, record, may_manage)).collect_view();
    view! {
        <div class="flash"><Callout look title="No source knows this person any more.">{rows}</Callout></div>
    }
    .into_any()
}

fn line(person: PersonId, record: RecordSummary, may_manage: bool) -> AnyView {
    let (Some(at), Some(end)) = (record.deleted_at, record.restorable_until()) else { return ().into_any() };
    let restore = may_manage.then(|| {
        let href = format!("/people/{person}?dialog=restore&record={}", record.id);
        let label = format!("Restore what {} deleted", record.source_name);
        view! {
            <p class="mt-2">
                <a class="btn" data-variant="outline" data-size="sm" href=href aria-label=label><Icon name="rotate-cw"/>"Restore"</a>
            </p>
        }
    });
    view! {
        <p>"Deleted by "<strong>{record.source_name}</strong>" on "<Day at/>". It can be restored until "<Day at=end/>"."</p>
        {restore}
    }
    .into_any()
}

/// The question before a record is restored.
#[component]
pub(super) fn Restore(person: PersonId, record: RecordSummary) -> impl IntoView {
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
