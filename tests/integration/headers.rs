//! What every answer says to the browser: where scripts may come from, and that nothing is to be kept.

use model::link::LinkState;
use tests::{Browser, Shown, TestApp, ada};

/// Every page with something to show.
async fn pages(app: &TestApp, owner: &Browser) -> Vec<String> {
    let (connection, okta) = (app.connection().await, app.scim().await);
    let (_, person) = app.push_assigned(&okta, connection, &ada()).await;
    app.wait_link(connection, person, LinkState::InSync).await;
    let entry = app.log(person).await.first().unwrap().id;
    let source = owner.open("/sources").await;
    let source = source.html.link("Okta").unwrap().to_owned();
    let mut pages: Vec<String> = ["/login", "/", "/sources", "/sources?dialog=new", "/people", "/logs", "/connections"]
        .into_iter()
        .chain(["/connections/new", "/nothing/here", "/people?q=%22%3E%3Cscript%3E"])
        .map(str::to_owned)
        .collect();
    pages.extend([
        source.clone(),
        format!("{source}?dialog=generate"),
        format!("/people/{person}"),
        format!("/logs/{entry}"),
    ]);
    let tabs = ["", "/integration", "/to-zoom", "/assignments", "/assignments?dialog=assign", "/logs"];
    pages.extend(tabs.map(|tab| format!("/connections/{connection}{tab}")));
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_runs_its_own_script_only() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let mut nonces = Vec::new();
    for path in pages(&app, &owner).await {
        let shown = owner.get(&path).await;
        let expected = if path.starts_with("/nothing") { 404 } else { 200 };
        assert_eq!(shown.status, expected, "{path}");
        nonces.push(check_policy(&path, &shown));
        check_markup(&path, &shown);
        check_others(&path, &shown);
    }
    let pages = nonces.len();
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), pages, "each answer has a nonce of its own");
}

/// The nonce of the page's policy, which must allow nothing else.
fn check_policy(path: &str, shown: &Shown) -> String {
    let policy = shown.header("content-security-policy");
    let parts: Vec<&str> = policy.split(';').map(str::trim).collect();
    for part in
        ["default-src 'none'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
    {
        assert!(parts.contains(&part), "{path}: {part} in {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
    let script = parts.iter().find_map(|part| part.strip_prefix("script-src ")).unwrap();
    let nonce = script.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert!(nonce.len() >= 16, "{path}: {nonce}");
    nonce.to_owned()
}

fn check_markup(path: &str, shown: &Shown) {
    let policy = shown.header("content-security-policy");
    for element in shown.html.elements() {
        for (name, value) in element.attributes() {
            assert!(name != "style", "{path}: <{} style={value:?}>", element.tag());
            assert!(!name.starts_with("on"), "{path}: <{} {name}={value:?}>", element.tag());
            let script = value.trim_start().to_lowercase().starts_with("javascript:");
            assert!(!script, "{path}: <{} {name}={value:?}>", element.tag());
        }
        assert!(element.tag() != "style", "{path} has a <style>");
        if element.tag() == "script" && element.attribute("type") != Some("application/json") {
            let nonce = element.attribute("nonce").unwrap_or_else(|| panic!("{path} has a script without a nonce"));
            assert!(policy.contains(&format!("'nonce-{nonce}'")), "{path}: {nonce} in {policy}");
        }
    }
}

fn check_others(path: &str, shown: &Shown) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(shown.header(name), value, "{path}: {name}");
    }
    assert!(shown.header("content-type").starts_with("text/html"), "{path}");
}

#[tokio::test]
async fn what_is_no_page_may_load_nothing() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in ["/healthz", "/api/x", "/scim/v2/Users", "/auth/setup?token=x", "/live", "/people"] {
        let shown = browser.get(path).await;
        assert_eq!(
            shown.header("content-security-policy"),
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
            "{path}"
        );
        assert_eq!(shown.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(shown.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn over_https_the_browser_is_told_to_stay_there() {
    let app = TestApp::with(|start| start.public_url = Some("https://rollcall.example.com".parse().unwrap())).await;
    let login = app.browser().request(reqwest::Method::GET, "/login").header("host", "rollcall.example.com");
    let shown = Shown::of(login.send().await.unwrap()).await;
    assert!(shown.header("strict-transport-security").starts_with("max-age="));
    let link =
        app.browser().request(reqwest::Method::GET, &app.setup_link().await).header("host", "rollcall.example.com");
    let cookie = Shown::of(link.send().await.unwrap()).await.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-rollcall=") && cookie.contains("Secure"), "{cookie}");
}

/// What people are called must not become markup, in the page or in the data beside it.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_stay_text() {
    let app = TestApp::start().await;
    let (owner, okta) = (app.owner().await, app.scim().await);
    let name = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
    let mut user = tests::user("eve@example.com");
    user["displayName"] = name.into();
    user["title"] = "\"><svg onload=alert(3)>".into();
    okta.create(&user).await;
    let person = app.person("eve@example.com").await;
    for path in ["/people".to_owned(), format!("/people/{person}")] {
        let shown = owner.open(&path).await;
        assert!(shown.html.text().contains(name), "{path}: {}", shown.html.text());
        check_markup(&path, &shown);
        assert!(!shown.body.contains("<script>alert") && !shown.body.contains("<img src=x"), "{path}");
    }
}
