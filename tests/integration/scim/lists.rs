//! Lists: order, pages by index and by cursor, searches by POST (RFC 7644, section 3.4; RFC 9865).

use super::groups::group;
use serde_json::{Value, json};
use tests::{Answer, Scim, TestApp, user};

fn names(answer: &Answer) -> Vec<String> {
    let resources = answer.body["Resources"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    resources.iter().map(|r| r["userName"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Five people: b, A, d without a title, C, e.
async fn people(scim: &Scim) -> Vec<String> {
    let mut ids = Vec::new();
    for (name, title) in [("b", Some("x")), ("A", Some("Z")), ("d", None), ("C", Some("y")), ("e", Some("X"))] {
        let mut user = user(&format!("{name}@example.com"));
        if let Some(title) = title {
            user["title"] = title.into();
        }
        ids.push(scim.create(&user).await);
    }
    ids
}

#[tokio::test]
async fn sorted() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    people(&scim).await;
    let letters = |answer: &Answer| names(answer).iter().map(|name| name[..1].to_owned()).collect::<String>();
    for (query, expected) in [
        ("", "bAdCe"),
        ("sortBy=userName", "AbCde"),
        ("sortBy=USERNAME&sortOrder=descending", "edCbA"),
        // Without a title last; the same title in the order in which they were made.
        ("sortBy=title", "beCAd"),
        ("sortBy=title&sortOrder=descending", "dACeb"),
        ("sortBy=emails.value", "AbCde"),
        ("sortBy=emails", "AbCde"),
        ("sortBy=name.givenName", "AbCde"),
        ("sortBy=meta.created&sortOrder=descending", "eCdAb"),
        ("sortBy=userName&startIndex=2&count=2", "bC"),
    ] {
        let answer = scim.get(&format!("/Users?{query}")).await;
        assert_eq!(letters(&answer), expected, "{query}: {}", answer.text);
        assert_eq!(answer.body["totalResults"], 5);
    }
    for by in ["a%20b", "shoeSize", "urn:x:User:shoeSize", "urn:x:User"] {
        assert_eq!(scim.get(&format!("/Users?sortBy={by}")).await.error(), (400, "invalidValue"), "{by}");
    }
}

#[tokio::test]
async fn by_cursor() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    let mut ids = people(&scim).await;
    for sort in ["", "&sortBy=title", "&sortBy=title&sortOrder=descending", "&filter=userName%20co%20%22example%22"] {
        let whole = names(&scim.get(&format!("/Users?{}", &sort)).await);
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let page = scim.get(&format!("/Users?count=2&cursor={cursor}{sort}")).await;
            assert_eq!((page.status, &page.body["totalResults"]), (200, &json!(5)), "{}", page.text);
            assert!(page.body.get("startIndex").is_none());
            seen.extend(names(&page));
            match page.body["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, whole, "{sort}");
    }
    // However long what it is sorted by: a cursor comes back whole.
    for name in ["x", "y", "z"] {
        let mut long = user(&format!("{name}@example.com"));
        long["title"] = format!("{}{name}", "t".repeat(20_000)).into();
        ids.push(scim.create(&long).await);
    }
    let first = scim.get("/Users?count=1&cursor=&sortBy=title&filter=title%20sw%20%22tt%22").await;
    let next = first.body["nextCursor"].as_str().unwrap();
    let second = scim.get(&format!("/Users?count=1&cursor={next}&sortBy=title&filter=title%20sw%20%22tt%22")).await;
    assert_eq!(names(&second), ["y@example.com"], "{}", second.body["detail"]);
    for id in ids.split_off(5) {
        assert_eq!(scim.delete(&format!("/Users/{id}")).await.status, 204);
    }
    // Who is deleted meanwhile shifts nobody out of sight, as it does with an index.
    let first = scim.get("/Users?count=2&cursor=").await;
    assert_eq!(scim.delete(&format!("/Users/{}", ids[0])).await.status, 204);
    let next = first.body["nextCursor"].as_str().unwrap();
    assert_eq!(names(&scim.get(&format!("/Users?count=2&cursor={next}")).await), ["d@example.com", "C@example.com"]);
    for wrong in [
        format!("cursor={next}x"),
        format!("cursor={next}&sortBy=title"),
        "cursor=AAAA".into(),
        format!("cursor={next}&startIndex=2"),
    ] {
        let answer = scim.get(&format!("/Users?{wrong}")).await;
        let (status, scim_type) = answer.error();
        assert!(status == 400 && ["invalidCursor", "invalidValue"].contains(&scim_type), "{wrong}: {}", answer.text);
    }
    assert_eq!(scim.get(&format!("/Groups?cursor={next}")).await.error(), (400, "invalidCursor"));
}

#[tokio::test]
async fn searches_by_post() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    people(&scim).await;
    group(&scim, "A group", &[]).await;
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
    let answer = scim
        .post(
            "/Users/.search",
            &json!({ "schemas": schemas, "filter": "title pr", "sortBy": "userName", "startIndex": 2, "count": 2,
                "attributes": ["userName"] }),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(
        (names(&answer), &answer.body["totalResults"]),
        (vec!["b@example.com".into(), "C@example.com".into()], &json!(4))
    );
    assert!(answer.body["Resources"][0].get("emails").is_none());

    let everything = |body: Value| {
        let scim = scim.clone();
        async move { scim.post("/.search", &body).await }
    };
    let kinds = |answer: &Answer| -> Vec<String> {
        answer.body["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["meta"]["resourceType"].as_str().unwrap().into())
            .collect()
    };
    let all = everything(json!({ "schemas": schemas })).await;
    assert_eq!((all.status, &all.body["totalResults"]), (200, &json!(6)), "{}", all.text);
    let last = everything(json!({ "schemas": schemas, "startIndex": 5, "count": 5 })).await;
    assert_eq!(kinds(&last), ["User", "Group"], "{}", last.text);
    let groups = everything(json!({ "filter": "meta.resourceType eq \"Group\"" })).await;
    assert_eq!(kinds(&groups), ["Group"], "{}", groups.text);
    let by_name = everything(json!({ "filter": "displayName sw \"a g\"" })).await;
    assert_eq!(kinds(&by_name), ["Group"], "{}", by_name.text);
    assert_eq!(everything(json!({ "sortBy": "id" })).await.error().0, 400);
    assert_eq!(everything(json!([])).await.error().0, 400);
    assert_eq!(scim.get("/").await.body["totalResults"], 6);
}

/// So many that the far end is looked for from there.
const MANY: usize = 2_300;

/// One made by a client, and many more like it.
async fn crowd(app: &TestApp, scim: &Scim) {
    let first = scim.create(&user("p0@example.com")).await;
    app.database
        .change(&format!(
            "insert into record (id, source_id, person_id, user_name, user_name_key, active, resource, created_at, updated_at)
             select gen_random_uuid(), source_id, person_id, 'p' || n, 'p' || n, active,
                    jsonb_set(resource, '{{userName}}', to_jsonb('p' || n)), created_at, updated_at
             from record, generate_series(1, {MANY} - 1) n where id = '{first}'"
        ))
        .await;
}

#[tokio::test]
async fn far_pages_are_those_that_stand_there() {
    let app = TestApp::start().await;
    let scim = app.scim().await;
    crowd(&app, &scim).await;
    let in_order = app.database.texts("select id::text from record order by id").await;
    for (start, count) in
        [(1, 100), (1_000, 200), (1_001, 1), (1_151, 7), (1_500, 200), (2_201, 100), (2_250, 200), (2_300, 5)]
    {
        let answer = scim.get(&format!("/Users?startIndex={start}&count={count}&attributes=id")).await;
        let found = answer.body["Resources"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap());
        let expected = in_order.iter().skip(start - 1).take(count).map(String::as_str);
        assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{start}, {count}");
        assert_eq!(answer.body["totalResults"], MANY, "{start}");
    }
    for start in ["2301", "5000", "9223372036854775807", "18446744073709551615"] {
        let answer = scim.get(&format!("/Users?startIndex={start}")).await;
        assert_eq!((answer.status, &answer.body["totalResults"]), (200, &MANY.into()), "{}", answer.text);
        assert!(answer.body["Resources"].as_array().is_none_or(Vec::is_empty), "{}", answer.text);
    }
}

#[tokio::test]
async fn whoever_comes_and_goes_is_counted() {
    let app = TestApp::start().await;
    let (source, scim) = app.source_with_token("Okta").await;
    crowd(&app, &scim).await;
    let total = async |count: usize| {
        let answer = scim.get("/Users?count=1").await;
        assert_eq!(answer.body["totalResults"], count);
        let counted = directory::sources::people(&mut app.tx().await, source).await.unwrap();
        assert_eq!(usize::try_from(counted).unwrap(), count);
    };
    total(MANY).await;
    let one = scim.create(&user("one@example.com")).await;
    assert_eq!(scim.post("/Users", &user("one@example.com")).await.error().0, 409);
    total(MANY + 1).await;
    directory::sources::add_up(&app.directory).await.unwrap();
    assert_eq!(app.database.count("select count(*) from record_count").await, 1);
    total(MANY + 1).await;
    assert_eq!(scim.delete(&format!("/Users/{one}")).await.status, 204);
    total(MANY).await;
    // Who is made again comes back.
    scim.create(&user("one@example.com")).await;
    app.source_with_token("Entra").await.1.create(&user("elsewhere@example.com")).await;
    total(MANY + 1).await;
    let both = tokio::join!(directory::sources::add_up(&app.directory), directory::sources::add_up(&app.directory));
    both.0.and(both.1).unwrap();
    total(MANY + 1).await;
    let records = app.database.count("select count(*) from record where deleted_at is null").await;
    assert_eq!(app.database.count("select sum(people)::bigint from record_count").await, records);
}
