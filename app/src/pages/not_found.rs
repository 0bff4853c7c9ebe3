//! The answer to an address that has no page.

use crate::error::AppError;
use crate::form::Problem;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    view! {
        <Title text="Not found"/>
        <main class="auth" id="main">
            <div class="auth-card">
                <h1 class="mb-4">"There is no such page"</h1>
                <Problem problem=AppError::NotFound { what: "page".into() }/>
                <p class="mt-4"><a class="btn" data-variant="outline" href="/">"Go to the overview"</a></p>
            </div>
        </main>
    }
}
