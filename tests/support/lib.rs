//! What the tests across crates stand on: a whole server with its worker, on a database of its own, against a
//! simulated Zoom, and the clients that speak to it: a browser without script and a SCIM client.
//!
//! Nothing here is part of the product, and nothing here sleeps: whoever waits, waits for the thing itself. Start with
//! [`TestApp::start`]; everything ends when it is dropped, also by a panic.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod app;
mod browser;
mod database;
mod html;
mod people;
mod scim;
mod smtp;
mod wait;

pub use app::{Start, TestApp};
pub use browser::{Browser, Shown};
pub use database::{Database, admin_url, key};
pub use html::{Element, Form, Html};
pub use people::{ada, user};
pub use scim::{Answer, Scim};
pub use smtp::{MailServer, Manner, Received};
pub use wait::wait_sealed;

/// The id of an AuthnRequest, from its form in an address (SAML 2.0 Bindings, section 3.4.4.1).
pub fn saml_request_id(deflated: &str) -> String {
    use base64::Engine as _;
    use std::io::Read as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(deflated).unwrap();
    let mut xml = String::new();
    flate2::read::DeflateDecoder::new(&*bytes).read_to_string(&mut xml).unwrap();
    let (_, rest) = xml.split_once(" ID=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A client that speaks to nobody but this machine, follows no redirect and keeps its cookies.
#[expect(clippy::disallowed_methods, reason = "the one home of the tests' clients")]
pub fn http() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .cookie_store(true)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(60))
        .build()
        .unwrap()
}
