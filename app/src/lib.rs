//! What an administrator sees. Compiled twice: for the server (`ssr`), which renders every page whole, and for the
//! browser (`hydrate`), which takes the pages over.
//!
//! Pages ([`pages`]) read and write through server functions ([`api`]), one file a noun; each begins with
//! `session::begin(Permission)`, the one door to the data. Errors reach the browser as [`error::AppError`] only. No page
//! needs JavaScript: links and forms do everything, script makes it smoother. Start with [`App`].

pub mod api;
pub mod call;
pub mod components;
pub mod error;
pub mod flash;
pub mod form;
pub mod live;
pub mod now;
pub mod pages;
pub mod reading;
#[cfg(feature = "ssr")]
pub mod session;
pub mod shell;
pub mod written;

pub use shell::App;
#[cfg(feature = "ssr")]
pub use shell::document;

/// Takes the server's page over in the browser, and marks it as taken.
#[cfg(feature = "hydrate")]
pub fn start() {
    // In a release a panic stops the page without a word: see `SMALL` in scripts/bundle.
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
    if let Some(root) = leptos::prelude::document().document_element() {
        drop(root.set_attribute("data-hydrated", ""));
    }
}
