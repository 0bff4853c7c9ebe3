//! The lines of a test: what was checked, how it went, and why it did not.

use super::{Icon, Look, duration};
use leptos::prelude::*;
use model::connection::{Check, CheckState};

/// A list of checks, with the reason under the one that failed.
#[component]
pub fn Checks(checks: Vec<Check>) -> impl IntoView {
    let lines = checks.into_iter().map(|check| {
        let look = Look::from(check.state);
        let end = match (check.state, check.duration_ms) {
            (CheckState::NotRun, _) => "not run".to_owned(),
            (_, Some(ms)) => duration(ms),
            (_, None) => String::new(),
        };
        view! {
            <li data-tone=look.tone.as_str()>
                <Icon name=look.icon/>
                <span class="what">{check.name}<span class="vh">": " {look.label}</span></span>
                <span class="end num">{end}</span>
                {check.note.map(|note| view! { <span class="why">{note}</span> })}
            </li>
        }
    });
    view! { <ul class="checks">{lines.collect_view()}</ul> }
}
