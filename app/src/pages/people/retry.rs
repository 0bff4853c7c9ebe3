//! Trying a link again: the button, and the word that it is on its way. A log entry has them too.

use crate::api::links::RetryLink;
use crate::components::{Callout, Look, Tone};
use crate::form::{FormProblem, FormState};
use leptos::prelude::*;
use model::PersonId;

/// The button that makes the link due now, in a view that the server writes for the page at `at`.
#[cfg(feature = "ssr")]
#[component]
pub fn Retry(person: PersonId, connection: model::ConnectionId, at: crate::components::Query) -> impl IntoView {
    use crate::components::SubmitButton;
    use crate::written::WrittenForm;
    use server_fn::ServerFn;
    view! {
        <WrittenForm calls=RetryLink::PATH at>
            <input type="hidden" name="connection" value=connection.to_string()/>
            <input type="hidden" name="person" value=person.to_string()/>
            <SubmitButton label="Retry now" icon="rotate-cw" variant="outline" small=true/>
        </WrittenForm>
    }
}

/// What became of the button, above the page.
#[component]
pub fn Retried(person: PersonId, form: FormState<RetryLink>) -> impl IntoView {
    let done = move || {
        form.success().filter(|who| *who == person).map(|_| {
            view! {
                <div class="flash">
                    <Callout
                        look=Look::new(Tone::Info, "rotate-cw", "Tried again")
                        title="It is tried again now."
                        role="status"
                    >
                        <p>"The new state shows on the person’s page within seconds."</p>
                    </Callout>
                </div>
            }
        })
    };
    view! { {done}<FormProblem state=form/> }
}
