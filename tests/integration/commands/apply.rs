//! `rollcall apply`: all of a file or nothing of it.

use super::{Ran, Scratch, run_on};
use directory::connections;
use model::Role;
use model::connection::{Connection, RemoveAction, ScopeMode};
use tests::{TestApp, ada};

const ADA: &str = "ada.lovelace@example.com";

/// A file that names one of everything, with the simulated Zoom as the connection.
fn file(app: &TestApp, change: impl FnOnce(String) -> String) -> String {
    let account = app.zoom.credentials();
    let (scim, token) = (app.zoom.scim_url(), app.zoom.token_url());
    change(format!(
        r#"
[[source]]
name = "okta"
kind = "scim"

[[admin]]
email = "owner@example.com"
role = "owner"

[[connection]]
name = "zoom"
description = "Production account"
scim_url = "{scim}"
enabled = true

[connection.auth]
method = "server-to-server"
token_url = "{token}"
account_id = "{}"
client_id = "{}"
client_secret = {{ file = "secret" }}

[connection.actions]
deprovision = false
remove_action = "delete"

[connection.scope]
mode = "assigned"

[[connection.assign]]
person = "{ADA}"
"#,
        account.account_id, account.client_id
    ))
}

struct Stage {
    app: TestApp,
    folder: Scratch,
}

impl Stage {
    /// A server with one person in its directory, and the account's secret in a file.
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.scim().await.create(&ada()).await;
        let folder = Scratch::new();
        folder.write("secret", &app.zoom.credentials().client_secret);
        Self { app, folder }
    }

    async fn apply(&self, text: &str) -> Ran {
        run_on(&self.app, &["apply", "-f", &self.folder.write("rollcall.toml", text)]).await
    }

    async fn connection(&self) -> Option<Connection> {
        connections::by_name(&mut self.app.tx().await, "zoom").await.unwrap()
    }

    async fn source_is_there(&self) -> bool {
        directory::sources::by_name(&mut self.app.tx().await, "okta").await.unwrap().is_some_and(|it| it.name == "okta")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_makes_everything_and_a_second_run_changes_nothing() {
    let stage = Stage::new().await;
    // The tests' own source is called Okta: another name for ours.
    let text = file(&stage.app, |text| text.replace("\"okta\"", "\"entra\""));
    let path = stage.folder.write("rollcall.toml", &text);
    let expected = [
        "source entra: made (scim)",
        "admin owner@example.com: invited (owner)",
        "connection zoom: made",
        "connection zoom: actions.deprovision true -> false",
        "connection zoom: actions.remove_action disable -> delete",
        "connection zoom: tested, all checks passed",
        "connection zoom: switched on",
        "connection zoom: assigned ada.lovelace@example.com",
    ];

    let dry = run_on(&stage.app, &["apply", "-f", &path, "--dry-run"]).await;
    assert_eq!(dry.status, Some(0), "{dry:?}");
    assert!(
        dry.out.contains("connection zoom: made") && dry.out.ends_with("dry run: nothing was changed\n"),
        "{}",
        dry.out
    );
    assert!(stage.connection().await.is_none());
    assert!(stage.app.zoom.journal().is_empty(), "a dry run asks nobody");

    let first = run_on(&stage.app, &["apply", "-f", &path]).await;
    assert_eq!((first.status, first.out.lines().collect::<Vec<_>>()), (Some(0), expected.to_vec()), "{}", first.err);
    let connection = stage.connection().await.unwrap();
    assert!(
        connection.enabled && connection.is_valid() && !connection.actions.deprovision && connection.actions.update
    );
    assert_eq!((connection.actions.remove_action, connection.scope), (RemoveAction::Delete, ScopeMode::Assigned));
    stage.app.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some()).await.unwrap();

    let asked = stage.app.zoom.requests(simulator::Operation::Token).len();
    let second = run_on(&stage.app, &["apply", "-f", &path]).await;
    assert_eq!((second.status, second.out.as_str()), (Some(0), "no changes\n"), "{}", second.err);
    assert_eq!(stage.app.zoom.requests(simulator::Operation::Token).len(), asked);
    assert_eq!(stage.connection().await.unwrap().version, connection.version);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_changes_nothing_and_says_where() {
    let stage = Stage::new().await;
    let last = file(&stage.app, |text| text + "\n[[connection.push_group]]\nname = 'Sales'\n\n[genral]\n");
    let ran = stage.apply(&last).await;
    assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    let lines: Vec<&str> = ran.err.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "  line 33, connection.push_group: not available in this version",
            "  line 36, genral: there is no such key; known here: source, provider, admin, connection",
        ]
    );
    let unknown = stage.apply(&file(&stage.app, |text| text.replace(ADA, "nobody@example.com"))).await;
    assert_eq!(unknown.status, Some(2), "{unknown:?}");
    assert!(unknown.err.contains("line 31, connection.assign.person: nobody"), "{}", unknown.err);
    assert!(stage.connection().await.is_none() && !stage.source_is_there().await);
    let admins = directory::admins::list(&mut stage.app.tx().await).await.unwrap();
    assert!(admins.is_empty(), "{admins:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_zoom_refuses_change_nothing() {
    let stage = Stage::new().await;
    stage.folder.write("secret", "another-apps-secret");
    let ran = stage.apply(&file(&stage.app, |text| text)).await;
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.err.contains("`zoom` failed") && ran.err.contains("invalid_client"), "{}", ran.err);
    assert!(!ran.err.contains("another-apps-secret"));
    assert!(stage.connection().await.is_none() && !stage.source_is_there().await);

    // One that is to be off needs no test.
    let off = stage.apply(&file(&stage.app, |text| text.replace("enabled = true", "enabled = false"))).await;
    assert_eq!(off.status, Some(0), "{off:?}");
    assert!(!stage.connection().await.unwrap().is_valid());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_secret_is_tried_and_the_connection_stays_on() {
    let stage = Stage::new().await;
    let text = file(&stage.app, |text| text);
    assert_eq!(stage.apply(&text).await.status, Some(0));
    stage.app.zoom.configure(|options| options.credentials.client_secret = "rotated-yesterday".to_owned());
    stage.folder.write("secret", "rotated-yesterday\n");
    let ran = stage.apply(&text).await;
    let expected = "connection zoom: auth.client_secret replaced\nconnection zoom: tested, all checks passed\n";
    assert_eq!((ran.status, ran.out.as_str()), (Some(0), expected), "{}", ran.err);
    assert!(stage.connection().await.unwrap().enabled);
    assert_eq!(stage.apply(&text).await.out, "no changes\n");

    stage.folder.write("secret", "mistyped");
    assert_eq!(stage.apply(&text).await.status, Some(1));
    assert!(stage.connection().await.unwrap().enabled, "it goes on with what it had");
}

#[tokio::test(flavor = "multi_thread")]
async fn assignments_are_brought_exactly_to_the_file_only_when_it_has_them() {
    let stage = Stage::new().await;
    assert_eq!(stage.apply(&file(&stage.app, |text| text)).await.status, Some(0));
    let without = |text: String| text.split("[[connection.assign]]").next().unwrap().to_owned();
    assert_eq!(stage.apply(&file(&stage.app, without)).await.out, "no changes\n");
    let nobody = |text: String| without(text).replace("enabled = true", "enabled = true\nassign = []");
    let ran = stage.apply(&file(&stage.app, nobody)).await;
    assert_eq!(ran.out, "connection zoom: unassigned ada.lovelace@example.com\n", "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_get_their_role_and_the_last_owner_keeps_it() {
    let stage = Stage::new().await;
    let admin = |email: &str, role: &str| format!("[[admin]]\nemail = \"{email}\"\nrole = \"{role}\"\n");
    assert_eq!(stage.apply(&admin("a@example.com", "owner")).await.out, "admin a@example.com: invited (owner)\n");
    // Nobody has come as that one yet.
    assert_eq!(stage.apply(&admin("a@example.com", "admin")).await.out, "admin a@example.com: role owner -> admin\n");
    stage.apply(&admin("a@example.com", "owner")).await;
    stage.app.database.change("update admin set invited = false").await;
    let last = stage.apply(&admin("A@example.com", "auditor")).await;
    assert_eq!(last.status, Some(2), "{last:?}");
    assert!(last.err.contains("line 3, admin.role: The last owner keeps the role."), "{}", last.err);
    let handed_on = admin("a@example.com", "auditor") + &admin("b@example.com", "owner");
    let to_a_ghost = stage.apply(&handed_on).await;
    assert_eq!(to_a_ghost.status, Some(2), "{to_a_ghost:?}");
    assert!(to_a_ghost.err.contains("an invitation that nobody has taken up does not count"), "{}", to_a_ghost.err);
    stage.apply(&admin("b@example.com", "owner")).await;
    stage.app.database.change("update admin set invited = false").await;
    let ran = stage.apply(&handed_on).await;
    assert_eq!(ran.out, "admin a@example.com: role owner -> auditor\n", "{}", ran.err);
    // Who is not listed is left alone.
    assert_eq!(stage.apply(&admin("b@example.com", "owner")).await.out, "no changes\n");
    let admins = directory::admins::list(&mut stage.app.tx().await).await.unwrap();
    let roles: Vec<_> = admins.iter().map(|admin| (admin.email.as_str(), admin.role)).collect();
    assert_eq!(roles, [("a@example.com", Role::Auditor), ("b@example.com", Role::Owner)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_the_file_is_no_groups_affair_any_more() {
    let stage = Stage::new().await;
    let settings = crate::sign_in::oidc_settings("https://idp.example.com", "client", "secret");
    let mut tx = stage.app.tx().await;
    directory::providers::create(&mut tx, &settings).await.unwrap();
    directory::admins::create(&mut tx, "a@example.com", Role::Auditor).await.unwrap();
    tx.commit().await.unwrap();
    stage.app.database.change("update admin set role_from = (select id from provider)").await;
    let file = "[[admin]]\nemail = \"a@example.com\"\nrole = \"auditor\"\n";
    let first = stage.apply(file).await;
    assert_eq!(first.out, "admin a@example.com: role auditor, whatever the groups say\n", "{}", first.err);
    assert_eq!(stage.app.database.count("select count(*) from admin where role_from is not null").await, 0);
    assert_eq!(stage.apply(file).await.out, "no changes\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_connection_needs_credentials_and_a_source_keeps_its_kind() {
    let stage = Stage::new().await;
    let bare = stage.apply("[[connection]]\nname = 'zoom'\n").await;
    assert_eq!(bare.status, Some(2), "{bare:?}");
    assert!(bare.err.contains("line 2, connection.auth: a new connection needs this"), "{}", bare.err);
    let kind = stage.apply("[[source]]\nname = 'Okta'\nkind = 'manual'\n").await;
    assert_eq!(kind.status, Some(2), "{kind:?}");
    assert!(kind.err.contains("line 3, source.kind"), "{}", kind.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_asked_once_and_then_stands() {
    let stage = Stage::new().await;
    let idp = login::testing::OidcProvider::start().await;
    let file = |label: &str, issuer: &str| {
        format!(
            r#"
[[provider]]
slug = "corp"
kind = "oidc"
label = "{label}"
issuer = "{issuer}"
client_id = "rollcall"
client_secret = {{ file = "secret" }}
groups_claim = "groups"
roles = {{ admins = "admin", staff = "auditor" }}
"#
        )
    };
    assert_eq!(stage.apply(&file("Corp", &idp.issuer)).await.out, "provider corp: made (oidc)\n");
    let asked = idp.requests("/.well-known/openid-configuration");
    assert_eq!(stage.apply(&file("Corp", &idp.issuer)).await.out, "no changes\n");
    assert_eq!(stage.apply(&file("Okta", &idp.issuer)).await.out, "provider corp: changed (label)\n");
    assert_eq!(idp.requests("/.well-known/openid-configuration"), asked, "it is not asked for what it cannot say");
    let wrong = stage.apply(&file("Okta", &format!("{}/other", idp.issuer))).await;
    assert!(wrong.err.contains("line 6, provider.issuer: "), "{}", wrong.err);
    let saml = "[[provider]]\nslug = \"saml\"\nkind = \"saml\"\nmetadata_file = \"secret\"\n";
    let wrong = stage.apply(saml).await;
    assert!(wrong.err.contains("line 4, provider.metadata_file: "), "{}", wrong.err);
    let login = stage.app.browser().open("/login").await.html.text();
    assert!(login.contains("Okta"), "{login}");
}
