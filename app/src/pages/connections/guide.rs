//! What to do in Zoom, step by step, beside the form.

use crate::components::{Callout, Icon, Look, Tone};
use leptos::prelude::*;

pub(crate) fn guide() -> AnyView {
    view! {
        <aside class="stack" aria-label="Guide for Zoom’s side">
            <section class="card" aria-labelledby="guide-h">
                <header><h2 id="guide-h">"In Zoom: 5 steps, about 4 minutes"</h2></header>
                <section>
                    <ol class="steps">
                        <li><div><p><strong>"Create the app. "</strong>
                            "In the Zoom App Marketplace choose Develop, Build App, Server-to-Server OAuth. You need the Zoom owner’s or an administrator’s account."
                        </p></div></li>
                        <li><div><p><strong>"Copy three values. "</strong>
                            "App Credentials shows Account ID, Client ID and Client Secret. Paste them into the form."
                        </p></div></li>
                        <li><div>
                            <p><strong>"Add the scope. "</strong>"Under Scopes add"</p>
                            <p><code class="tag mono">"scim2:admin"</code></p>
                            <p class="muted">"Rollcall needs no other. Zoom calls it "<code class="mono">"scim2"</code>" in older accounts."</p>
                        </div></li>
                        <li><div><p><strong>"Activate the app. "</strong>"An app that is not active gets no token."</p></div></li>
                        <li><div><p><strong>"Turn on single sign-on. "</strong>
                            "Advanced, Single Sign-On. Zoom accepts SCIM only with a vanity URL, single sign-on and an associated domain."
                        </p></div></li>
                    </ol>
                </section>
                <footer>
                    <a class="btn" data-variant="outline" data-size="sm" href="https://marketplace.zoom.us/" rel="noreferrer external">
                        <Icon name="external-link"/>"Open Zoom App Marketplace"
                    </a>
                </footer>
            </section>
            <Callout look=Look::new(Tone::Warn, "triangle-alert", "Note") title="Use one app per Rollcall server">
                <p>"A second server with the same credentials makes Zoom cancel the first one’s token."</p>
            </Callout>
        </aside>
    }
    .into_any()
}
