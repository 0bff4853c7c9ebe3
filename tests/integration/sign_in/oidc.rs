//! OpenID Connect, from the button to the session and out again.

use super::{elsewhere, invite, keep, oidc_settings, path_of, refused, who};
use chrono::Duration;
use directory::Clock;
use login::testing::{Fault, OidcProvider, Signing};
use model::Role;
use reqwest::header::SET_COOKIE;
use serde_json::json;
use tests::{Browser, Shown, TestApp};

pub(super) async fn provider(app: &TestApp) -> OidcProvider {
    let provider = OidcProvider::start().await;
    let now = app.directory.now();
    provider.behave(|behaviour| behaviour.now = now);
    keep(app, &oidc_settings(&provider.issuer, OidcProvider::CLIENT_ID, OidcProvider::CLIENT_SECRET)).await;
    provider
}

/// From the button until the provider has sent the browser back; the address it comes back to.
pub(super) async fn until_back(browser: &Browser, start: &str) -> String {
    let shown = browser.get(start).await;
    assert_eq!(shown.status, 303, "{}", shown.body);
    path_of(&elsewhere(shown.location()).await)
}

pub(super) async fn sign_in(browser: &Browser) -> Shown {
    let back = until_back(browser, "/auth/corp/start?return_to=%2Fpeople%3Fq%3Da").await;
    browser.get(&back).await
}

#[tokio::test]
async fn a_group_gives_the_role_and_the_way_leads_back_to_the_page() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    let browser = app.browser();
    let login = browser.open("/login?return_to=%2Fpeople").await;
    assert!(login.body.contains("/auth/corp/start?return_to=%2Fpeople"), "{}", login.body);
    assert_eq!(sign_in(&browser).await.location(), "/people?q=a");
    let page = who(&browser).await;
    assert!(page.contains("jane@example.com") && page.contains("Admin"), "{page}");

    // The groups are read anew at each sign-in.
    provider.behave(|behaviour| behaviour.person["groups"] = json!(["staff"]));
    let again = app.browser();
    assert_eq!(sign_in(&again).await.location(), "/people?q=a");
    assert!(who(&again).await.contains("Auditor"));
    assert_eq!(app.database.count("select count(*) from admin where email = 'jane@example.com'").await, 1);

    // Without a group that gives a role nobody gets in, and who was in is out.
    provider.behave(|behaviour| behaviour.person["groups"] = json!(["guests"]));
    refused(&sign_in(&app.browser()).await);
    assert_eq!(again.get("/people").await.status, 303);
    let failed = "select count(*) from audit_entry where action = 'admin.sign_in_failed'";
    assert_eq!(app.database.count(failed).await, 1);
}

#[tokio::test]
async fn an_invitation_is_taken_up_once_by_a_verified_address() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    provider.behave(|behaviour| behaviour.person["groups"] = json!([]));
    refused(&sign_in(&app.browser()).await);
    invite(&app, "Jane@Example.com", Role::Operator).await;
    provider.behave(|behaviour| behaviour.person["email_verified"] = json!(false));
    refused(&sign_in(&app.browser()).await);
    assert!(app.invitation("jane@example.com").await.is_some());
    provider.behave(|behaviour| behaviour.person["email_verified"] = json!(true));
    let browser = app.browser();
    assert_eq!(sign_in(&browser).await.location(), "/people?q=a");
    assert!(who(&browser).await.contains("Operator"));
    assert_eq!(app.invitation("jane@example.com").await, None, "who has come needs no mail any more");

    // Somebody else with the same address is not her.
    provider.behave(|behaviour| behaviour.person["sub"] = json!("666"));
    refused(&sign_in(&app.browser()).await);
    // She is herself under another address.
    provider.behave(|behaviour| {
        behaviour.person["sub"] = json!("248289761001");
        behaviour.person["email"] = json!("jane.doe@example.com");
    });
    assert_eq!(sign_in(&app.browser()).await.location(), "/people?q=a");
}

#[tokio::test]
async fn the_answer_belongs_to_the_browser_that_asked_and_counts_once() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let (victim, attacker) = (app.browser(), app.browser());
    let back = until_back(&attacker, "/auth/corp/start").await;
    // Signing a victim in as the attacker.
    refused(&victim.get(&back).await);
    assert_eq!(victim.get("/people").await.status, 303);
    assert_eq!(attacker.get(&back).await.location(), "/");
    refused(&attacker.get(&back).await);
    for wrong in
        ["/auth/corp/callback", "/auth/corp/callback?code=x", "/auth/corp/callback?state=x&code=x", "/auth/none/start"]
    {
        refused(&attacker.get(wrong).await);
    }
    // A provider's answer does not serve at another provider of ours.
    let other = until_back(&attacker, "/auth/corp/start").await;
    refused(&attacker.get(&other.replace("/auth/corp/", "/auth/other/")).await);
}

#[tokio::test]
async fn the_session_has_a_new_id_and_the_cookie_is_ours_alone() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let browser = app.browser();
    let start = browser.get("/auth/corp/start").await;
    let flow = start.header(SET_COOKIE.as_str());
    assert!(flow.contains("HttpOnly") && flow.contains("SameSite=Lax") && flow.contains("Path=/"), "{flow}");
    let back = path_of(&elsewhere(start.location()).await);
    let first = browser.get(&back).await.header(SET_COOKIE.as_str()).to_owned();
    let second = sign_in(&browser).await.header(SET_COOKIE.as_str()).to_owned();
    assert!(!first.is_empty() && first.split(';').next() != second.split(';').next(), "{first} {second}");
    assert_eq!(app.database.count("select count(*) from session where admin_id is not null").await, 1);
}

#[tokio::test]
async fn a_provider_that_misbehaves_lets_nobody_in() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    type Change = fn(&mut login::testing::Behaviour);
    let hostile: &[(&str, Change)] = &[
        ("another issuer", |b| b.claims = json!({ "iss": "https://evil.example" })),
        ("another audience", |b| b.claims = json!({ "aud": "somebody-else" })),
        ("another nonce", |b| b.claims = json!({ "nonce": "x" })),
        ("no nonce", |b| b.claims = json!({ "nonce": null })),
        ("too old", |b| b.claims = json!({ "exp": 1_000_000_000 })),
        ("unsigned", |b| b.signing = Signing::Unsigned),
        ("our public key as the secret", |b| b.signing = Signing::PublicKeyAsSecret),
        ("the client secret as the key", |b| b.signing = Signing::ClientSecret),
        ("tampered", |b| b.signing = Signing::Tampered),
        ("mix-up", |b| b.callback = json!({ "iss": "https://evil.example" })),
        ("an error", |b| b.callback = json!({ "code": null, "error": "access_denied" })),
        ("huge", |b| drop(b.faults.insert("/token", Fault::Huge))),
        ("a redirect", |b| drop(b.faults.insert("/token", Fault::Redirect))),
        ("hang up", |b| drop(b.faults.insert("/token", Fault::HangUp))),
        ("a page", |b| drop(b.faults.insert("/token", Fault::Answer(200, "text/html", "<b>hello</b>".into())))),
    ];
    let now = app.directory.now();
    for (what, change) in hostile {
        provider.behave(|behaviour| {
            change(behaviour);
            behaviour.now = now;
        });
        let browser = app.browser();
        let shown = sign_in(&browser).await;
        assert_eq!((shown.status, shown.location()), (303, "/login?failed=sign-in"), "{what}");
        assert_eq!(browser.get("/people").await.status, 303, "{what}");
        provider.behave(|b| {
            (b.claims, b.callback, b.signing) = (json!({}), json!({}), Signing::Rs256);
            b.faults.clear();
        });
    }
    assert_eq!(sign_in(&app.browser()).await.location(), "/people?q=a", "it is honest again");
    assert_eq!(app.database.count("select count(*) from session where admin_id is not null").await, 1);
}

/// Strangers may begin as many sign-ins as they like: the provider is asked once in ten seconds, and the audit log says
/// so once.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_down_is_not_asked_for_each_who_comes() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| start.clock = clock.clone()).await;
    let provider = provider(&app).await;
    const DOCUMENT: &str = "/.well-known/openid-configuration";
    provider.behave(|b| drop(b.faults.insert(DOCUMENT, Fault::Answer(503, "text/html", "later".into()))));
    let failed = "select count(*) from audit_entry where action = 'admin.sign_in_failed'";
    for round in 1..=2_u8 {
        let browsers = [app.browser(), app.browser(), app.browser(), app.browser()];
        let [a, b, c, d] = &browsers;
        let start = "/auth/corp/start";
        let (a, b, c, d) = tokio::join!(a.get(start), b.get(start), c.get(start), d.get(start));
        for shown in [a, b, c, d] {
            refused(&shown);
        }
        assert_eq!(provider.requests(DOCUMENT), usize::from(round));
        assert_eq!(app.database.count(failed).await, i64::from(round));
        clock.advance(Duration::seconds(10));
    }
    provider.behave(|behaviour| behaviour.faults.clear());
    assert_eq!(sign_in(&app.browser()).await.location(), "/people?q=a");
    // What was read is kept.
    assert_eq!(sign_in(&app.browser()).await.location(), "/people?q=a");
    assert_eq!(provider.requests(DOCUMENT), 3);
}

#[tokio::test]
async fn a_test_shows_what_came_back_and_opens_nothing() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    let owner = app.owner().await;
    let back = until_back(&owner, "/auth/corp/start?test=1").await;
    let result = owner.get(&back).await;
    assert!(result.location().starts_with("/settings/sign-in/corp/test?id="), "{}", result.location());
    let page = owner.open(result.location()).await.html.text();
    for part in ["jane@example.com gets in as Admin", "The value admins gives the role Admin", "248289761001", "staff"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(who(&owner).await.contains("owner@localhost"), "still the owner");
    assert_eq!(app.database.count("select count(*) from admin where email = 'jane@example.com'").await, 0);

    provider.behave(|behaviour| behaviour.claims = json!({ "aud": "somebody-else" }));
    let back = until_back(&owner, "/auth/corp/start?test=1").await;
    let page = owner.open(owner.get(&back).await.location()).await.html.text();
    assert!(page.contains("not taken") && page.contains("somebody-else"), "the diagnosis: {page}");

    // Nobody but owners may test, and nobody else sees what came back.
    let admin = app.signed_in_as(Role::Admin).await;
    refused(&admin.get("/auth/corp/start?test=1").await);
    assert_eq!(app.owner().await.get(result.location()).await.status, 404);
}

#[tokio::test]
async fn an_issuer_is_checked_before_it_is_saved() {
    let app = TestApp::start().await;
    let provider = OidcProvider::start().await;
    let owner = app.owner().await;
    let page = owner.open("/settings/sign-in/new?kind=oidc").await;
    let fields = |issuer: &str| {
        [
            ("label", "Corp".to_owned()),
            ("slug", "corp".to_owned()),
            ("issuer", issuer.to_owned()),
            ("client_id", "c".to_owned()),
            ("client_secret", "s3cret".to_owned()),
            ("groups_claim", "groups".to_owned()),
        ]
    };
    for (issuer, change, said) in [
        ("not an address", json!({}), "Enter a whole address"),
        (provider.issuer.as_str(), json!({ "issuer": "https://evil.example" }), "evil.example"),
        ("http://127.0.0.1:1", json!({}), "could not be reached"),
    ] {
        provider.behave(|behaviour| behaviour.discovery = change);
        let filled = fields(issuer);
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let shown = owner.submit(&page, "save_provider", &filled).await;
        assert_eq!(shown.status, 422, "{issuer}");
        assert!(shown.html.text().contains(said), "{issuer}: {}", shown.html.text());
        assert!(!shown.body.contains("s3cret"), "the secret does not come back");
    }
    provider.behave(|behaviour| behaviour.discovery = json!({}));
    let filled = fields(&provider.issuer);
    let mut filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
    filled.push(("scopes", "email \"groups\""));
    let shown = owner.submit(&page, "save_provider", &filled).await;
    assert!(shown.status == 422 && shown.error_at("scopes").unwrap().contains("No scope has"), "{}", shown.body);
    filled.retain(|(name, _)| *name != "scopes");
    filled.push(("scopes", "openid email"));
    let shown = owner.submit(&page, "save_provider", &filled).await;
    assert_eq!(shown.location(), "/settings/sign-in/corp", "{}", shown.html.text());
    let page = owner.follow(&shown).await;
    assert!(
        page.html.text().contains("Corp saved") && page.body.contains("/auth/corp/callback"),
        "{}",
        page.html.text()
    );
}

#[tokio::test]
async fn signing_out_goes_on_at_the_provider() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    let browser = app.browser();
    sign_in(&browser).await;
    let out = browser.post("/auth/logout", &[]).await;
    let refresh = out.header("refresh");
    assert_eq!(out.status, 200);
    assert!(
        refresh.starts_with(&format!("0; url={}", provider.issuer)) && refresh.contains("id_token_hint="),
        "{refresh}"
    );
    assert_eq!(browser.get("/people").await.status, 303);
}

/// As after its key was taken away: it can be tried again, and nothing is wrong on the server.
#[tokio::test]
async fn a_test_that_does_not_open_is_no_longer_there() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let owner = app.owner().await;
    let back = until_back(&owner, "/auth/corp/start?test=1").await;
    let result = owner.get(&back).await;
    app.database.change("update sign_in_test set outcome = '\\x00'").await;
    assert_eq!(owner.get(result.location()).await.status, 404);
}

/// With a provider go the roles that its groups gave, the sessions it opened: the log names whose.
#[tokio::test]
async fn what_goes_with_a_provider_is_in_the_log() {
    let app = TestApp::start().await;
    let _provider = provider(&app).await;
    let owner = app.owner().await;
    for _ in 0..2 {
        sign_in(&app.browser()).await;
    }
    let mut tx = app.tx().await;
    let id = directory::providers::by_slug(&mut tx, "corp").await.unwrap().unwrap().id;
    drop(tx);
    let gone = owner.call(super::function("remove_provider"), &[("id", &id.to_string())]).await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    let removed = "select count(*) from audit_entry where action = 'provider.removed'
        and (after ->> 'sessions_ended')::int = 2";
    assert_eq!(app.database.count(removed).await, 1);
    let role = "select count(*) from audit_entry where action = 'admin.role_changed' and target_name = 'jane@example.com'
        and before::jsonb = '{\"role\": \"admin\", \"role_from\": \"corp\"}' and after::jsonb = '{\"role\": \"admin\"}'";
    assert_eq!(app.database.count(role).await, 1);
}

#[tokio::test]
async fn a_client_secret_has_a_bound() {
    let app = TestApp::start().await;
    let provider = OidcProvider::start().await;
    let owner = app.owner().await;
    let page = owner.open("/settings/sign-in/new?kind=oidc").await;
    let long = "s".repeat(501);
    let mut filled = vec![("label", "Corp"), ("slug", "corp"), ("issuer", provider.issuer.as_str())];
    filled.extend([("client_id", "c"), ("groups_claim", "groups"), ("client_secret", long.as_str())]);
    let shown = owner.submit(&page, "save_provider", &filled).await;
    assert_eq!(shown.status, 422);
    assert!(shown.error_at("client_secret").unwrap().contains("at most 500"), "{}", shown.html.text());
    assert!(!shown.body.contains(&long));
}
