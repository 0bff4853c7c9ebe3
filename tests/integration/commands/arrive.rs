//! The program killed with SIGKILL while people are on their way to Zoom.

use super::{KEY, Scratch, command, serving};
use model::connection::{Actions, ScopeMode};
use std::collections::HashSet;
use std::time::Duration;
use tests::{TestApp, user};
use tokio::process::Child;

const PEOPLE: usize = 500;

async fn serve(app: &TestApp, folder: &Scratch) -> Child {
    let url = app.database.url();
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("ROLLCALL_KEY", KEY),
        ("ROLLCALL_DATA_DIR", folder.0.to_str().unwrap()),
        ("ROLLCALL_LISTEN", "127.0.0.1:0"),
        ("ROLLCALL_PUBLIC_URL", "http://127.0.0.1"),
        ("ROLLCALL_ALLOW_PRIVATE_URLS", "1"),
    ];
    serving(command(&["serve"], &environment)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_people_arrive_it_goes_on_and_each_has_one_account() {
    let app = TestApp::with(|start| {
        start.worker = false;
        start.zoom.patience = Duration::from_secs(240);
    })
    .await;
    app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let (scim, folder) = (app.scim().await, Scratch::new());
    for n in 0..PEOPLE {
        scim.create(&user(&format!("p{n}@example.com"))).await;
    }
    for arrived in [100, 250] {
        let mut program = serve(&app, &folder).await;
        app.zoom.wait_until(|zoom| zoom.users().len() >= arrived).await.unwrap();
        program.kill().await.unwrap();
        assert!(app.zoom.users().len() < PEOPLE, "it was killed in the middle");
    }
    let mut program = serve(&app, &folder).await;
    app.zoom.wait_until(|zoom| zoom.users().len() >= PEOPLE).await.unwrap();
    let names: HashSet<String> = app.zoom.users().into_iter().map(|user| user.user_name).collect();
    assert_eq!((names.len(), app.zoom.users().len()), (PEOPLE, PEOPLE));
    program.kill().await.unwrap();
}
