//! SAML, from the button over the assertion consumer service to the session.

use super::{invite, keep, path_of, refused, rule, who};
use chrono::{DateTime, Utc};
use directory::providers::Settings;
use login::saml::ServiceProvider;
use login::saml::testing::{Algorithm, Message, Signed, Signer, encode};
use model::Role;
use model::provider::{Protocol, Saml};
use reqwest::Method;
use tests::{Browser, Shown, TestApp};
use url::Url;

const ENTITY: &str = "https://idp.example.com/saml";
const SIGN_ON: &str = "https://idp.example.com/sso";

/// An identity provider whose signer the test holds, and our side of it.
pub(super) struct Idp {
    signer: Signer,
    portal: ServiceProvider,
}

/// A sign-in that the provider has to answer.
pub(super) struct Asked {
    pub(super) request_id: String,
    relay_state: String,
}

impl Idp {
    pub(super) async fn of(app: &TestApp) -> Self {
        let signer = Signer::new(ENTITY, Algorithm::Rsa, app.directory.now()).unwrap();
        let settings = Settings {
            slug: "corp".into(),
            label: "Continue with Corp".into(),
            enabled: true,
            protocol: Protocol::Saml(Saml {
                metadata_url: None,
                entity_id: ENTITY.into(),
                sign_on_url: SIGN_ON.into(),
                certificates: Vec::new(),
            }),
            metadata: Some(signer.metadata(SIGN_ON).unwrap()),
            client_secret: None,
            groups_claim: "groups".into(),
            roles: vec![rule("admins", Role::Admin)],
        };
        keep(app, &settings).await;
        let base = app.server.public_url.as_str().trim_end_matches('/');
        let portal = ServiceProvider {
            entity_id: format!("{base}/auth/corp/metadata"),
            acs_url: format!("{base}/auth/corp/acs"),
        };
        Self { signer, portal }
    }

    pub(super) fn message(&self, asked: &Asked, now: DateTime<Utc>) -> Message {
        let mut message = Message::new(&self.signer, &self.portal, &asked.request_id, now);
        message.name_id = "jane@example.com".into();
        message.attributes = vec![("groups".into(), "admins".into()), ("email".into(), "jane@example.com".into())];
        message
    }

    pub(super) fn answer(&self, message: &Message) -> String {
        encode(&self.signer.respond(message, Signed::Assertion).unwrap())
    }
}

pub(super) async fn ask(browser: &Browser, start: &str) -> Asked {
    let shown = browser.get(start).await;
    let url = Url::parse(shown.location()).unwrap();
    assert!(url.as_str().starts_with(SIGN_ON), "{url}");
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let request_id = tests::saml_request_id(&value("SAMLRequest"));
    Asked { request_id, relay_state: value("RelayState") }
}

/// The provider's page makes the browser post: from another site, so without our Lax cookies.
pub(super) async fn post(app: &TestApp, asked: &Asked, response: &str) -> Shown {
    let request = app.browser().request(Method::POST, "/auth/corp/acs").header("sec-fetch-site", "cross-site");
    let form = [("SAMLResponse", response), ("RelayState", asked.relay_state.as_str())];
    Shown::of(request.form(&form).send().await.unwrap()).await
}

#[tokio::test]
async fn a_signed_response_opens_a_session_for_the_browser_that_asked() {
    let app = TestApp::start().await;
    let idp = Idp::of(&app).await;
    let browser = app.browser();
    let asked = ask(&browser, "/auth/corp/start?return_to=%2Fsources").await;
    let response = idp.answer(&idp.message(&asked, app.directory.now()));
    let posted = post(&app, &asked, &response).await;
    assert!(posted.location().starts_with("/auth/corp/finish?code="), "{}", posted.location());
    // The code alone is nothing: the cookie has to be there as well.
    refused(&app.browser().get(posted.location()).await);
    assert_eq!(browser.get(posted.location()).await.location(), "/sources");
    let page = who(&browser).await;
    assert!(page.contains("jane@example.com") && page.contains("Admin"), "{page}");
    // All of it counts once.
    refused(&browser.get(posted.location()).await);
    refused(&post(&app, &asked, &response).await);
}

/// The same assertion for another request: as a recorded one would be played again on another replica.
#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_is_used_once_on_all_replicas() {
    let app = TestApp::start().await;
    let second = app.second().await;
    let idp = Idp::of(&app).await;
    let now = app.directory.now();
    let (one, other) = (app.browser(), Browser::new(format!("http://{}", second.address)));
    let first = ask(&one, "/auth/corp/start").await;
    let mut message = idp.message(&first, now);
    let posted = post(&app, &first, &idp.answer(&message)).await;
    assert_eq!(one.get(posted.location()).await.location(), "/");
    // Signed anew for another request, under the same assertion id.
    let again = ask(&other, "/auth/corp/start").await;
    message.request_id.clone_from(&again.request_id);
    let request = Browser::new(format!("http://{}", second.address)).request(Method::POST, "/auth/corp/acs");
    let form = [("SAMLResponse", idp.answer(&message)), ("RelayState", again.relay_state.clone())];
    let posted = Shown::of(request.form(&form).send().await.unwrap()).await;
    refused(&other.get(posted.location()).await);
    assert_eq!(other.get("/people").await.status, 303);
    second.stop().await;
}

#[tokio::test]
async fn what_does_not_hold_lets_nobody_in() {
    let app = TestApp::start().await;
    let idp = Idp::of(&app).await;
    let now = app.directory.now();
    let stranger = Signer::new(ENTITY, Algorithm::Rsa, now).unwrap();
    type Change = fn(&mut Message);
    let hostile: &[(&str, Change)] = &[
        ("another audience", |m| m.audience = "https://other.example".into()),
        ("another recipient", |m| m.acs_url = "https://other.example/acs".into()),
        ("another issuer", |m| m.issuer = "https://other.example".into()),
        ("another request", |m| m.request_id = "_0000000000000000000000000000000000000000".into()),
        ("yesterday", |m| m.now -= chrono::Duration::days(1)),
        ("tomorrow", |m| m.now += chrono::Duration::days(1)),
        ("a comment in the name", |m| m.name_id = "jane@example.com<!---->.evil.example".into()),
    ];
    let mut answers: Vec<(String, Asked, String, Browser)> = Vec::new();
    for (what, change) in hostile {
        let browser = app.browser();
        let asked = ask(&browser, "/auth/corp/start").await;
        let mut message = idp.message(&asked, now);
        change(&mut message);
        answers.push(((*what).to_owned(), asked, idp.answer(&message), browser));
    }
    for (what, signer, signed) in
        [("unsigned", &idp.signer, Signed::Nothing), ("signed by somebody else", &stranger, Signed::Both)]
    {
        let browser = app.browser();
        let asked = ask(&browser, "/auth/corp/start").await;
        let message = idp.message(&asked, now);
        answers.push((what.to_owned(), asked, encode(&signer.respond(&message, signed).unwrap()), browser));
    }
    for garbage in ["", "AAAA", "<xml/>", "%%%"] {
        let browser = app.browser();
        let asked = ask(&browser, "/auth/corp/start").await;
        answers.push((format!("garbage {garbage}"), asked, garbage.to_owned(), browser));
    }
    for (what, asked, answer, browser) in answers {
        let posted = post(&app, &asked, &answer).await;
        assert!(posted.location().starts_with("/auth/corp/finish?code="), "{what}: {}", posted.location());
        let end = browser.get(posted.location()).await;
        assert_eq!(end.location(), "/login?failed=sign-in", "{what}");
        assert_eq!(browser.get("/people").await.status, 303, "{what}");
    }
    assert_eq!(app.database.count("select count(*) from session where admin_id is not null").await, 0);
    let without_request = Asked { request_id: "_1".into(), relay_state: "x".into() };
    refused(&post(&app, &without_request, "AAAA").await);
}

#[tokio::test]
async fn an_invitation_is_taken_up_by_the_name_id() {
    let app = TestApp::start().await;
    let idp = Idp::of(&app).await;
    invite(&app, "jane@example.com", Role::Operator).await;
    let browser = app.browser();
    let asked = ask(&browser, "/auth/corp/start").await;
    let mut message = idp.message(&asked, app.directory.now());
    message.attributes.clear();
    let posted = post(&app, &asked, &idp.answer(&message)).await;
    assert_eq!(browser.get(posted.location()).await.location(), "/");
    assert!(who(&browser).await.contains("Operator"));
}

#[tokio::test]
async fn metadata_is_read_before_it_is_saved() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let page = owner.open("/settings/sign-in/new?kind=saml").await;
    let now = app.directory.now();
    let signer = Signer::new(ENTITY, Algorithm::Ecdsa, now).unwrap();
    let good = signer.metadata(SIGN_ON).unwrap();
    let old =
        Signer::new(ENTITY, Algorithm::Rsa, now - chrono::Duration::days(800)).unwrap().metadata(SIGN_ON).unwrap();
    let early =
        Signer::new(ENTITY, Algorithm::Rsa, now + chrono::Duration::days(3)).unwrap().metadata(SIGN_ON).unwrap();
    let unsigned = login::saml::testing::metadata(ENTITY, SIGN_ON, &[]);
    let next = Signer::new(ENTITY, Algorithm::Ecdsa, now + chrono::Duration::days(3)).unwrap();
    let certificates = [signer.certificate().unwrap(), next.certificate().unwrap()];
    let changing = login::saml::testing::metadata(ENTITY, SIGN_ON, &[&certificates[0], &certificates[1]]);
    let fields = |metadata: &str| {
        vec![
            ("label", "Corp".to_owned()),
            ("slug", "corp".to_owned()),
            ("metadata", metadata.to_owned()),
            ("groups_claim", "groups".to_owned()),
        ]
    };
    for (metadata, said) in [
        ("", "Enter the metadata"),
        ("<a/>", "not SAML metadata"),
        (unsigned.as_str(), "no signing certificate"),
        (old.as_str(), "expired on"),
        (early.as_str(), "not valid before"),
    ] {
        let filled = fields(metadata);
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let shown = owner.submit(&page, "save_provider", &filled).await;
        assert_eq!(shown.status, 422, "{said}");
        assert!(shown.html.text().contains(said), "{said}: {}", shown.html.text());
    }
    let mut filled = fields(&good);
    filled.push(("metadata_url", "https://idp.example.com/metadata".to_owned()));
    let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let both = owner.submit(&page, "save_provider", &filled).await;
    assert!(both.status == 422 && both.error_at("metadata").unwrap().contains("Remove the address"), "{}", both.body);
    let filled = fields(&changing);
    let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let shown = owner.submit(&page, "save_provider", &filled).await;
    assert_eq!(shown.location(), "/settings/sign-in/corp", "{}", shown.html.text());
    let page = owner.follow(&shown).await.html.text();
    assert!(page.contains(ENTITY) && page.contains("SHA-256"), "{page}");
    assert!(page.contains("A signing certificate is not valid before") && page.contains("Not valid yet"), "{page}");
    let ours = app.browser().get("/auth/corp/metadata").await;
    assert_eq!((ours.status, ours.header("content-type")), (200, "application/samlmetadata+xml"));
    assert!(
        ours.body.contains("/auth/corp/acs")
            && path_of(&format!("{}auth/corp/acs", app.server.public_url)) == "/auth/corp/acs"
    );
    assert_eq!(app.browser().get("/auth/none/metadata").await.status, 404);
}
