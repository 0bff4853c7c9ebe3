//! The time that relative times on a page are told from: the server's at first, so that the page hydrates as it was
//! rendered; the browser's clock later, as far as it agrees.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

#[derive(Clone, Copy)]
struct Now(RwSignal<DateTime<Utc>>);

/// Gives the page its time. Called once by the shell.
pub fn provide_now() {
    let start = SharedValue::new_str(|| server_time().timestamp_micros()).into_inner();
    let start = DateTime::from_timestamp_micros(start).unwrap_or_default();
    provide_context(Now(RwSignal::new(start)));
}

/// Gives a view that the server writes by itself its time.
#[cfg(feature = "ssr")]
pub(crate) fn provide_servers() {
    provide_context(Now(RwSignal::new(server_time())));
}

/// The page's time; moves on with live updates.
pub fn use_now() -> Signal<DateTime<Utc>> {
    expect_context::<Now>().0.into()
}

/// Moves the page's time on.
#[cfg(feature = "hydrate")]
pub(crate) fn tick() {
    if let (Some(Now(now)), Some(time)) =
        (use_context::<Now>(), DateTime::from_timestamp_millis(js_sys::Date::now() as i64))
    {
        now.set(time);
    }
}

#[cfg(feature = "ssr")]
fn server_time() -> DateTime<Utc> {
    use_context::<crate::session::Backend>().map_or(DateTime::UNIX_EPOCH, |backend| backend.directory.now())
}

#[cfg(not(feature = "ssr"))]
fn server_time() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}
