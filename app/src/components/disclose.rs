//! A part of the page that opens on demand; native, so it needs no script.

use super::Icon;
use leptos::prelude::*;

#[component]
pub fn Disclose(
    #[prop(into)] title: String,
    #[prop(optional, into)] end: Option<String>,
    #[prop(optional)] open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclose" open=open>
            <summary>
                <Icon name="chevron-right"/>
                {title}
                {end.map(|end| view! { <span class="end">{end}</span> })}
            </summary>
            <div>{children()}</div>
        </details>
    }
}
