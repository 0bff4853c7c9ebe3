//! The question before the provisioning of imported people starts.

use super::{DIALOG_FIELDS, held};
use crate::api::imports::{BeginImported, Differences};
use crate::components::{Dialog, Query, SubmitButton, part_of, plural};
use crate::form::{FormProblem, PostForm, use_form};
use crate::reading::Reading;
use leptos::prelude::*;
use model::ConnectionId;

#[component]
pub(super) fn Begin(connection: ConnectionId, enabled: bool, differences: Reading<Differences>) -> impl IntoView {
    let form = use_form::<BeginImported>();
    let close = Query::here().get_untracked().without(DIALOG_FIELDS).href();
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Start provisioning" icon="circle-play" form="begin" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let what = part_of(differences, move |found: Differences| {
        let linked = plural(found.people, "person was", "people were");
        let text = format!("{linked} linked by imports. {}", held::said(&found));
        let deletes = found.deletes.then(
            || view! { <p>"Deleted accounts lose their meetings and recordings, and that cannot be undone."</p> },
        );
        view! { <p>{text}</p>{held::attributes(connection, found.attributes)}{deletes} }.into_any()
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
