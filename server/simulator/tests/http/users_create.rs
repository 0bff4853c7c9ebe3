use reqwest::Method;
use serde_json::json;
use simulator::urn;

use crate::support::{Zoom, jill, send};

#[tokio::test]
async fn a_create_answers_with_nearly_everything() {
    let zoom = Zoom::start().await;
    zoom.running.add_group("Developers", |_| ());
    let answer = zoom.create(&jill()).await;
    assert_eq!(answer.status, 201);
    let body = &answer.body;
    assert_eq!(body["active"], true, "active at once");
    assert_eq!(body["emails"], json!([{ "type": "work", "value": "jchill@example.com", "primary": true }]));
    assert_eq!(body["displayName"], "Jill Chill", "made of the two names");
    assert_eq!((&body["title"], &body["locale"]), (&json!("Developer"), &json!("San Jose")));
    assert_eq!(body["roles"], json!([{ "display": "Developer", "value": "Developer", "primary": true }]));
    let group = json!([{ "display": "Developers", "value": "Developers", "type": "direct", "primary": true }]);
    assert_eq!(body["groups"], group);
    assert_eq!(body[urn::ENTERPRISE]["manager"], "thill@example.com");
    assert_eq!(
        answer.keys(&format!("/{}", urn::ZOOM)),
        ["badge", "pronouns", "transferee", "zoomAICompanion", "zoomDocs", "zoomRevenueAcceleratorRole", "zoomUnited"],
        "phone and contact center are never shown"
    );
    assert!(body.get(urn::LOGIN).is_none());
    let user = zoom.running.user_by_name("jchill@example.com").unwrap();
    assert_eq!(user.zoom["zoomPhoneCallingPlan"], "3000", "but kept");
    assert!(zoom.running.group_by_name("Developers").unwrap().members.contains(&user.id));
}

#[tokio::test]
async fn a_display_name_that_is_sent_stands() {
    let zoom = Zoom::start().await;
    let mut body = jill();
    body["displayName"] = json!("JC");
    assert_eq!(zoom.create(&body).await.body["displayName"], "JC");
}

#[tokio::test]
async fn a_body_must_be_json_with_something_in_it() {
    let zoom = Zoom::start().await;
    for (body, text) in [
        ("", "The request JSON must not be empty."),
        ("{}", "The request JSON must not be empty."),
        ("{oops", "The request body must be in JSON format."),
        ("[]", "The request body must be in JSON format."),
    ] {
        let answer = send(zoom.request(Method::POST, "/scim2/Users").body(body)).await;
        assert_eq!(answer.refusal(), (400, text), "{body}");
    }
}

#[tokio::test]
async fn a_user_name_must_be_an_address() {
    let zoom = Zoom::start().await;
    for body in [json!({ "schemas": [urn::USER] }), json!({ "userName": "jill" }), json!({ "userName": 7 })] {
        let answer = zoom.create(&body).await;
        assert_eq!(answer.refusal(), (400, "The \"userName\" of the request is invalid."));
    }
}

#[tokio::test]
async fn a_duplicate_is_400_on_create() {
    let zoom = Zoom::start().await;
    zoom.create(&jill()).await;
    let mut again = jill();
    again["userName"] = json!("JChill@Example.com");
    let answer = zoom.create(&again).await;
    assert_eq!(answer.refusal(), (400, "The email \"JChill@Example.com\" is already in use."));
    assert_eq!(zoom.running.users().len(), 1);
}

#[tokio::test]
async fn a_domain_must_be_associated() {
    let domains = vec!["corp.example".to_owned()];
    let zoom = Zoom::with(|options| options.account.associated_domains = Some(domains)).await;
    let text = "The email domain does not match the associated domain of the account, please contact \
                Zoom Customer Support to set up if necessary.";
    assert_eq!(zoom.create(&jill()).await.refusal(), (409, text));
    let inside = json!({ "userName": "jill@Corp.Example" });
    assert_eq!(zoom.create(&inside).await.status, 201);
}

#[tokio::test]
async fn paid_seats_run_out() {
    let zoom = Zoom::with(|options| options.account.paid_seats = Some(1)).await;
    let paid = |name: &str| json!({ "userName": name, "userType": "Licensed" });
    let first = zoom.create(&paid("a@example.com")).await;
    assert_eq!(first.status, 201);
    assert_eq!(zoom.create(&paid("b@example.com")).await.refusal(), (409, "Cannot add paid users."));
    let basic = zoom.create(&json!({ "userName": "b@example.com", "userType": "Basic" })).await;
    assert_eq!(basic.status, 201);
    let upgrade = json!({ "schemas": [urn::USER], "userType": "Licensed" });
    assert_eq!(zoom.put(&basic.id(), &upgrade).await.refusal(), (409, "Cannot add paid users."));
    zoom.set_active(&first.id(), false).await;
    assert_eq!(zoom.put(&basic.id(), &upgrade).await.status, 200, "disabling gave the seat back");
}

#[tokio::test]
async fn plans_run_out_one_by_one() {
    for (plan, value, name) in [
        ("zoomUnited", "1", "Zoom United Plan"),
        ("zoomOneBizPlus", "16", "Zoom Workplace Business Plus"),
        ("zoomOneEntPremier", "134217728", "Zoom Workplace Enterprise Premier"),
        ("zoomOneEdu", "576460752303423488", "Zoom Workplace for Education Enterprise Student"),
    ] {
        let zoom = Zoom::with(|options| {
            options.account.plan_seats.insert(plan.to_owned(), 0);
        })
        .await;
        let body = json!({ "userName": "a@example.com", urn::ZOOM: { plan: value } });
        let text = format!("Cannot create more users with {name}.");
        assert_eq!(zoom.create(&body).await.refusal(), (409, text.as_str()));
    }
}

#[tokio::test]
async fn a_plan_must_be_one_zoom_sells() {
    let zoom = Zoom::start().await;
    let body = json!({ "userName": "a@example.com", urn::ZOOM: { "zoomUnited": "5" } });
    assert_eq!(zoom.create(&body).await.refusal(), (409, "The Zoom United Plan is invalid."));
}

#[tokio::test]
async fn basic_users_have_a_cap() {
    let zoom = Zoom::with(|options| options.account.basic_cap = Some(1)).await;
    zoom.running.add_user("a@example.com", |_| ());
    let answer = zoom.create(&json!({ "userName": "b@example.com", "userType": "Basic" })).await;
    assert_eq!(answer.status, 409);
    let other = zoom.create(&json!({ "userName": "b@example.com", "userType": "Collaboration" })).await;
    assert_eq!(other.status, 201);
}

#[tokio::test]
async fn unknown_attributes_are_passed_over() {
    let zoom = Zoom::start().await;
    let body = json!({ "userName": "a@example.com", "externalId": "7", "nickName": "A", "x": { "y": 1 } });
    let answer = zoom.create(&body).await;
    assert_eq!(answer.status, 201);
    assert!(answer.body.get("externalId").is_none());
}
