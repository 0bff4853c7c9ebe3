//! The source's page, without script.

use super::requests;
use reqwest::Method;
use serde_json::json;
use tests::{Answer, TestApp, user};

#[tokio::test(flavor = "multi_thread")]
async fn before_anything_arrives_the_page_teaches() {
    let app = TestApp::start().await;
    let (source, _) = app.source_with_token("Okta").await;
    let owner = app.owner().await;
    let page = owner.open(&format!("/sources/{source}")).await;
    let text = page.html.text();
    for part in [
        "Nothing arrived yet",
        "SCIM connector base URL",
        "Unique identifier field for users",
        "This portal’s address has no https. It is http://",
        "It never deletes a user. A pushed group it deletes when",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let scim_url = format!("{}scim/v2", app.server.public_url);
    assert_eq!(page.html.by_id("scim-url").unwrap().attribute("value"), Some(scim_url.as_str()));
    let entra = owner.open(&format!("/sources/{source}?guide=entra")).await;
    let tenant_url = format!("{scim_url}?aadOptscim062020");
    assert_eq!(entra.html.by_id("scim-url").unwrap().attribute("value"), Some(tenant_url.as_str()), "to be copied");
    for (guide, field) in [
        ("entra", "Tenant URL"),
        ("pingone", "OAuth 2 Bearer Token"),
        ("onelogin", "SCIM JSON Template"),
        ("jumpcloud", "Token Key"),
        ("google", "Endpoint URL"),
        ("keycloak", "Enable user propagation"),
        ("authentik", "Backchannel Providers"),
        ("nonsense", "SCIM connector base URL"),
    ] {
        let text = owner.open(&format!("/sources/{source}?guide={guide}")).await.html.text();
        assert!(text.contains(field), "{guide}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_says_who_speaks_and_what_went_wrong() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Entra").await;
    let agent = "Microsoft Azure AD SCIM provisioning 1.0.0";
    let send = async |body: String| {
        let request = scim.request(Method::POST, "/Users?aadOptscim062020").header("user-agent", agent);
        Answer::of(request.header("content-type", "application/scim+json").body(body)).await.status
    };
    assert_eq!(send(user("ada@example.com").to_string()).await, 201);
    assert_eq!(send(user("ada@example.com").to_string()).await, 409);
    requests(&app, source, 2).await;
    let owner = app.owner().await;
    let page = owner.open(&format!("/sources/{source}")).await;
    let text = page.html.text();
    for part in [
        "Microsoft Entra ID (aadOptscim062020)",
        "Last error: Somebody else has this name already",
        "409: Another user of the source Entra has the userName",
        "Tenant URL",
        "Errors only",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let errors = owner.open(&format!("/sources/{source}?errors=true")).await.html.text();
    assert!(errors.contains("1 request on this page"), "{errors}");
    let none = owner.open(&format!("/sources/{source}?method=DELETE")).await.html.text();
    assert!(none.contains("No request matches this filter"), "{none}");
    let link = page.html.link("Open the request").unwrap();
    let request = owner.open(link).await.html.text();
    for part in [
        "The client was told: Another user",
        "uniqueness",
        "What it changed",
        "Nothing was changed.",
        "Replay in a dry run",
    ] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_made_with_its_restrictions() {
    let app = TestApp::start().await;
    let (source, _) = app.source_with_token("Okta").await;
    let owner = app.owner().await;
    let dialog = owner.open(&format!("/sources/{source}?dialog=generate")).await;
    let wrong = owner.submit(&dialog, "generate_token", &[("ranges", "10.0.0.0/99")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.error_at("ranges").unwrap().contains("10.0.0.0/99"));
    let made =
        owner.submit(&dialog, "generate_token", &[("ranges", "10.1.0.0/16, 192.0.2.7"), ("read_only", "true")]).await;
    assert_eq!(made.status, 200, "{}", made.html.text());
    let text = made.html.text();
    assert!(text.contains("It goes into Okta’s field “HTTP Header, Authorization: Bearer”."), "{text}");
    let page = owner.open(&format!("/sources/{source}")).await.html.text();
    assert!(page.contains("10.1.0.0/16, 192.0.2.7/32") && page.contains("Read"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_without_a_token_leads_to_one_and_names_no_provider_it_does_not_know() {
    let app = TestApp::start().await;
    let mut tx = app.tx().await;
    let source = directory::sources::create(&mut tx, "HR", model::source::SourceKind::Scim).await.unwrap();
    tx.commit().await.unwrap();
    let owner = app.owner().await;
    let page = owner.open(&format!("/sources/{source}")).await;
    let empty = page.html.all("div").into_iter().find(|it| it.attribute("class") == Some("empty")).unwrap();
    assert!(empty.text().contains("No token opens this source yet"), "{}", empty.text());
    let generate = empty.inside().find(|it| it.tag() == "a" && it.text() == "Generate token").unwrap();
    let dialog = owner.open(generate.attribute("href").unwrap()).await;
    let made = owner.submit(&dialog, "generate_token", &[("name", "HR")]).await;
    let text = made.html.text();
    assert!(text.contains("Copy it now.") && !text.contains("It goes into"), "{text}");
    let auditor = app.signed_in_as(model::Role::Auditor).await;
    assert_eq!(auditor.open(&format!("/sources/{source}")).await.html.link("Generate token"), None);
}

/// A token that was pasted wrong shows nowhere but here.
#[tokio::test(flavor = "multi_thread")]
async fn requests_with_a_wrong_token_are_told_of_where_nothing_arrives() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    scim.with_token("rc_scim_cut_off").get("/Users").await;
    app.wait_traffic(source, |traffic| traffic.strangers == 1).await;
    let page = app.owner().await.open(&format!("/sources/{source}")).await.html.text();
    assert!(page.contains("1 request came with a token that opens nothing"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_request_that_failed_in_part_shows_as_one() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let post = |id: &str, name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": id, "data": user(name) });
    let operations = json!([post("a", "ada@example.com"), post("b", "ADA@example.com")]);
    assert_eq!(scim.post("/Bulk", &json!({ "Operations": operations })).await.status, 200);
    let row = requests(&app, source, 1).await.remove(0);
    let owner = app.owner().await;
    let list = owner.open(&format!("/sources/{source}?errors=true")).await.html.text();
    for part in ["200, 1 of 2 failed", "Last error: Operations of a bulk request were refused"] {
        assert!(list.contains(part), "{part} is not in {list}");
    }
    let page = owner.open(&format!("/sources/{source}/requests/{}", row.id)).await.html.text();
    for part in ["Operations of the request", "POST /Users", "201", "409", "has the userName \"ADA@example.com\""] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_say_who_was_refused() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let mut tx = app.tx().await;
    let token = directory::tokens::list(&mut tx, Some(source)).await.unwrap().remove(0);
    directory::tokens::revoke(&mut tx, token.id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(scim.get("/Users").await.status, 401);
    let owner = app.owner().await;
    let page = owner.open(&format!("/sources/{source}")).await.html.text();
    assert!(page.contains("from 127.0.0.1: it was revoked"), "{page}");
    for (dialog, told) in
        [("rotate", "test was revoked, so there is nothing to overlap with"), ("revoke", "test is revoked")]
    {
        let page = owner.open(&format!("/sources/{source}?dialog={dialog}&token={}", token.id)).await;
        assert!(page.html.text().contains(told), "{}", page.html.text());
        assert!(page.html.form("rotate_token").is_none() && page.html.form("revoke_token").is_none());
    }
    let none = owner.open(&format!("/sources/{source}?dialog=rotate&token={source}")).await;
    assert!(none.html.text().contains("There is no such token"), "{}", none.html.text());
}

/// The name that is there, not the one that was typed.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_there_is_called_by_its_name() {
    let app = TestApp::start().await;
    app.source_with_token("Okta Production").await;
    let owner = app.owner().await;
    let page = owner.open("/sources?dialog=new").await;
    let again = owner.submit(&page, "make_source", &[("name", "okta  PRODUCTION")]).await;
    assert_eq!(again.status, 422);
    let told = again.error_at("name").unwrap();
    assert!(told.contains("called Okta Production already"), "{told}");
}
