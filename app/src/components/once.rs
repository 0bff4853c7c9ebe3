//! Views that follow signals in the browser. The server makes each once: it would call what follows again and again to
//! see what it waits for, and count the parts of a view anew each time, so that the browser would look for the data of a
//! page in other places (the test `hydration` sees to it).

use leptos::prelude::*;
use std::hash::Hash;

/// A view made anew whenever what it reads changes. Whatever has a form in it or reads data needs this instead of a
/// plain closure or `Show`.
pub fn follows(view: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    #[cfg(feature = "ssr")]
    return view();
    #[cfg(not(feature = "ssr"))]
    view.into_any()
}

/// A view that stays as long as its key does, and is made anew with another one: a form of a new version keeps nothing
/// that was typed for the old one.
pub fn keyed_by<T, K>(of: T, key: fn(&T) -> K, view: impl Fn(T) -> AnyView + Clone + Send + 'static) -> AnyView
where
    T: Clone + Send + 'static,
    K: Eq + Hash + 'static,
{
    #[cfg(feature = "ssr")]
    return leptos::tachys::view::keyed::keyed([of], key, move |_, of| (drop::<usize>, view(of))).into_any();
    #[cfg(not(feature = "ssr"))]
    view! { <For each=move || [of.clone()] key let:of>{view(of)}</For> }.into_any()
}
