//! The dialog that generates a token.

use crate::api::tokens::{GenerateToken, LIFETIMES};
use crate::components::{CheckField, Dialog, FieldState, SelectField, SubmitButton, TextField};
use crate::form::{FormProblem, FormState, PostForm};
use leptos::prelude::*;
use model::SourceId;

#[component]
pub fn GenerateDialog(source: SourceId, name: String, form: FormState<GenerateToken>) -> impl IntoView {
    let close = format!("/sources/{source}");
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Generate token" form="generate" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog id="gt" title="Generate token" description="The token is shown once, on the next page." close=close footer=footer>
            <PostForm state=form id="generate" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="source" value=source.to_string()/>
                <TextField
                    field=FieldState::of(form, "name", &name)
                    label="Name"
                    hint="So that you know it again in this list and in the audit log."
                />
                <SelectField
                    field=FieldState::of(form, "expires_in", "365")
                    label="Expires"
                    options=options(LIFETIMES)
                    hint="Owners and admins are warned 14, 3 and 1 day before. Rotate it then: both work until you have pasted the new one."
                />
                <TextField
                    field=FieldState::of(form, "ranges", "")
                    label="May be used from"
                    placeholder="203.0.113.0/24, 2001:db8::/32"
                    hint="Networks in CIDR notation, or single addresses; from elsewhere it is refused. Nothing: from everywhere."
                    optional=true
                    mono=true
                />
                <CheckField field=FieldState::switch(form, "read_only", false) label="Read-only: whatever would change something is refused"/>
            </PostForm>
        </Dialog>
    }
}

/// Values with what a person reads.
pub(super) fn options(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect()
}
