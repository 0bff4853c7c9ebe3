//! A new token, once.

use crate::api::tokens::NewToken;
use crate::components::{Callout, CopyField, Look, Tone};
use leptos::prelude::*;
use model::SourceId;

#[component]
pub fn Created(
    source: SourceId,
    made: Memo<Option<NewToken>>,
    /// Where the provider's form takes it, of a provider that is known.
    field: Option<String>,
) -> impl IntoView {
    let goes = field.map(|field| format!("It goes into {field}. ")).unwrap_or_default();
    let hint = format!("{goes}The status below turns to Active when the first request arrives.");
    move || {
        made.get().filter(|made| made.source == source).map(|NewToken { name, token, scim_url, replaces, .. }| {
            let old = replaces.map(|old| {
                view! { <p>{format!("{old} goes on until its end below. Paste this one over it before.")}</p> }
            });
            view! {
                <div class="flash">
                    <Callout
                        look=Look::new(Tone::Ok, "key-round", "Token made")
                        title=format!("Token {name} made. Copy it now.")
                        role="status"
                    >
                        <p>"It is shown once and kept only as a hash. If it is lost, generate another."</p>
                        {old}
                    </Callout>
                    <div class="card mt-3"><section class="form">
                        <CopyField
                            id="new-token"
                            label="Bearer token"
                            value=token
                            hint=hint.clone()
                        />
                        <CopyField id="new-token-url" label="SCIM URL" value=scim_url/>
                    </section></div>
                </div>
            }
        })
    }
}
