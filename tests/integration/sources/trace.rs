//! What of a request is kept, and for how long.

use super::requests;
use chrono::Duration;
use directory::Clock;
use directory::trace::{KEPT_FOR, get, prune, traffic};
use model::trace::TraceFilter;
use reqwest::Method;
use serde_json::json;
use tests::{Answer, Scim, TestApp, user};

#[tokio::test]
async fn a_request_is_kept_with_what_it_was_answered_and_changed() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let request =
        scim.request(Method::POST, "/Users?attributes=userName").header("user-agent", "Okta SCIM Client 1.0.0");
    let created =
        Answer::of(request.header("content-type", "application/scim+json").body(user("ada@example.com").to_string()));
    assert_eq!(created.await.status, 201);
    assert_eq!(scim.post("/Users", &user("ada@example.com")).await.status, 409);
    let rows = requests(&app, source, 2).await;
    let (clash, created) = (&rows[0], &rows[1]);
    assert_eq!((created.method.as_str(), created.path.as_str(), created.status), ("POST", "/Users", Some(201)));
    assert_eq!((created.query.as_str(), created.client.as_deref()), ("attributes=userName", Some("Okta")));
    assert_eq!(created.address, "127.0.0.1");
    assert!(created.changes.iter().any(|change| change.target_name.contains("Ada")), "{:?}", created.changes);
    assert_eq!((clash.status, clash.scim_type.as_deref(), clash.changes.len()), (Some(409), Some("uniqueness"), 0));
    assert!(clash.detail.as_ref().unwrap().contains("userName"));

    let whole = get(&mut app.tx().await, source, created.id).await.unwrap();
    assert!(whole.request.unwrap().text.contains("ada@example.com"));
    assert!(whole.answer.unwrap().text.contains("ada@example.com"));
    assert_eq!(whole.token_name.as_deref(), Some("test"));
    assert!(whole.headers.iter().any(|(name, value)| name == "user-agent" && value.starts_with("Okta")));
    assert!(!whole.headers.iter().any(|(name, _)| name == "authorization"));
    let numbers = traffic(&mut app.tx().await, source).await.unwrap();
    assert_eq!((numbers.requests, numbers.errors, numbers.untraced), (2, 1, 0));
    assert_eq!(numbers.last_error.unwrap().id, clash.id);
}

#[tokio::test]
async fn no_secret_is_written_down() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let mut ada = user("ada@example.com");
    ada["password"] = json!("hunter2-secret");
    ada["urn:example:2.0:User"] = json!({ "apiToken": "tok-secret", "note": "Bearer abc-secret" });
    let id = scim.create(&ada).await;
    let patch = json!([{ "op": "replace", "path": "password", "value": "hunter3-secret" }]);
    assert_eq!(scim.patch(&format!("/Users/{id}"), patch).await.status, 400);
    scim.get(&format!("/Users?access_token={}&count=1", scim.token())).await;
    scim.raw(Method::POST, "/Users", "{\"password\": \"broken-secret").await;
    requests(&app, source, 4).await;
    let kept = app.database.rows("scim_request").await.join("\n");
    let own = scim.token();
    for secret in ["hunter2-secret", "hunter3-secret", "tok-secret", "abc-secret", "broken-secret", own, &own[..30]] {
        assert!(!kept.contains(secret), "{secret} stands in {kept}");
    }
    assert!(kept.contains("[removed]") && kept.contains("ada@example.com"));
}

#[tokio::test]
async fn a_wrong_token_is_counted_and_belongs_to_nobody() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    for _ in 0..3 {
        scim.with_token("wrong").get("/Users").await;
    }
    scim.get("/Users").await;
    requests(&app, source, 1).await;
    let numbers = app.wait_traffic(source, |traffic| traffic.strangers == 3).await;
    assert_eq!((numbers.requests, numbers.errors), (1, 0));
    assert_eq!(app.database.count("select count(*) from scim_request").await, 1);
}

#[tokio::test]
async fn the_list_is_filtered_and_paged_by_key() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    for number in 0..5 {
        scim.create(&user(&format!("p{number}.x@example.com"))).await;
    }
    scim.get("/Robots/none").await;
    requests(&app, source, 6).await;
    let list = async |filter: TraceFilter, cursor: &model::Cursor| {
        directory::trace::list(&mut app.tx().await, source, &filter, cursor, 4).await.unwrap()
    };
    let errors = list(TraceFilter { errors: true, ..TraceFilter::default() }, &model::Cursor::First).await;
    assert_eq!(errors.rows.iter().map(|row| row.status).collect::<Vec<_>>(), [Some(404)]);
    let posts = TraceFilter { method: Some("POST".into()), ..TraceFilter::default() };
    let first = list(posts.clone(), &model::Cursor::First).await;
    let second = list(posts, &model::Cursor::After(first.next.clone().unwrap())).await;
    assert_eq!((first.rows.len(), second.rows.len(), second.next), (4, 1, None));
    for (q, count) in [("P3", 1), ("none", 1), ("%", 0), ("127.0.0.1", 4)] {
        let found = list(TraceFilter { q: Some(q.into()), ..TraceFilter::default() }, &model::Cursor::First).await;
        assert_eq!(found.rows.len(), count, "{q}");
    }
}

#[tokio::test]
async fn what_is_old_or_too_much_is_removed() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| (start.clock, start.worker) = (clock.clone(), false)).await;
    let (source, scim) = app.source_with_token("Okta").await;
    let (other, others) = app.source_with_token("Entra").await;
    for _ in 0..4 {
        scim.get("/Users").await;
        clock.advance(Duration::seconds(1));
    }
    others.get("/Users").await;
    let newest = requests(&app, source, 4).await[0].id;
    requests(&app, other, 1).await;
    assert_eq!(prune(&app.directory, 4).await.unwrap(), 0);
    assert_eq!(prune(&app.directory, 1).await.unwrap(), 3);
    let left = requests(&app, source, 1).await;
    assert_eq!(left.iter().map(|row| row.id).collect::<Vec<_>>(), [newest], "the newest stays");
    requests(&app, other, 1).await;
    clock.advance(KEPT_FOR + Duration::hours(1));
    assert_eq!(prune(&app.directory, 100).await.unwrap(), 2);
    assert_eq!(app.database.count("select count(*) from scim_request_count").await, 0);
}

#[tokio::test]
async fn a_clean_stop_writes_what_waits() {
    let app = TestApp::start().await;
    let second = app.second().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let there = Scim::new(&format!("http://{}", second.address), scim.token());
    for _ in 0..20 {
        there.get("/Users").await;
    }
    second.stop().await;
    let (mut tx, all) = (app.tx().await, TraceFilter::default());
    let found = directory::trace::list(&mut tx, source, &all, &model::Cursor::First, 50).await.unwrap();
    assert_eq!(found.rows.len(), 20);
}

/// What it asked for is done all the same, whole: the row says that nobody heard of it.
#[tokio::test]
async fn a_client_that_hangs_up_has_a_row_without_an_answer() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let id: model::RecordId = scim.create(&user("ada@example.com")).await.parse().unwrap();
    let mut held = app.tx().await;
    directory::records::lock(&mut held, source, id).await.unwrap();
    let patch = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "title", "value": "Countess" }] });
    let request = scim.request(Method::PATCH, &format!("/Users/{id}"));
    let request = request.header("content-type", "application/scim+json").body(patch.to_string());
    let sent = tokio::spawn(request.send());
    app.wait_for_lock().await;
    sent.abort();
    let rows = requests(&app, source, 2).await;
    assert_eq!((rows[0].method.as_str(), rows[0].status), ("PATCH", None));
    drop(held);
    while scim.get(&format!("/Users/{id}")).await.body["title"] != "Countess" {}
}

fn errors() -> TraceFilter {
    TraceFilter { errors: true, ..TraceFilter::default() }
}

/// The request is answered with 200; what failed in it is an error all the same.
#[tokio::test]
async fn a_bulk_request_of_which_a_part_failed_is_an_error() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    let post =
        |id: &str, user: serde_json::Value| json!({ "method": "POST", "path": "/Users", "bulkId": id, "data": user });
    let bulk = async |fail_on_errors: Option<u32>, operations: serde_json::Value| {
        scim.post("/Bulk", &json!({ "failOnErrors": fail_on_errors, "Operations": operations })).await
    };
    let two = json!([
        post("a", user("ada@example.com")),
        post("b", user("ADA@example.com")),
        { "method": "DELETE", "path": "/Users/none" },
        post("c", user("bob@example.com")),
    ]);
    assert_eq!(bulk(None, two).await.status, 200);
    assert_eq!(bulk(None, json!([post("d", user("eve@example.com"))])).await.status, 200);
    let stopped = json!([post("e", user("eve@example.com")), post("f", user("fay@example.com"))]);
    assert_eq!(bulk(Some(1), stopped).await.status, 200);
    requests(&app, source, 3).await;
    let rows = app.wait_requests(source, &errors(), 2).await;
    let numbers: Vec<_> = rows.iter().map(|row| row.bulk.map(|bulk| (bulk.failed, bulk.operations))).collect();
    assert_eq!(numbers, [Some((1, 2)), Some((2, 4))]);
    let told = async |row: &model::trace::RequestRow| {
        let whole = get(&mut app.tx().await, source, row.id).await.unwrap();
        whole.operations.into_iter().map(|it| (it.request, it.status, it.scim_type)).collect::<Vec<_>>()
    };
    let taken = Some("uniqueness".to_owned());
    let post = || "POST /Users".to_owned();
    assert_eq!(
        told(&rows[1]).await,
        [
            (post(), Some(201), None),
            (post(), Some(409), taken.clone()),
            ("DELETE /Users/none".to_owned(), Some(404), None),
            (post(), Some(201), None),
        ]
    );
    assert_eq!(told(&rows[0]).await, [(post(), Some(409), taken), (post(), None, None)], "the second was not tried");
    let numbers = traffic(&mut app.tx().await, source).await.unwrap();
    assert_eq!((numbers.requests, numbers.errors, numbers.last_error.map(|row| row.id)), (3, 2, Some(rows[0].id)));
}

/// Okta and Entra ask for ids to see whether they are there.
#[tokio::test]
async fn to_look_for_somebody_who_is_not_there_is_no_error() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    for path in ["/Users/none", "/Groups/01890000-0000-7000-8000-000000000000"] {
        assert_eq!(scim.get(path).await.status, 404);
    }
    let rows = requests(&app, source, 2).await;
    assert_eq!(rows.iter().map(|row| row.status).collect::<Vec<_>>(), [Some(404), Some(404)]);
    let numbers = traffic(&mut app.tx().await, source).await.unwrap();
    assert_eq!((numbers.requests, numbers.errors, numbers.last_error), (2, 0, None));
    let patch = json!([{ "op": "replace", "path": "title", "value": "x" }]);
    assert_eq!(scim.patch("/Users/none", patch).await.status, 404);
    app.wait_traffic(source, |traffic| traffic.errors == 1 && traffic.last_error.is_some()).await;
}

#[tokio::test]
async fn an_error_is_open_until_the_same_goes_well() {
    let clock = Clock::manual(Clock::system().now());
    let app = TestApp::with(|start| (start.clock, start.worker) = (clock.clone(), false)).await;
    let (source, scim) = app.source_with_token("Okta").await;
    let id = scim.create(&user("ada@example.com")).await;
    let path = format!("/Users/{id}");
    let set = |attribute: &str, value: &str| json!([{ "op": "replace", "path": attribute, "value": value }]);
    assert_eq!(scim.patch(&path, set("active", "perhaps")).await.status, 400);
    let open = app.wait_traffic(source, |traffic| traffic.last_error.is_some()).await.last_error.unwrap();
    // Something else of the same person says nothing of it.
    assert_eq!(scim.patch(&path, set("title", "Countess")).await.status, 200);
    assert_eq!(scim.get(&path).await.status, 200);
    requests(&app, source, 4).await;
    let still = traffic(&mut app.tx().await, source).await.unwrap().last_error.unwrap();
    assert_eq!((still.id, still.open), (open.id, true));
    assert_eq!(scim.patch(&path, set("active", "false")).await.status, 200);
    let numbers = app.wait_traffic(source, |traffic| traffic.last_error.is_none()).await;
    assert_eq!(numbers.errors, 1, "it is counted all the same");
    let rows = app.wait_requests(source, &errors(), 1).await;
    assert!(!rows[0].open);
    // What nothing follows stays for a day.
    assert_eq!(scim.delete("/Users/none").await.status, 404);
    app.wait_traffic(source, |traffic| traffic.last_error.is_some()).await;
    clock.advance(Duration::hours(25));
    assert_eq!(traffic(&mut app.tx().await, source).await.unwrap().last_error, None);
}
