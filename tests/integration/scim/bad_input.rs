//! What is not SCIM gets the SCIM error that fits, and nothing is stored.

use super::groups::group;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, TestApp, user};

#[tokio::test]
async fn bodies_that_are_none() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let deep_value = format!("{{\"userName\":\"a@example.com\",\"x\":{deep}}}");
    let deepest = "[".repeat(500_000);
    for (body, keyword) in [
        ("", "invalidSyntax"),
        ("{", "invalidSyntax"),
        ("not json", "invalidSyntax"),
        ("[]", "invalidSyntax"),
        ("null", "invalidSyntax"),
        ("\"text\"", "invalidSyntax"),
        ("{\"userName\":\"a@example.com\"} trailing", "invalidSyntax"),
        (deep_value.as_str(), "invalidSyntax"),
        (deepest.as_str(), "invalidSyntax"),
    ] {
        let answer = scim.raw(Method::POST, "/Users", body.to_owned()).await;
        assert_eq!(answer.error(), (400, keyword), "{}", body.chars().take(40).collect::<String>());
    }
    let invalid_utf8 = b"{\"userName\":\"\xff\xfe@example.com\"}".to_vec();
    assert_eq!(scim.raw(Method::POST, "/Users", invalid_utf8).await.error().0, 400);
    nothing_stored(&app).await;
}

#[tokio::test]
async fn users_that_break_a_rule() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let with = |name: &str, value: Value| {
        let mut user = user("ada@example.com");
        user[name] = value;
        user
    };
    let mut nameless = user("ada@example.com");
    nameless.as_object_mut().unwrap().remove("userName");
    for wrong in [
        nameless,
        with("userName", "".into()),
        with("userName", "   ".into()),
        with("userName", 7.into()),
        with("userName", "ada\u{0}@example.com".into()),
        with("userName", "x".repeat(100_000).into()),
        with("active", "perhaps".into()),
        with("name", "Ada".into()),
        with("emails", 7.into()),
        with("externalId", json!({})),
    ] {
        let answer = scim.post("/Users", &wrong).await;
        let (status, keyword) = answer.error();
        assert_eq!(status, 400, "{}", answer.text);
        assert!(["invalidValue", "invalidSyntax"].contains(&keyword), "{}", answer.text);
    }
    nothing_stored(&app).await;
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let large = format!("{{\"userName\":\"a@example.com\",\"title\":\"{}\"}}", "x".repeat(1024 * 1024));
    // Refused before it was read to the end, so the client may be cut off while it still sends.
    let request = scim.request(Method::POST, "/Users").header("content-type", "application/scim+json").body(large);
    match request.send().await {
        Ok(answer) => assert_eq!(answer.status(), 413),
        Err(error) => assert!(error.is_request() || error.is_body(), "{error}"),
    }
    nothing_stored(&app).await;
}

#[tokio::test]
async fn a_body_of_another_kind() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let body = user("ada@example.com").to_string();
    let request = scim.request(Method::POST, "/Users").header("content-type", "text/xml").body(body.clone());
    assert_eq!(Answer::of(request).await.error().0, 415);
    nothing_stored(&app).await;
    for fine in ["application/json", "application/scim+json; charset=utf-8"] {
        let request = scim.request(Method::POST, "/Users").header("content-type", fine).body(body.clone());
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 201, "{fine}: {}", answer.text);
        scim.delete(&format!("/Users/{}", answer.id())).await;
    }
}

#[tokio::test]
async fn filters_that_are_none() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let deep = format!("{}userName eq \"a\"{}", "(".repeat(200), ")".repeat(200));
    let nots = format!("{}userName eq \"a\"", "not (".repeat(1000));
    let long = format!("userName eq \"{}\"", "a".repeat(5000));
    for filter in [
        "userName eq",
        "eq",
        "userName is \"a\"",
        "userName eq 'a'",
        "(userName eq \"a\"",
        "\u{0}",
        &deep,
        &nots,
        &long,
    ] {
        let answer = scim.find(filter).await;
        assert_eq!(
            answer.error(),
            (400, "invalidFilter"),
            "{}: {}",
            filter.chars().take(40).collect::<String>(),
            answer.text
        );
    }
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    for method in [Method::GET, Method::PATCH] {
        assert_eq!(scim.send(method, "/Me", &json!({})).await.error().0, 501);
    }
    for (method, path) in [
        (Method::PUT, "/Users"),
        (Method::POST, "/Users/x"),
        (Method::DELETE, "/Schemas"),
        (Method::GET, "/Bulk"),
        (Method::GET, "/.search"),
        (Method::PUT, "/Groups/.search"),
        (Method::DELETE, "/"),
    ] {
        assert_eq!(scim.send(method.clone(), path, &json!({})).await.error().0, 405, "{method} {path}");
    }
    for path in ["/Nothing", "/Users/x/y", "/Users/not-an-id", "/users", "/Users/%00", "/Users/..%2f..%2fetc"] {
        assert_eq!(scim.get(path).await.error().0, 404, "{path}");
    }
}

/// The answer must be one of ours in any case: no crash, no page, no 5xx.
#[tokio::test]
async fn odd_queries_do_no_harm() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    for query in [
        "count=x",
        "startIndex=99999999999999999999",
        "count=-1",
        "filter=",
        "filter=%ff",
        "a=b&a=c",
        "&&&",
        "count=1000000",
    ] {
        let answer = scim.get(&format!("/Users?{query}")).await;
        assert!(answer.status == 200 || answer.error().0 == 400, "{query}: {} {}", answer.status, answer.text);
    }
    // Whoever were told "nobody" would make a second one.
    for query in ["filter=displayName%20eq%20%22J%FCrgen%22", "filter=userName%20pr&filter=userName%20eq%20%22a%22"] {
        assert_eq!(scim.get(&format!("/Users?{query}")).await.error().0, 400, "{query}");
    }
    for path in ["/Bulk?x=%ff", "/.search?x=%ff", "/Users?x=%ff", "/Groups/.search?%ff"] {
        let answer = scim.post(path, &json!({})).await;
        assert_eq!(answer.body["detail"], "The query string is not valid percent-encoded UTF-8.", "{path}");
    }
    assert_eq!(scim.get("/Users?x=1&x=2&filter=userName%20eq%20%22%EF%BF%BD%22").await.status, 200);
}

/// Ids are case exact: in another spelling it is another one, as for a filter.
#[tokio::test]
async fn an_id_has_one_spelling() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    let engines = group(&scim, "Engines", &[&id]).await;
    for other in [id.to_uppercase(), id.replace('-', ""), format!("%7B{id}%7D"), format!("urn:uuid:{id}")] {
        assert_eq!(scim.get(&format!("/Users/{other}")).await.error().0, 404, "{other}");
        assert_eq!(scim.send(Method::DELETE, &format!("/Users/{other}"), &json!({})).await.error().0, 404, "{other}");
    }
    let other = id.to_uppercase();
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": other }] }]);
    assert_eq!(scim.patch(&format!("/Groups/{engines}"), add).await.error(), (400, "invalidValue"));
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{other}\"]") }]);
    let left = scim.patch(&format!("/Groups/{engines}"), remove).await;
    assert_eq!(left.body["members"][0]["value"], id, "{}", left.text);
}

/// Two groups that nobody can tell apart are one fault of the source.
#[tokio::test]
async fn groups_that_look_the_same_are_of_one_name() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    group(&scim, "Sales", &[]).await;
    for name in ["Sal\u{e0061}es", "Sal\u{200d}es", "\u{200e}Sales", "Sales\u{fe0f}"] {
        let answer = scim.post("/Groups", &json!({ "displayName": name })).await;
        assert_eq!(answer.error(), (409, "uniqueness"), "{name:?}");
    }
    let found = scim.get("/Groups?filter=displayName%20eq%20%22Sal%E2%80%8Des%22").await;
    assert_eq!(found.body["totalResults"], 1, "{}", found.text);
}

/// Groups that were told apart once, and are of one name now: each is found, and goes on until it is renamed.
#[tokio::test]
async fn twins_from_before_stay_usable() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let ada = scim.create(&user("ada@example.com")).await;
    group(&scim, "Sales", &[]).await;
    let twin = group(&scim, "Other", &[]).await;
    app.database
        .change(&format!(
            "update grp set display_name = E'Sal\\u200Des', display_name_key = 'sales', name_twin = id,
                    resource = jsonb_set(resource, '{{displayName}}', to_jsonb(E'Sal\\u200Des'::text)) where id = '{twin}'"
        ))
        .await;
    let path = format!("/Groups/{twin}");
    let join = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    assert_eq!(scim.patch(&path, join).await.status, 200);
    let put = json!({ "displayName": "Sal\u{200d}es", "members": [] });
    assert_eq!(scim.put(&path, &put).await.status, 200);
    let found = scim.get("/Groups?filter=displayName%20eq%20%22Sales%22").await;
    assert_eq!(found.body["totalResults"], 2, "{}", found.text);
    let rename = |name: &str| json!([{ "op": "replace", "path": "displayName", "value": name }]);
    assert_eq!(scim.patch(&path, rename("SALES")).await.error(), (409, "uniqueness"));
    assert_eq!(scim.patch(&path, rename("Others")).await.status, 200);
    assert_eq!(scim.patch(&path, rename("Sales")).await.error(), (409, "uniqueness"), "no twin any more");
}

#[tokio::test]
async fn a_page_that_would_fill_the_memory_is_refused() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    app.database
        .change(&format!(
            "insert into record (id, source_id, person_id, user_name, user_name_key, active, resource, created_at, updated_at)
             select gen_random_uuid(), source_id, person_id, 'p' || n, 'p' || n, active,
                    resource || jsonb_build_object('title', repeat('x', 1000000)), created_at, updated_at
             from record, generate_series(1, 70) n where id = '{id}'"
        ))
        .await;
    let refused = scim.get("/Users?count=200").await;
    assert_eq!(refused.error(), (400, "tooMany"));
    assert!(refused.body["detail"].as_str().unwrap().ends_with("Ask for fewer by count; 68 fit."), "{}", refused.text);
    assert_eq!(scim.get("/Users?count=68&attributes=userName").await.body["itemsPerPage"], 68, "as was said");
    assert_eq!(scim.get("/Users?count=69&cursor=").await.error(), (400, "tooMany"));
    app.database
        .change(
            "insert into grp (id, source_id, display_name, display_name_key, resource, created_at, updated_at)
             select gen_random_uuid(), source_id, 'g' || n, 'g' || n,
                    jsonb_build_object('displayName', 'g' || n, 'title', repeat('x', 1000000)), created_at, updated_at
             from (select * from record limit 1) r, generate_series(1, 30) n",
        )
        .await;
    app.database.change("delete from record where user_name like 'p%' and substr(user_name, 2)::int > 40").await;
    assert_eq!(scim.post("/.search", &json!({ "count": 100 })).await.error(), (400, "tooMany"), "of both together");
    assert_eq!(scim.post("/.search", &json!({ "count": 50 })).await.status, 200);
}

async fn nothing_stored(app: &TestApp) {
    for table in ["record", "person", "link"] {
        assert_eq!(app.database.count(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
}

/// An index holds a few thousand bytes: what is longer is kept, shown and found all the same.
#[tokio::test]
async fn names_and_addresses_that_are_too_long_for_an_index() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    // Nothing that could be made shorter by compressing it.
    let long: String = (0..400).map(|_| uuid::Uuid::new_v4().simple().to_string()).collect();
    let mut sent = user("ada@example.com");
    sent["displayName"] = long.clone().into();
    sent["name"] = json!({ "formatted": long, "givenName": long, "familyName": long });
    sent["emails"] = json!([{ "value": format!("{long}@example.com"), "type": "work" }]);
    let id = scim.create(&sent).await;
    assert_eq!(scim.get(&format!("/Users/{id}")).await.body["emails"][0]["value"], format!("{long}@example.com"));
    let title = json!([{ "op": "replace", "path": "title", "value": long }]);
    assert_eq!(scim.patch(&format!("/Users/{id}"), title).await.status, 200);
    let found = scim.find(&format!("emails.value ew \"{}@example.com\"", &long[long.len() - 32..])).await;
    assert_eq!(found.body["totalResults"], 1, "{}", found.body["detail"]);
}

/// Two people who look the same are one fault of the source, and not two people.
#[tokio::test]
async fn names_that_look_like_others() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    let path = format!("/Users/{id}");
    for name in ["bob@example.com ", "\u{200b}bob@example.com", "bob\u{202e}@example.com", "ｂｏｂ@example.com"] {
        let mut put = user(name);
        put["userName"] = name.into();
        let patch = json!([{ "op": "replace", "path": "userName", "value": name }]);
        for refused in [scim.post("/Users", &put).await, scim.put(&path, &put).await, scim.patch(&path, patch).await] {
            assert_eq!(refused.error(), (400, "invalidValue"), "{name:?}");
            let detail = refused.body["detail"].as_str().unwrap();
            assert!(detail.ends_with("Send \"bob@example.com\"."), "{detail}");
        }
    }
    let hidden = scim.post("/Groups", &json!({ "displayName": "Sal\u{202e}es" })).await;
    assert_eq!(hidden.error(), (400, "invalidValue"));
    assert!(hidden.body["detail"].as_str().unwrap().contains("U+202E"), "{}", hidden.text);
    for nothing in ["\u{3164}", " \u{3164} ", "\u{e0041}"] {
        let answer = scim.post("/Groups", &json!({ "displayName": nothing })).await;
        assert_eq!(answer.error(), (400, "invalidValue"), "{nothing:?}");
    }
    for name in ["Grace Hopper", "EXAMPLE\\grace", "jose\u{301}@example.com", "аda@example.com"] {
        let mut fine = user("x@example.com");
        (fine["userName"], fine["externalId"]) = (name.into(), name.into());
        scim.create(&fine).await;
    }
}

/// Whoever has such a name from before must be able to leave.
#[tokio::test]
async fn a_name_from_before_stays_until_it_is_changed() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    app.database
        .change("update record set user_name = 'ada ', user_name_key = 'ada ', resource = jsonb_set(resource, '{userName}', '\"ada \"')")
        .await;
    let path = format!("/Users/{id}");
    let leave = json!([{ "op": "replace", "path": "active", "value": false }]);
    assert_eq!(scim.patch(&path, leave).await.status, 200);
    let mut back = user("ada@example.com");
    back["userName"] = "ada ".into();
    assert_eq!(scim.put(&path, &back).await.status, 200);
    assert_eq!(scim.find("userName eq \"ada \"").await.body["totalResults"], 1);
    let other = json!([{ "op": "replace", "path": "userName", "value": "ada  " }]);
    assert_eq!(scim.patch(&path, other).await.error().0, 400);
}

#[tokio::test]
async fn an_empty_body_is_called_so() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    for (body, told) in [("", "The body is empty."), ("{\"userName\":", "breaks off at line 1 column 12")] {
        let answer = scim.raw(Method::POST, "/Users", body).await;
        assert_eq!(answer.error(), (400, "invalidSyntax"));
        assert!(answer.body["detail"].as_str().unwrap().contains(told), "{}", answer.text);
    }
}

/// RFC 9110, sections 9.3.2 and 15.5.6.
#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones_and_head_is_get_without_a_body() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let id = scim.create(&user("ada@example.com")).await;
    for (path, allowed) in [
        ("/Users".to_owned(), "GET, HEAD, POST"),
        (format!("/Users/{id}"), "GET, HEAD, PUT, PATCH, DELETE"),
        ("/Groups/.search".to_owned(), "POST"),
        ("/Bulk".to_owned(), "POST"),
        ("/Schemas/".to_owned(), "GET, HEAD"),
        (String::new(), "GET, HEAD"),
    ] {
        let answer = Answer::of(scim.request(Method::OPTIONS, &path)).await;
        assert_eq!((answer.error().0, answer.header("allow")), (405, allowed), "{path}");
        assert!(answer.body["detail"].as_str().unwrap().contains(allowed), "{}", answer.text);
    }
    for path in [format!("/Users/{id}"), "/Users".to_owned(), "/Users/none".to_owned(), "/Schemas".to_owned()] {
        let (get, head) = (scim.get(&path).await, Answer::of(scim.request(Method::HEAD, &path)).await);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        for name in ["etag", "content-type", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}

/// RFC 7644, section 4: nobody is to believe that a filter was applied.
#[tokio::test]
async fn what_the_server_says_of_itself_is_not_filtered() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    for path in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/ResourceTypes/User"] {
        assert_eq!(scim.get(&format!("{path}?FILTER=id+eq+%22x%22")).await.error(), (403, ""), "{path}");
        assert_eq!(scim.get(&format!("{path}?count=1&aadOptscim062020")).await.status, 200, "{path}");
    }
}
