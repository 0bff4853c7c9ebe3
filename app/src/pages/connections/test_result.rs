//! What the last connection test found, and the dialog that opens when it failed.

use crate::components::{Badge, Card, Checks, Dialog, Kv, Look, Time, Tone, pair};
use leptos::prelude::*;
use model::ConnectionId;
use model::connection::{ConnectionTest, TestFailure};

/// A line per check.
#[component]
pub(super) fn TestResult(test: Option<ConnectionTest>) -> impl IntoView {
    let Some(test) = test else {
        return view! {
            <Card id="test" title="Test connection result">
                <section><p class="hint">
                    "These settings have not been tested. The test asks Zoom for a token, looks at its scope, and reads one user; it changes nothing in Zoom. Provisioning stays off until a test succeeds."
                </p></section>
            </Card>
        }
        .into_any();
    };
    let look = if test.passed() {
        Look::new(Tone::Ok, "circle-check", "Ready")
    } else {
        Look::new(Tone::Bad, "circle-x", "Failed")
    };
    let advice = test.failure.map(|failure| {
        view! { <section><p class="hint">{failure.happened}" "{failure.likely}" "{failure.advice}</p></section> }
    });
    view! {
        <Card
            id="test"
            title="Test connection result"
            badge=view! { <Badge look/> }.into_any()
            end=view! { <span class="hint"><Time at=test.at/></span> }.into_any()
        >
            <Checks checks=test.checks/>
            {advice}
        </Card>
    }
    .into_any()
}

/// Test Connection Failed. Cancel leads back to the form; Continue goes on with the settings as they are. They are
/// saved already, so neither can lose anything.
#[component]
pub(super) fn TestFailed(id: ConnectionId, failure: TestFailure) -> impl IntoView {
    let form = format!("/connections/{id}/integration");
    let mut rows = Vec::new();
    if let Some(said) = failure.zoom_answered {
        rows.push(pair("Zoom answered", view! { <span class="mono">{said}</span> }));
    }
    rows.push(pair("Most likely", failure.likely));
    rows.push(pair("What to do", failure.advice));
    let footer = view! {
        <a class="btn" data-variant="outline" href=form.clone()>"Cancel"</a>
        <a class="btn" href=format!("/connections/{id}")>"Continue"</a>
    }
    .into_any();
    view! {
        <Dialog id="tf" title="Test connection failed" description=failure.happened close=form footer=footer alert=true>
            <Kv rows/>
            <p class="hint mt-4">
                "The settings are saved as they are, and nothing in Zoom was changed. Cancel leads back to them; Continue leaves them. Provisioning stays off until a test succeeds."
            </p>
        </Dialog>
    }
}
