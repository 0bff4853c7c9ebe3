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

    pub(super) fn listen(beats: RwSignal<u32>) {
        let Ok(stream) = EventSource::new("/live") else { return };
        let owner = Owner::current();
        let heard = Closure::<dyn Fn()>::new(move || {
            beats.update(|n| *n = n.wrapping_add(1));
            if let Some(owner) = &owner {
                owner.with(crate::now::tick);
            }
        });
        for event in ["changed", "open"] {
            // A reconnect may have missed something: "open" reads everything once, too.
            drop(stream.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref()));
        }
        on_cleanup({
            let stream = StoredValue::new_local(stream);
            move || stream.with_value(EventSource::close)
        });
        heard.forget();
    }
}
