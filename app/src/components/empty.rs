//! A list with nothing in it yet: the fact in one line, two lines that teach, the next step as a button.

use super::Icon;
use leptos::prelude::*;

#[component]
pub fn Empty(
    icon: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    /// The next step.
    #[prop(optional)]
    actions: Option<AnyView>,
    /// What was found so far.
    #[prop(optional, into)]
    hint: Option<String>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <header>
                <figure><Icon name=icon/></figure>
                <h2>{title}</h2>
                <p>{text}</p>
            </header>
            {actions.map(|actions| view! { <section>{actions}</section> })}
            {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
        </div>
    }
}
