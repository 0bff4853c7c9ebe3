//! The question before a token is revoked.

use super::{cannot, no_such};
use crate::api::tokens::{ListTokens, RevokeToken};
use crate::components::{Dialog, Query, SubmitButton, Time, part_of};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::reading::read;
use leptos::prelude::*;
use model::source::ScimToken;
use model::{SourceId, TokenId};

/// The question before a token is revoked; it names the token.
#[component]
pub fn RevokeDialog(source: SourceId, query: Memo<Query>) -> impl IntoView {
    let form = use_form::<RevokeToken>();
    let asked = query.read_untracked().parsed::<TokenId>("token");
    let data = read(move || Ok(ListTokens { source }));
    part_of(data, move |tokens| match tokens.into_iter().find(|token| Some(token.id) == asked) {
        Some(token) if token.revoked_at.is_none() => view! { <Revoke token form/> }.into_any(),
        Some(token) => cannot(
            source,
            &format!("{} is revoked", token.name),
            "It opens nothing any more, and there is nothing left to do.".to_owned(),
        ),
        None => no_such(source),
    })
}

#[component]
fn Revoke(token: ScimToken, form: FormState<RevokeToken>) -> impl IntoView {
    let close = format!("/sources/{}", token.source_id);
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Revoke token" form="revoke" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let use_of = match token.last_used_at {
        Some(at) => view! { "It was last used "<Time at/>"." }.into_any(),
        None => "It was never used.".into_any(),
    };
    view! {
        <Dialog
            id="rt"
            title=format!("Revoke {}?", token.name)
            description="From the next request on, the identity provider that uses it is refused. This cannot be undone."
            close=close
            footer=footer
            alert=true
        >
            <PostForm state=form id="revoke" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="token" value=token.id.to_string()/>
                <p>
                    <code class="mono">{token.prefix.clone()}"…"</code>" opens "<strong>{token.source_name.clone()}</strong>". "
                    {use_of}" Nobody is changed or removed in Zoom by revoking it."
                </p>
            </PostForm>
        </Dialog>
    }
}
