//! Who comes in by a group alone, and as whom.

use super::oidc::{provider, sign_in, until_back};
use super::{invite, refused, who};
use model::Role;
use serde_json::json;
use tests::TestApp;

#[tokio::test]
async fn a_group_lets_nobody_take_an_address_that_nobody_verified() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let provider = provider(&app).await;
    for unverified in [json!(false), json!(null)] {
        provider.behave(|behaviour| {
            behaviour.person["email"] = json!("ceo@example.com");
            behaviour.person["email_verified"] = unverified;
        });
        refused(&sign_in(&app.browser()).await);
    }
    let back = until_back(&owner, "/auth/corp/start?test=1").await;
    let page = owner.open(owner.get(&back).await.location()).await.html.text();
    assert!(page.contains("does not say that the e-mail is verified") && page.contains("xms_edov"), "{page}");
    let said =
        "select count(*) from audit_entry where action = 'admin.sign_in_failed' and after::text like '%xms_edov%'";
    assert_eq!(app.database.count(said).await, 2);

    // The real one is still free to come.
    invite(&app, "ceo@example.com", Role::Admin).await;
    provider.behave(|behaviour| {
        behaviour.person["sub"] = json!("1");
        behaviour.person["email_verified"] = json!(true);
    });
    let browser = app.browser();
    assert_eq!(sign_in(&browser).await.location(), "/people?q=a");
    assert!(who(&browser).await.contains("ceo@example.com"));
}

#[tokio::test]
async fn no_name_makes_a_newcomer_the_owner_that_a_link_lets_in() {
    let app = TestApp::start().await;
    let provider = provider(&app).await;
    provider.behave(|behaviour| behaviour.person["email"] = json!("owner@localhost"));
    let newcomer = app.browser();
    assert_eq!(sign_in(&newcomer).await.location(), "/people?q=a");
    let owner = app.owner().await;
    assert!(who(&owner).await.contains("owner-2@localhost"), "{}", who(&owner).await);
    let page = who(&newcomer).await;
    assert!(page.contains("owner@localhost") && page.contains("Admin"), "{page}");
    assert_eq!(app.database.count("select count(*) from admin where role = 'owner'").await, 1);
    // The next link lets the same owner in.
    assert!(who(&app.owner().await).await.contains("owner-2@localhost"));
}
