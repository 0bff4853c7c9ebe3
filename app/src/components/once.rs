//! Views that follow signals in the browser, and are made once by the server. A framework's closure would be called again
//! and again there to see what it waits for, and in the browser when the page is taken over: each time the parts in it
//! are counted anew, and the data of a page is looked for by that count (the test `hydration` sees to it). These here
//! are made where they stand, on both sides.

use crate::reading::digest;
use leptos::prelude::*;
#[cfg(not(feature = "ssr"))]
use leptos::tachys::reactive_graph::OwnedView;
use std::hash::Hash;
use std::sync::Arc;
#[cfg(not(feature = "ssr"))]
use std::sync::{Mutex, PoisonError};

/// A view made anew whenever what it reads changes. Whatever has a form in it or reads data needs this instead of a
/// plain closure or `Show`.
#[cfg(feature = "ssr")]
pub fn follows(view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    view()
}

/// What the last view has made lives a little longer than the view: an effect in it that was woken by the same change has
/// its turn later, and reads it.
#[cfg(not(feature = "ssr"))]
pub fn follows(view: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let made = Arc::new(Mutex::new(None));
    let times = ArcMemo::new({
        let (made, around, home) = (made.clone(), Owner::current(), Mutex::new(None));
        move |before: Option<&u32>| {
            let owner = around.as_ref().map_or_else(Owner::new, Owner::child);
            // What the view makes while it is drawn is to live as long.
            let drawn = OwnedView::new_with_owner(owner.with(&view), owner.clone());
            put(&made, Some(drawn.into_any()));
            leptos::task::spawn_local(let_go(put(&home, Some(owner))));
            before.map_or(0, |times| times.wrapping_add(1))
        }
    });
    times.with_untracked(|_| ());
    let shown = move || {
        times.track();
        put(&made, None)
    };
    shown.into_any()
}

/// After everything that has been woken already.
#[cfg(not(feature = "ssr"))]
async fn let_go(owner: Option<Owner>) {
    for _ in 0..2 {
        leptos::task::tick().await;
    }
    drop(owner);
}

/// Leaves one in the place of another.
#[cfg(not(feature = "ssr"))]
fn put<T>(place: &Mutex<Option<T>>, next: Option<T>) -> Option<T> {
    std::mem::replace(&mut *place.lock().unwrap_or_else(PoisonError::into_inner), next)
}

/// A view that is made anew with another key: a form of a new version keeps nothing that was typed for the old one. In the
/// browser it is made anew also when what is around it is.
pub fn keyed_by<T, K>(of: T, key: fn(&T) -> K, view: impl Fn(T) -> AnyView + Send + Sync + 'static) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    K: Hash,
{
    keyed(digest(&key(&of)), Arc::new(move || view(of.clone())))
}

/// The same code for all types: it is long.
#[cfg(feature = "ssr")]
fn keyed(key: u64, view: Arc<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
    leptos::tachys::view::keyed::keyed([key], |key| *key, move |_, _| (drop::<usize>, view())).into_any()
}

#[cfg(not(feature = "ssr"))]
fn keyed(key: u64, view: Arc<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
    let taking_over = Owner::current_shared_context().is_some_and(|context| context.during_hydration());
    let first = Arc::new(Mutex::new(taking_over.then(|| view())));
    let made = move || put(&first, None).unwrap_or_else(|| view());
    view! { <For each=move || [key] key=|key| *key let:_key>{made()}</For> }.into_any()
}
