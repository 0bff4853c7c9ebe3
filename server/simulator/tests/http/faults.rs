use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use simulator::{Fault, Operation, Options, Simulator};

use crate::support::{Zoom, jill, user_path};

#[tokio::test]
async fn a_canned_answer_comes_as_often_as_told() {
    let zoom = Zoom::start().await;
    let fault = Fault::answer(503, r#"{"message":"busy"}"#).header("retry-after", "7");
    zoom.running.inject(fault.on(Operation::CreateUser).times(2));
    assert_eq!(zoom.get("/scim2/Users").await.status, 200, "another operation");
    for _ in 0..2 {
        let answer = zoom.create(&jill()).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("7")));
        assert_eq!(answer.body["message"], "busy");
    }
    assert!(zoom.running.users().is_empty(), "nothing was done");
    assert_eq!(zoom.create(&jill()).await.status, 201);
}

#[tokio::test]
async fn a_fault_can_be_about_one_user() {
    let zoom = Zoom::start().await;
    zoom.running.inject(Fault::answer(500, "").about("jchill@example.com").always());
    assert_eq!(zoom.create(&json!({ "userName": "other@example.com" })).await.status, 201);
    assert_eq!(zoom.create(&jill()).await.status, 500);
    assert_eq!(zoom.find("userName eq \"jchill@example.com\"").await.status, 500);
    zoom.running.clear_faults();
    assert_eq!(zoom.create(&jill()).await.status, 201);
}

#[tokio::test]
async fn a_lost_answer_is_carried_out_all_the_same() {
    let zoom = Zoom::start().await;
    zoom.running.inject(Fault::lose_answer());
    let lost = zoom.request(Method::POST, "/scim2/Users").json(&jill()).send().await;
    assert!(lost.is_err());
    assert_eq!(zoom.running.users().len(), 1);
    let entry = &zoom.running.journal()[0];
    assert_eq!((entry.status, entry.delivered), (Some(201), false));
}

#[tokio::test]
async fn a_dropped_connection_leaves_nothing_done() {
    let zoom = Zoom::start().await;
    zoom.running.inject(Fault::drop_connection());
    let dropped = zoom.request(Method::POST, "/scim2/Users").json(&jill()).send().await;
    assert!(dropped.is_err());
    assert!(zoom.running.users().is_empty());
    assert_eq!(zoom.running.journal()[0].status, None);
}

#[tokio::test]
async fn an_answer_can_lie_about_what_was_done() {
    let zoom = Zoom::start().await;
    zoom.running.inject(Fault::answer_after_applying(502, "<html>Bad Gateway</html>"));
    let answer = zoom.request(Method::POST, "/scim2/Users").json(&jill()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 502);
    assert_eq!(zoom.running.users().len(), 1);
}

#[tokio::test]
async fn a_held_request_waits_at_the_gate() {
    let zoom = Zoom::start().await;
    let (fault, gate) = Fault::hold();
    zoom.running.inject(fault);
    let body = jill();
    let held = zoom.create(&body);
    let meanwhile = async {
        gate.arrived(1).await;
        assert!(zoom.running.users().is_empty());
        gate.open();
    };
    let (answer, ()) = tokio::join!(held, meanwhile);
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn delay_and_latency_take_their_time() {
    let zoom = Zoom::with(|options| options.latency = Duration::from_millis(30)).await;
    zoom.running.inject(Fault::delay(Duration::from_millis(40)));
    let start = std::time::Instant::now();
    zoom.get("/scim2/Users").await;
    assert!(start.elapsed() >= Duration::from_millis(70));
}

#[tokio::test]
async fn the_journal_tells_what_was_asked_and_answered() {
    let zoom = Zoom::start().await;
    zoom.create(&jill()).await;
    zoom.get("/scim2/Users?count=5").await;
    let [create, list] = &zoom.running.journal()[..] else { panic!("two requests") };
    assert_eq!((create.operation, create.status), (Some(Operation::CreateUser), Some(201)));
    assert_eq!((create.method.as_str(), create.path.as_str()), ("POST", "/scim2/Users"));
    assert_eq!(create.json(), jill());
    assert_eq!(create.answer_json()["userName"], "jchill@example.com");
    assert_eq!(create.accept.as_deref(), Some("application/scim+json"));
    assert_eq!(create.content_type.as_deref(), Some("application/json"));
    assert_eq!((list.query.as_str(), list.number), ("count=5", 2));
    assert!(list.at >= create.at);
    assert_eq!(zoom.running.requests(Operation::CreateUser).len(), 1);
    zoom.running.clear_journal();
    assert!(zoom.running.journal().is_empty());
}

#[tokio::test]
async fn the_journal_forgets_the_oldest() {
    let zoom = Zoom::with(|options| options.journal_limit = 2).await;
    for _ in 0..3 {
        zoom.get("/scim2/Users").await;
    }
    let numbers: Vec<u64> = zoom.running.journal().iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [2, 3]);
}

#[tokio::test]
async fn a_wait_ends_with_the_change_it_waits_for() {
    let zoom = Zoom::start().await;
    let body = jill();
    let wait = zoom.running.wait_for(|state| state.user_by_name("jchill@example.com").cloned());
    let (user, _) = tokio::join!(wait, zoom.create(&body));
    assert_eq!(user.unwrap().user_name, "jchill@example.com");
    zoom.running.wait_until(|state| state.count(Operation::CreateUser) == 1).await.unwrap();
}

#[tokio::test]
async fn a_wait_in_vain_says_what_came_instead() {
    let zoom = Zoom::with(|options| options.patience = Duration::from_millis(1)).await;
    zoom.get("/scim2/Users?count=5").await;
    let error = zoom.running.wait_until(|_| false).await.unwrap_err();
    assert!(error.to_string().contains("GET /scim2/Users count=5 200"), "{error}");
}

#[tokio::test]
async fn somebody_can_change_a_user_in_zooms_portal() {
    let zoom = Zoom::start().await;
    let id = zoom.create(&jill()).await.id();
    zoom.running.change_user("jchill@example.com", |user| user.user_name = "j@example.com".to_owned());
    assert_eq!(zoom.get(&user_path(&id)).await.body["userName"], "j@example.com");
    assert!(zoom.running.user_by_name("jchill@example.com").is_none());
    zoom.running.remove_user("j@example.com");
    assert_eq!(zoom.get(&user_path(&id)).await.status, 404);
}

#[tokio::test]
async fn an_account_goes_on_from_a_snapshot() {
    let zoom = Zoom::start().await;
    zoom.running.add_group("Developers", |_| ());
    zoom.create(&jill()).await;
    zoom.running.set_pending("pending@example.com");
    let snapshot = zoom.running.snapshot();
    let text = serde_json::to_string(&snapshot).unwrap();
    let other = Zoom::with(|options| options.account.paid_seats = Some(1)).await;
    other.running.restore(serde_json::from_str(&text).unwrap());
    assert_eq!(other.running.snapshot(), snapshot);
    let paid = json!({ "userName": "new@example.com", "userType": "Licensed" });
    assert_eq!(other.create(&paid).await.status, 409, "seats are counted again");
}

#[tokio::test]
async fn two_simulators_are_two_accounts_and_stopping_one_closes_it() {
    let (one, two) = (Zoom::start().await, Zoom::start().await);
    one.create(&jill()).await;
    assert!(two.running.users().is_empty());
    assert_ne!(one.running.credentials(), two.running.credentials());
    let handle = one.running.handle();
    let url = one.running.scim_url();
    one.running.stop().await;
    assert!(one.http.get(url).send().await.is_err());
    assert_eq!(handle.users().len(), 1, "a handle still sees");
    assert_eq!(two.get("/scim2/Users").await.status, 200);
}

#[tokio::test]
async fn it_comes_back_at_the_same_address() {
    let first = Simulator::start(Options::default()).await.unwrap();
    let (url, credentials) = (first.base_url(), first.credentials());
    first.stop().await;
    let bind = url.trim_start_matches("http://").parse().unwrap();
    let second = Simulator::start(Options { bind, credentials, ..Options::default() }).await.unwrap();
    assert_eq!(second.base_url(), url);
    let taken = Simulator::start(Options { bind, ..Options::default() }).await.unwrap_err();
    assert!(taken.to_string().contains("could not listen on 127.0.0.1:"));
}
