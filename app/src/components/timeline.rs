//! What happened, one after the other.

use super::{Icon, Tone};
use leptos::prelude::*;

/// One point of a timeline.
pub struct Event {
    pub tone: Tone,
    pub icon: &'static str,
    pub title: AnyView,
    /// The small line: when, or by what.
    pub when: AnyView,
}

impl Event {
    pub fn new(tone: Tone, icon: &'static str, title: impl IntoView + 'static, when: impl IntoView + 'static) -> Self {
        Self { tone, icon, title: title.into_any(), when: when.into_any() }
    }
}

#[component]
pub fn Timeline(events: Vec<Event>) -> impl IntoView {
    let events = events.into_iter().map(|event| {
        view! {
            <li data-tone=event.tone.as_str()>
                <span class="glyph" aria-hidden="true"><Icon name=event.icon/></span>
                <div><p class="font-[550]">{event.title}</p><p class="when">{event.when}</p></div>
            </li>
        }
    });
    view! { <ol class="timeline">{events.collect_view()}</ol> }
}
