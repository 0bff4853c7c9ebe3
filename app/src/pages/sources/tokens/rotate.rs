//! The dialog that rotates a token.

use super::generate::options;
use super::{cannot, no_such};
use crate::api::tokens::{LIFETIMES, ListTokens, OVERLAPS, RotateToken};
use crate::components::{Dialog, FieldState, Query, SelectField, SubmitButton, TextField, Time, part_of};
use crate::form::{FormProblem, FormState, PostForm};
use crate::now::use_now;
use crate::reading::read;
use leptos::prelude::*;
use model::source::{ScimToken, successor_name};
use model::{SourceId, TokenId};

#[component]
pub fn RotateDialog(source: SourceId, query: Memo<Query>, form: FormState<RotateToken>) -> impl IntoView {
    let asked = query.read_untracked().parsed::<TokenId>("token");
    let data = read(move || Ok(ListTokens { source }));
    part_of(data, move |tokens| match tokens.into_iter().find(|token| Some(token.id) == asked) {
        Some(token) => match token.cannot_be_rotated(use_now().get_untracked()) {
            Some(why) => cannot(source, &format!("{} cannot be rotated", token.name), why),
            None => view! { <Rotate token form/> }.into_any(),
        },
        None => no_such(source),
    })
}

#[component]
fn Rotate(token: ScimToken, form: FormState<RotateToken>) -> impl IntoView {
    let close = format!("/sources/{}", token.source_id);
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Generate successor" form="rotate" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let life = if token.expires_at.is_some() { "365" } else { "never" };
    let ends = token.expires_at.map(|at| view! { " It would end "<Time at/>" anyway, if that is earlier." });
    view! {
        <Dialog
            id="ro"
            title=format!("Rotate {}", token.name)
            description="Generates a successor with the same restrictions. Both work for a while, so that you can paste the new one without a gap."
            close=close
            footer=footer
        >
            <PostForm state=form id="rotate" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="token" value=token.id.to_string()/>
                <TextField field=FieldState::of(form, "name", &successor_name(&token.name)) label="Name of the successor"/>
                <SelectField
                    field=FieldState::of(form, "overlap", "168")
                    label="The old token goes on for"
                    options=options(OVERLAPS)
                    hint="Then it ends by itself. You are warned while it is still used."
                />
                <SelectField field=FieldState::of(form, "expires_in", life) label="The successor expires" options=options(LIFETIMES)/>
                <p class="muted text-sm">
                    "The old one is "<code class="mono">{token.prefix.clone()}"…"</code>"."{ends}
                </p>
            </PostForm>
        </Dialog>
    }
}
