use serde_json::{Value, json};
use simulator::urn;

use crate::support::{Zoom, jill, send, user_path};

#[tokio::test]
async fn a_list_is_thin() {
    let zoom = Zoom::start().await;
    zoom.create(&jill()).await;
    let answer = zoom.find("userName eq jchill@example.com").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["schemas"], json!([urn::LIST]));
    assert_eq!(
        answer.keys("/Resources/0"),
        [
            "active",
            "displayName",
            "emails",
            "id",
            "meta",
            "name",
            "schemas",
            urn::ENTERPRISE,
            urn::LOGIN,
            "userName",
            "userType",
        ]
    );
    let user = &answer.body["Resources"][0];
    assert_eq!(user[urn::ENTERPRISE], json!({ "department": "Development" }));
    assert_eq!(user[urn::LOGIN], json!({ "loginType": { "workEmail": false, "sso": true } }));
}

#[tokio::test]
async fn a_get_shows_more_but_not_all() {
    let zoom = Zoom::start().await;
    zoom.running.add_group("Developers", |_| ());
    let id = zoom.create(&jill()).await.id();
    let answer = zoom.get(&user_path(&id)).await;
    assert_eq!(answer.status, 200);
    for hidden in ["title", "locale"] {
        assert!(answer.body.get(hidden).is_none(), "{hidden}");
    }
    assert_eq!(
        answer.keys(&format!("/{}", urn::ENTERPRISE)),
        ["costCenter", "department", "employeeNumber", "manager", "organization"]
    );
    assert_eq!(
        answer.keys(&format!("/{}", urn::ZOOM)),
        ["pronouns", "transferee", "zoomAICompanion", "zoomDocs", "zoomUnited"]
    );
    assert_eq!(answer.body["phoneNumbers"], json!([{ "type": "work", "value": "+015550100" }]));
    let role = json!({ "display": "Developer", "value": "Developer", "primary": true });
    assert_eq!(answer.body["roles"], role, "an object, not a list");
    let group = json!({ "display": "Developers", "value": "Developers", "type": "direct" });
    assert_eq!(answer.body["groups"], group);
}

#[tokio::test]
async fn several_groups_are_a_list_in_get_too() {
    let zoom = Zoom::start().await;
    let user = zoom.running.add_user("a@example.com", |_| ());
    for name in ["One", "Two"] {
        zoom.running.add_group(name, |group| {
            group.members.insert(user.id.clone());
        });
    }
    let answer = zoom.get(&user_path(&user.id)).await;
    assert_eq!(answer.body["groups"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn filters_take_a_name_or_zooms_own_id_quoted_or_not() {
    let zoom = Zoom::start().await;
    let user = zoom.running.add_user("Ann@example.com", |_| ());
    for filter in [
        "userName eq ann@example.com".to_owned(),
        "userName eq \"ann@example.com\"".to_owned(),
        format!("externalId eq {}", user.id),
        format!("externalId eq \"{}\"", user.id),
    ] {
        let answer = zoom.find(&filter).await;
        assert_eq!(answer.body["totalResults"], 1, "{filter}");
        assert_eq!(answer.body["Resources"][0]["id"], json!(user.id));
    }
    let absent = zoom.find("userName eq nobody@example.com").await;
    assert_eq!((absent.status, &absent.body["Resources"]), (200, &json!([])));
}

#[tokio::test]
async fn a_plus_sign_in_a_query_must_be_encoded() {
    let zoom = Zoom::start().await;
    zoom.running.add_user("a+b@example.com", |_| ());
    let encoded = zoom.get("/scim2/Users?filter=userName%20eq%20%22a%2Bb@example.com%22").await;
    assert_eq!(encoded.body["totalResults"], 1);
    let bare = zoom.get("/scim2/Users?filter=userName%20eq%20%22a+b@example.com%22").await;
    assert_eq!(bare.status, 400, "a space has come into the address");
}

#[tokio::test]
async fn other_filters_are_refused_by_name() {
    let zoom = Zoom::start().await;
    for (filter, name) in [
        ("id eq x", "id"),
        ("active eq true", "active"),
        ("emails.value eq \"a@example.com\"", "emails.value"),
        ("userName sw a", "userName"),
        ("userName eq \"a@b.c\" and active eq true", "userName"),
    ] {
        let text = format!("The current filter is not supported, the filter name: {name}");
        assert_eq!(zoom.find(filter).await.refusal(), (400, text.as_str()));
    }
}

#[tokio::test]
async fn a_look_up_of_somebody_pending_or_foreign_is_400() {
    let zoom = Zoom::start().await;
    zoom.running.set_pending("pending@example.com");
    zoom.running.set_foreign("foreign@example.com");
    for email in ["pending@example.com", "foreign@example.com"] {
        let text = format!("User {email} not exist or not belong to this account.");
        let answer = zoom.find(&format!("userName eq \"{email}\"")).await;
        assert_eq!(answer.refusal(), (400, text.as_str()));
    }
    zoom.running.release_email("pending@example.com");
    assert_eq!(zoom.find("userName eq pending@example.com").await.status, 200);
}

#[tokio::test]
async fn pages_start_at_one_hold_one_unless_asked_and_a_hundred_at_most() {
    let zoom = Zoom::start().await;
    for number in 0..120 {
        zoom.running.add_user(&format!("user{number}@example.com"), |user| user.active = number > 0);
    }
    let of = |body: &Value| (body["startIndex"].clone(), body["itemsPerPage"].clone());
    let first = zoom.get("/scim2/Users").await.body;
    assert_eq!(of(&first), (json!(1), json!(1)));
    assert_eq!(first["totalResults"], 120);
    assert_eq!(first["Resources"][0]["active"], false, "inactive users are listed");
    let most = zoom.get("/scim2/Users?startIndex=1&count=500").await.body;
    assert_eq!(of(&most), (json!(1), json!(100)));
    let rest = zoom.get("/scim2/Users?startIndex=101&count=100").await.body;
    assert_eq!(of(&rest), (json!(101), json!(20)));
    assert_eq!(rest["Resources"][0]["userName"], "user100@example.com");
    let none = zoom.get("/scim2/Users?count=0").await.body;
    assert_eq!((of(&none), &none["totalResults"]), ((json!(1), json!(0)), &json!(120)));
}

#[tokio::test]
async fn an_unknown_id_is_404() {
    let zoom = Zoom::start().await;
    let answer = zoom.get("/scim2/Users/nobody").await;
    assert_eq!(answer.refusal(), (404, "User does not exist."));
}

#[tokio::test]
async fn the_content_type_follows_accept() {
    let zoom = Zoom::start().await;
    let scim = zoom.get("/scim2/Users").await;
    assert_eq!(scim.header("content-type"), Some("application/scim+json"));
    let url = format!("{}/Users", zoom.running.scim_url());
    let json = send(zoom.http.get(url).bearer_auth(&zoom.token)).await;
    assert_eq!(json.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn entras_base_and_lower_case_lead_to_the_same_place() {
    let zoom = Zoom::start().await;
    zoom.running.add_user("a@example.com", |_| ());
    for path in ["/scim/Users", "/scim2/users", "/scim/USERS"] {
        assert_eq!(zoom.get(path).await.body["totalResults"], 1, "{path}");
    }
}

#[tokio::test]
async fn some_ids_are_hostile_to_urls() {
    let zoom = Zoom::start().await;
    let ids: Vec<String> = (0..3).map(|n| zoom.running.add_user(&format!("u{n}@example.com"), |_| ()).id).collect();
    let hostile = ids.iter().find(|id| id.contains('&')).unwrap();
    let answer = zoom.get(&user_path(hostile)).await;
    assert_eq!(answer.id(), *hostile);
    let location = format!("{}/scim2/Users/{hostile}", zoom.running.base_url());
    assert_eq!(answer.body["meta"]["location"], json!(location));
    assert_eq!(answer.body["meta"]["version"], "1.0.0");
}

#[tokio::test]
async fn rights_and_single_sign_on_are_asked_for() {
    let zoom = Zoom::start().await;
    let id = zoom.running.add_user("a@example.com", |_| ()).id;
    zoom.running.configure(|options| options.account.rights.user_read = false);
    let list = "The current login user does not have the \"User:Read\" permission.";
    assert_eq!(zoom.get("/scim2/Users").await.refusal(), (403, list));
    let get = "The request was denied due to insufficient permissions: \"User:Read\".";
    assert_eq!(zoom.get(&user_path(&id)).await.refusal(), (403, get));
    zoom.running.configure(|options| {
        options.account.rights.user_read = true;
        options.account.rights.user_edit = false;
    });
    let edit = "The request was denied due to insufficient permissions: \"User:Edit\".";
    assert_eq!(zoom.delete(&user_path(&id)).await.refusal(), (403, edit));
    assert_eq!(zoom.create(&jill()).await.refusal(), (403, edit));
    zoom.running.configure(|options| options.account.sso = false);
    let sso = "Account has not enabled Single Sign-On.";
    assert_eq!(zoom.get("/scim2/Users").await.refusal(), (400, sso));
}
