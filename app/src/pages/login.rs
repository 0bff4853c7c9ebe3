//! The sign-in page.

#[cfg(feature = "ssr")]
pub(crate) mod ways;

use crate::api::providers::GetWaysIn;
use crate::components::{Query, part_of};
use crate::reading::read;
use crate::written::Written;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Login() -> impl IntoView {
    let query = Query::here();
    let data = read(move || Ok(GetWaysIn { at: query.get() }));
    view! {
        <Title text="Sign in"/>
        <main class="auth" id="main">
            {part_of(data, |html| view! { <Written html class="auth-card"/> }.into_any())}
        </main>
    }
}
