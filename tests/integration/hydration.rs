//! What the script takes a page over with: data in numbered places, counted by the order in which the page's parts were
//! made. On the server parts wait for their data side by side; a part that is made twice, or before another one only
//! because its data came first, moves all places behind it, and the script stops at a page it does not understand.

use futures::StreamExt;
use futures::stream;
use model::link::LinkState;
use model::trace::TraceFilter;
use serde_json::json;
use std::collections::BTreeMap;
use tests::{Browser, Shown, TestApp, ada};

/// Enough at a time that their data come in any order.
const AT_ONCE: usize = 8;
const TIMES: usize = 16;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:";

/// The places of a page's data, each with what begins there: names stay, values change.
fn places(shown: &Shown) -> BTreeMap<usize, String> {
    let places = shown.body.split("__RESOLVED_RESOURCES[").skip(1).filter_map(|place| {
        let (number, data) = place.split_once(']')?;
        let data = data.split("</script").next()?;
        // What the server wrote stands in the page, and is in its data once more when the page was quicker.
        let is_written = ["Text", "InPage"].iter().any(|kind| data.contains(&format!("+{{\\\"{kind}\\\":")));
        let data = if is_written { "written" } else { data };
        let shape: String = data.chars().filter(|sign| !sign.is_ascii_digit()).take(40).collect();
        Some((number.parse().ok()?, shape))
    });
    places.collect()
}

async fn check(owner: &Browser, page: &str) {
    let all = stream::iter(0..TIMES).map(|_| owner.get(page)).buffer_unordered(AT_ONCE);
    let all: Vec<_> = all.collect().await;
    assert_eq!(all[0].status, 200, "{page}");
    let all: Vec<_> = all.iter().map(places).collect();
    for another in &all[1..] {
        assert_eq!(another, &all[0], "{page}");
    }
}

/// A page of every kind with something on it, and everything that opens over it.
async fn pages(app: &TestApp) -> Vec<String> {
    let connection = app.connection().await;
    let (source, okta) = app.source_with_token("Okta").await;
    let (_, person) = app.push_assigned(&okta, connection, &ada()).await;
    app.wait_link(connection, person, LinkState::InSync).await;
    let (_, entra) = app.source_with_token("Entra").await;
    entra
        .create(&json!({"schemas": [format!("{CORE}User")], "userName": "ada@example.org", "displayName": "Ada"}))
        .await;
    let other = app.person("ada@example.org").await;
    let group = json!({"schemas": [format!("{CORE}Group")], "displayName": "Analysts"});
    let group = okta.post("/Groups", &group).await.id();
    let deleted = json!({"schemas": [format!("{CORE}Group")], "displayName": "Former"});
    let deleted = okta.post("/Groups", &deleted).await.id();
    okta.delete(&format!("/Groups/{deleted}")).await;
    let request = app.wait_requests(source, &TraceFilter::default(), 4).await[0].id;
    let token = app.database.texts("select id::text from scim_token order by id limit 1").await.remove(0);
    let record = app.database.texts("select id::text from record order by id limit 1").await.remove(0);
    app.import(connection).await;
    let account = app.database.texts("select id::text from zoom_account limit 1").await.remove(0);
    let mut pages = Vec::new();
    let mut add = |page: &str, over: &[&str]| {
        pages.push(page.to_owned());
        pages.extend(over.iter().map(|over| format!("{page}?dialog={over}")));
    };
    add("/", &[]);
    add("/login", &[]);
    add("/people", &[]);
    let (join, restore) = (format!("join&other={other}"), format!("restore&record={record}"));
    add(&format!("/people/{person}"), &["find", &join, &format!("separate&record={record}"), &restore]);
    add("/groups", &[]);
    add(&format!("/groups/{group}"), &[]);
    add(&format!("/groups/{deleted}"), &["restore"]);
    add("/sources", &["new"]);
    let (rotate, revoke) = (format!("rotate&token={token}"), format!("revoke&token={token}"));
    add(&format!("/sources/{source}"), &["generate", &rotate, &revoke]);
    add(&format!("/sources/{source}/requests/{request}"), &[]);
    add("/logs", &[]);
    add("/audit", &[]);
    add("/connections", &[]);
    add("/connections/new", &[]);
    add(&format!("/connections/{connection}"), &["turn-on"]);
    add(&format!("/connections/{connection}/integration"), &[]);
    add(&format!("/connections/{connection}/to-zoom"), &[]);
    add(&format!("/connections/{connection}/assignments"), &["assign", &format!("unassign&people[]={person}")]);
    add(&format!("/connections/{connection}/import"), &["confirm", "start", &format!("find&change={account}")]);
    add(&format!("/connections/{connection}/import/settings"), &[]);
    add(&format!("/connections/{connection}/import/groups"), &["find&change=0"]);
    add(&format!("/connections/{connection}/logs"), &[]);
    add("/settings/sign-in", &[]);
    add("/settings/sign-in/new", &[]);
    add("/settings/admins", &["invite"]);
    add("/settings/sessions", &["everybody"]);
    pages
}

/// A list is in the page once, as it is read, and no second time as data for the script, which asks for it later.
#[tokio::test]
async fn what_the_server_writes_is_in_the_page_once() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let (_, okta) = app.source_with_token("Okta").await;
    let hostile = "<img src=x>\u{202E}moc.live";
    okta.create(&json!({"schemas": [format!("{CORE}User")], "userName": "ada@example.com", "displayName": hostile}))
        .await;
    let shown = owner.get("/people").await;
    assert_eq!(shown.body.matches(">ada@example.com<").count(), 1, "{}", shown.body);
    assert_eq!(shown.body.matches("moc.live").count(), 1);
    assert!(shown.body.contains("&lt;img src=x&gt;\u{FFFD}moc.live"));
    let list = owner.call(crate::sign_in::function("list_people"), &[("at", "/people?q=ada")]).await;
    assert_eq!(list.status, 200);
    assert!(list.body.contains("&lt;img src=x&gt;\u{FFFD}moc.live"), "{}", list.body);
    let elsewhere = owner.call(crate::sign_in::function("list_people"), &[("at", "//example.com")]).await;
    assert_eq!(elsewhere.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_of_a_page_stand_in_the_same_places_each_time() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    for page in pages(&app).await {
        check(&owner, &page).await;
    }
}
