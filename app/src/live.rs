//! Live pages: one event stream tells that something was committed; what a page shows is then read anew.

use leptos::prelude::*;

#[derive(Clone, Copy)]
struct Live(RwSignal<u32>);

/// Listens while a signed-in page is open: nobody else is told anything. Called once by the frame around these pages;
/// does nothing on the server.
pub fn provide_live() {
    let beats = RwSignal::new(0);
    provide_context(Live(beats));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::listen(beats));
}

/// Grows with every change: make it part of a resource's source to have it read anew.
pub fn use_live() -> Signal<u32> {
    expect_context::<Live>().0.into()
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::EventSource;

    /// Keeps a stream open while the page can be seen: a browser has six connections to a host over HTTP/1.1, for all of
    /// its tabs together.
    pub(super) fn listen(beats: RwSignal<u32>) {
        let owner = Owner::current();
        let missed = StoredValue::new(false);
        let tell = move || {
            missed.set_value(menu_is_open());
            if missed.get_value() {
                return;
            }
            beats.update(|n| *n = n.wrapping_add(1));
            if let Some(owner) = &owner {
                owner.with(crate::now::tick);
            }
        };
        let heard = Closure::<dyn Fn()>::new(tell.clone());
        let heard: js_sys::Function = heard.into_js_value().unchecked_into();
        let stream = StoredValue::new_local(None::<EventSource>);
        let follow = move || {
            if document().hidden() {
                close(stream);
            } else if stream.with_value(Option::is_none) {
                stream.set_value(open(&heard));
            }
        };
        follow();
        let seen = window_event_listener_untyped("visibilitychange", move |_| follow());
        let toggled = Closure::<dyn Fn()>::new(move || {
            if missed.try_get_value().unwrap_or(false) {
                tell();
            }
        });
        let toggled: js_sys::Function = toggled.into_js_value().unchecked_into();
        // A toggle does not bubble: it is caught on its way down.
        drop(document().add_event_listener_with_callback_and_bool("toggle", &toggled, true));
        on_cleanup(move || {
            seen.remove();
            drop(document().remove_event_listener_with_callback_and_bool("toggle", &toggled, true));
            close(stream);
        });
    }

    /// What is read anew is drawn anew, and an open menu would close under the hand that is about to choose: it waits
    /// until the menu has been closed.
    fn menu_is_open() -> bool {
        document().query_selector(":popover-open").is_ok_and(|open| open.is_some())
    }

    /// "open" counts as a change as well: what happened before it was missed.
    fn open(heard: &js_sys::Function) -> Option<EventSource> {
        let stream = EventSource::new("/live").ok()?;
        for event in ["changed", "open"] {
            drop(stream.add_event_listener_with_callback(event, heard));
        }
        Some(stream)
    }

    fn close(stream: StoredValue<Option<EventSource>, LocalStorage>) {
        if let Some(Some(stream)) = stream.try_update_value(Option::take) {
            stream.close();
        }
    }
}
