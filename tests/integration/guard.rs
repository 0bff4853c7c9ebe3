//! What keeps other sites, other hosts and other kinds of credentials out.

use reqwest::Method;
use tests::{Answer, Shown, TestApp, http};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const POSTS: [&str; 4] = ["/auth/logout", "/preferences/theme", "/api/anything", "/sources?do=make_source1"];

async fn post(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Shown {
    let mut request = app.browser().request(Method::POST, path).form(&[("theme", "dark")]);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Shown::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn another_site_cannot_make_a_browser_do_anything() {
    let app = TestApp::start().await;
    let ours = app.base();
    for path in POSTS {
        for foreign in [
            vec![],
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("origin", "https://evil.example")],
            vec![("origin", "null")],
            vec![("sec-fetch-site", "cross-site"), ("origin", &ours)],
        ] {
            let shown = post(&app, path, &foreign).await;
            assert_eq!(shown.status, 403, "{path} {foreign:?}");
            assert!(shown.body.contains("did not come from a page of this server"), "{}", shown.body);
        }
        for own in
            [vec![("sec-fetch-site", "same-origin")], vec![("sec-fetch-site", "none")], vec![("origin", ours.as_str())]]
        {
            assert_ne!(post(&app, path, &own).await.status, 403, "{path} {own:?}");
        }
    }
}

#[tokio::test]
async fn no_server_function_answers_a_link() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    for (path, _) in server_fn::axum::server_fn_paths() {
        assert_eq!(owner.get(path).await.status, 405, "{path}");
    }
}

#[tokio::test]
async fn only_the_public_host_is_answered() {
    let app = TestApp::start().await;
    for path in ["/", "/login", "/api/x", "/scim/v2/Users", "/icons.svg"] {
        for host in ["evil.example", "localhost", "localhost:1", "evil.example:80@localhost"] {
            let answer = http().get(format!("{}{path}", app.base())).header("host", host).send().await.unwrap();
            let status = answer.status().as_u16();
            assert!(status == 421 || status == 400, "{host} {path}: {status}");
        }
    }
    // A SCIM client is told so in its own words.
    let (base, scim) = (app.base(), app.scim().await);
    for path in ["/scim/v2", "/scim/v2/Users"] {
        let elsewhere =
            Answer::of(scim.request(Method::GET, &format!("{base}{path}")).header("host", "evil.example")).await;
        assert_eq!(elsewhere.error(), (421, ""), "{}", elsewhere.text);
        assert!(elsewhere.body["detail"].as_str().unwrap().contains("ROLLCALL_PUBLIC_URL"), "{}", elsewhere.text);
    }
    // A whole address counts before the header, and of several headers nobody knows which one does.
    let host = app.server.public_url.authority();
    for (line, hosts, expected) in [
        ("/scim/v2/Users", vec![host, "evil.example"], "400"),
        ("/scim/v2/Users", vec!["evil.example", host], "400"),
        ("/login", vec![host, host], "400"),
        ("http://evil.example/scim/v2/Users", vec![host], "421"),
        ("http://evil.example/login", vec![host], "421"),
    ] {
        let hosts: String = hosts.iter().map(|host| format!("host: {host}\r\n")).collect();
        let mut way = TcpStream::connect(app.server.address).await.unwrap();
        let request = format!("GET {line} HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        way.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        way.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(expected), "{request}{answer}");
    }
    // A load balancer's probe knows no name.
    for path in ["/healthz", "/readyz"] {
        let answer = http().get(format!("{}{path}", app.base())).header("host", "10.0.0.1").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_session_opens_no_scim_and_a_token_no_page() {
    let app = TestApp::start().await;
    let (owner, scim) = (app.owner().await, app.scim().await);
    assert_eq!(owner.get("/scim/v2/Users").await.status, 401);
    assert_eq!(scim.get("/Users").await.status, 200);
    assert_eq!(scim.get(&format!("{}/people", app.base())).await.status, 303);
    assert_eq!(scim.get(&format!("{}/live", app.base())).await.status, 401);
}

#[tokio::test]
async fn a_body_has_a_bound_everywhere() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    let page = owner.open("/sources?dialog=new").await;
    let action = page.html.form("make_source").unwrap().action;
    let large = "x".repeat(rollcall::BODY_LIMIT + 1);
    for path in ["/auth/logout", "/preferences/theme", action.as_str()] {
        let request = owner.request(Method::POST, path).header("sec-fetch-site", "same-origin");
        // The server may hang up while the body is still being sent.
        match request.header("content-type", "application/x-www-form-urlencoded").body(large.clone()).send().await {
            Ok(answer) => assert!([303, 413].contains(&answer.status().as_u16()), "{path}: {}", answer.status()),
            Err(error) => assert!(error.is_request() || error.is_body(), "{path}: {error}"),
        }
    }
    assert_eq!(app.database.count("select count(*) from source").await, 0);
}
