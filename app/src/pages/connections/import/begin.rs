//! The question before the provisioning of imported people starts.

use super::DIALOG_FIELDS;
use crate::api::imports::{BeginImported, ImportPage};
use crate::components::{Dialog, Query, SubmitButton, part_of, plural};
use crate::form::{FormProblem, PostForm, use_form};
use crate::reading::Reading;
use leptos::prelude::*;
use model::ConnectionId;

#[component]
pub(super) fn Begin(connection: ConnectionId, enabled: bool, page: Reading<ImportPage>) -> impl IntoView {
    let form = use_form::<BeginImported>();
    let close = Query::here().get_untracked().without(DIALOG_FIELDS).href();
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Start provisioning" icon="circle-play" form="begin" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let what = part_of(page, |page: ImportPage| {
        let rows = page.differences.into_iter().map(|(attribute, people)| {
            view! { <li class="justify-between"><span>{attribute}</span><span class="num muted">{plural(people, "person", "people")}</span></li> }
        });
        let text = format!(
            "{} linked by imports. For {} of them something is sent:",
            plural(page.counts.held, "person was", "people were"),
            page.differing
        );
        view! { <p>{text}</p><ul class="rows">{rows.collect_view()}</ul> }.into_any()
    });
    let description = if enabled {
        "The directory's values are sent to Zoom now, where they differ. From then on every change follows by itself."
    } else {
        "Provisioning is off: nothing is sent until it is turned on. Then the directory's values go to Zoom, where they differ."
    };
    view! {
        <Dialog id="bg" title="Start provisioning?" description close footer>
            <PostForm state=form id="begin" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=connection.to_string()/>
                {what}
            </PostForm>
        </Dialog>
    }
}
