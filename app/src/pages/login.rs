//! The sign-in page.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn Login() -> impl IntoView {
    let query = use_query_map();
    let failed = move || query.read().get("failed").is_some();
    let out = move || query.read().get("signed_out").is_some();
    view! {
        <Title text="Sign in"/>
        <main class="auth" id="main">
            <div class="auth-card">
                <div class="mb-6 text-center">
                    <span class="brand text-lg">
                        <svg aria-hidden="true"><use href="/icons.svg#rollcall"></use></svg>"Rollcall"
                    </span>
                    <h1 class="mt-5">"Sign in to Rollcall"</h1>
                    <p class="muted mt-1">"Keeps Zoom’s user list equal to your directory’s."</p>
                </div>
                <Show when=failed>
                    <div class="flash">
                        <div class="callout" data-tone="bad" role="alert">
                            <svg class="i" aria-hidden="true"><use href="/icons.svg#circle-alert"></use></svg>
                            <div><div>
                                <strong>"This sign-in link does not work."</strong>
                                <p>"A link works once, for 15 minutes. Print a new one with "
                                    <code class="mono">"rollcall setup-link"</code>" on the server."</p>
                            </div></div>
                        </div>
                    </div>
                </Show>
                <Show when=out>
                    <div class="flash">
                        <div class="callout" data-tone="ok" role="status">
                            <svg class="i" aria-hidden="true"><use href="/icons.svg#circle-check"></use></svg>
                            <div><div><strong>"You are signed out."</strong></div></div>
                        </div>
                    </div>
                </Show>
                <div class="card">
                    <section>
                        <h2>"Use a one-time sign-in link"</h2>
                        <p class="hint">"The server printed a link when it started for the first time. It works once, for 15 minutes, and signs you in as an owner."</p>
                        <p class="hint">"Used or too old? Print a new one on the server:"</p>
                        <pre class="code"><code>"rollcall setup-link"</code></pre>
                    </section>
                </div>
                <p class="hint mt-5 text-center">"Rollcall never asks for your password."</p>
            </div>
        </main>
    }
}
