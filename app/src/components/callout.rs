//! A message: what happened, why, what to do, and the button that does it.

use super::{Icon, Look};
use leptos::prelude::*;

/// `role` is "alert" only when the message answers an action and something went wrong, "status" when it went well,
/// and absent for a message that is part of the page.
#[component]
pub fn Callout(
    #[prop(into)] look: Look,
    #[prop(into)] title: String,
    #[prop(optional)] role: Option<&'static str>,
    /// Buttons beside the text instead of under it.
    #[prop(optional)]
    row: bool,
    #[prop(optional)] actions: Option<AnyView>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="callout" data-tone=look.tone.as_str() data-row=row role=role>
            <Icon name=look.icon/>
            <div>
                <div><strong>{title}</strong>{children.map(|children| children())}</div>
                {actions.map(|actions| view! { <div class="actions">{actions}</div> })}
            </div>
        </div>
    }
}
