//! A value to copy elsewhere.

use super::Icon;
use leptos::prelude::*;

/// A read-only field with a copy button. The button needs the clipboard, so it stays hidden until script runs; without
/// it the field is selected by hand.
#[component]
pub fn CopyField(
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let (ready, set_ready) = signal(false);
    let (copied, set_copied) = signal(false);
    Effect::new(move |_| set_ready.set(true));
    let text = value.clone();
    let copy = move |_| {
        write_to_clipboard(&text);
        set_copied.set(true);
    };
    let hint_id = hint.is_some().then(|| format!("{id}-h"));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="copyfield">
                <input class="input" id=id readonly value=value aria-describedby=hint_id.clone()/>
                <button type="button" class="btn" data-variant="outline" hidden=move || !ready.get() on:click=copy>
                    <Icon name="copy"/>
                    <span role="status">{move || if copied.get() { "Copied" } else { "Copy" }}</span>
                </button>
            </div>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn write_to_clipboard(text: &str) {
    // The promise runs by itself; a refusal leaves the field to be selected by hand.
    let _ = leptos::prelude::window().navigator().clipboard().write_text(text);
}

#[cfg(not(feature = "hydrate"))]
fn write_to_clipboard(_: &str) {}
