//! Signing in by identity providers that are really there, over HTTP: OpenID Connect and SAML, honest and hostile.

mod admins;
mod failures;
mod fresh;
mod newcomers;
mod oidc;
mod owners;
mod roles;
mod saml;
mod sessions;
mod slow;
mod whole;

use directory::providers::Settings;
use model::provider::{Oidc, Protocol, RoleRule};
use model::{ProviderId, Role};
use reqwest::header::LOCATION;
use tests::{Browser, Shown, TestApp};
use url::Url;

fn rule(value: &str, role: Role) -> RoleRule {
    RoleRule { value: value.to_owned(), role }
}

/// Path and query of an address: the tests reach the server by another name than its public one.
fn path_of(address: &str) -> String {
    let url = Url::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// What an honest or hostile site answers, and where it sends the browser.
async fn elsewhere(address: &str) -> String {
    let answer = tests::http().get(address).send().await.unwrap();
    let to = answer.headers().get(LOCATION).unwrap_or_else(|| panic!("{address} leads nowhere: {}", answer.status()));
    to.to_str().unwrap().to_owned()
}

/// An OpenID Connect provider's settings, for a group "admins" and a group "staff".
pub(crate) fn oidc_settings(issuer: &str, client_id: &str, secret: &str) -> Settings {
    Settings {
        slug: "corp".into(),
        label: "Continue with Corp".into(),
        enabled: true,
        protocol: Protocol::Oidc(Oidc {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            scopes: vec!["email".into(), "groups".into()],
            secret_ends_in: None,
        }),
        metadata: None,
        client_secret: Some(secret.to_owned().into()),
        groups_claim: "groups".into(),
        roles: vec![rule("admins", Role::Admin), rule("staff", Role::Auditor)],
    }
}

async fn keep(app: &TestApp, settings: &Settings) -> ProviderId {
    let mut tx = app.tx().await;
    let id = directory::providers::create(&mut tx, settings).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn invite(app: &TestApp, email: &str, role: Role) {
    let mut tx = app.tx().await;
    directory::admins::invite(&mut tx, email, role).await.unwrap();
    tx.commit().await.unwrap();
}

/// The text of a page for whoever is signed in; it says who that is.
async fn who(browser: &Browser) -> String {
    browser.open("/people").await.html.text()
}

fn refused(shown: &Shown) {
    assert_eq!((shown.status, shown.location()), (303, "/login?failed=sign-in"));
}

/// The address of a server function: its name, and digits that change with the place of the checkout.
pub(crate) fn function(name: &str) -> &'static str {
    let bare = |path: &'static str| path.trim_start_matches("/api/").trim_end_matches(|c: char| c.is_ascii_digit());
    let mut paths = server_fn::axum::server_fn_paths().map(|(path, _)| path);
    paths.find(|path| bare(path) == name).unwrap_or_else(|| panic!("there is no function {name}"))
}

/// Waits until a request waits for a row that the test holds.
pub(crate) async fn until_held_up(app: &TestApp) {
    // A row is waited for by way of a transaction, which belongs to no database.
    let waits = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
        where not l.granted and a.datname = current_database()";
    while app.database.count(waits).await == 0 {
        tokio::task::yield_now().await;
    }
}
