//! What can be done with a row, behind a button; a native popover, so it needs no script.

use super::Icon;
use leptos::prelude::*;

/// The children are links and buttons, the unsafe ones with the class `danger`.
#[component]
pub fn Menu(
    /// Of the popover; unique in the page.
    #[prop(into)]
    id: String,
    /// Says whose actions these are: "Actions for Okta".
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    view! {
        <button type="button" class="btn" data-variant="ghost" data-size="icon-sm" popovertarget=id.clone() aria-label=label>
            <Icon name="ellipsis"/>
        </button>
        <div class="menu" id=id popover="">{children()}</div>
    }
}

/// The same behind a button with words.
#[component]
pub fn MenuButton(
    /// Of the popover; unique in the page.
    #[prop(into)]
    id: String,
    icon: &'static str,
    #[prop(into)] label: String,
    children: Children,
) -> impl IntoView {
    view! {
        <button type="button" class="btn" data-variant="outline" popovertarget=id.clone()>
            <Icon name=icon/>{label}<Icon name="chevron-down"/>
        </button>
        <div class="menu" id=id popover="">{children()}</div>
    }
}
