//! Every server function and every page, without a session and with every role: a new one is covered on the day it is
//! written, as it has to be named here first.

use model::{Permission, Role};
use rollcall::http::pages::PATHS;
use std::collections::{BTreeMap, BTreeSet};
use tests::TestApp;
use uuid::Uuid;

/// A server function's name, what it needs, and arguments it can read.
type Function = (&'static str, Permission, Fields);
type Fields = &'static [(&'static str, &'static str)];

/// What each function needs of whoever calls it, and a well-formed call: a call that cannot be read is refused before
/// anybody looks at who sent it.
const FUNCTIONS: &[Function] = &[
    (
        "add_match_rule",
        Permission::ManageConnections,
        &[("id", ID), ("version", "0"), ("first", "email"), ("makes", "exact")],
    ),
    ("assign_people", Permission::Assign, &[("id", ID), ("people[]", ID)]),
    ("begin_imported", Permission::ManageConnections, &[("id", ID)]),
    ("cancel_import", Permission::ManageConnections, &[("id", ID)]),
    ("change_role", Permission::ManageAdmins, &[("id", ID), ("role", "auditor")]),
    ("choose_accounts", Permission::Assign, &[("id", ID), ("accounts[]", ID), ("choice", "ignore")]),
    ("choose_person", Permission::Assign, &[("id", ID), ("account", ID), ("person", ID)]),
    ("confirm_import", Permission::Assign, &[("id", ID)]),
    ("end_session", Permission::Look, &[("id", "00")]),
    ("end_sessions", Permission::Look, &[("whose", "mine")]),
    ("generate_token", Permission::ManageTokens, &[("source", ID), ("name", "x"), ("expires_in", "90")]),
    ("get_among_sources", Permission::Look, &[]),
    ("get_audit_entry", Permission::Look, &[("id", ID)]),
    ("get_audit_state", Permission::Look, &[]),
    ("get_confirmation", Permission::Look, &[("connection", ID)]),
    ("get_connection", Permission::Look, &[("id", ID)]),
    ("get_connection_head", Permission::Look, &[("id", ID)]),
    ("get_differences", Permission::Look, &[("connection", ID)]),
    ("get_group", Permission::Look, &[("id", ID), ("at", "/groups")]),
    ("get_guide", Permission::Look, &[("slug", "okta")]),
    ("get_import", Permission::Look, &[("connection", ID)]),
    ("get_import_settings", Permission::Look, &[("connection", ID)]),
    ("get_join", Permission::Look, &[("person", ID), ("other", ID)]),
    ("get_log_entry", Permission::Look, &[("id", ID)]),
    ("get_mappings", Permission::Look, &[]),
    ("get_overview", Permission::Look, &[]),
    ("get_person", Permission::Look, &[("id", ID)]),
    ("get_provider", Permission::Look, &[("slug", "corp")]),
    ("get_provisioning", Permission::Look, &[("person", ID)]),
    ("get_request", Permission::Look, &[("source", ID), ("id", ID)]),
    ("get_separation", Permission::Look, &[("record", ID)]),
    ("get_source", Permission::Look, &[("id", ID)]),
    ("get_standing", Permission::Look, &[("id", ID)]),
    ("get_test", Permission::Look, &[("slug", "corp"), ("id", ID)]),
    ("get_traffic", Permission::Look, &[("source", ID)]),
    ("get_zoom_guide", Permission::Look, &[]),
    ("invite_admin", Permission::ManageAdmins, &[("email", ""), ("role", "auditor")]),
    ("link_people", Permission::ManagePeople, &[("person", ID), ("other", ID)]),
    ("link_zoom_group", Permission::ManageConnections, &[("id", ID), ("zoom_group", ID), ("wants", "unlink")]),
    ("list_accounts", Permission::Look, &[("connection", ID), ("at", "/connections")]),
    ("list_admins", Permission::Look, &[]),
    ("list_assignments", Permission::Look, &[("connection", ID), ("at", "/connections")]),
    ("list_audit", Permission::Look, &[("at", "/audit")]),
    ("list_candidates", Permission::Look, &[("connection", ID)]),
    ("list_connections", Permission::Look, &[]),
    ("list_free_groups", Permission::Look, &[("connection", ID)]),
    ("list_free_people", Permission::Look, &[("connection", ID), ("account", ID)]),
    ("list_groups", Permission::Look, &[("at", "/groups")]),
    ("list_log", Permission::Look, &[("at", "/logs")]),
    ("list_others", Permission::Look, &[("person", ID)]),
    ("list_people", Permission::Look, &[("at", "/people")]),
    ("list_providers", Permission::Look, &[]),
    ("list_requests", Permission::Look, &[("source", ID)]),
    ("list_sessions", Permission::Look, &[]),
    ("list_similar", Permission::Look, &[("person", ID)]),
    ("list_sources", Permission::Look, &[]),
    ("list_tokens", Permission::Look, &[("source", ID)]),
    ("list_zoom_groups", Permission::Look, &[("connection", ID), ("at", "/connections")]),
    ("make_source", Permission::ManageSources, &[("name", "")]),
    ("may_make_connection", Permission::ManageConnections, &[]),
    ("move_match_rule", Permission::ManageConnections, &[("id", ID), ("version", "0"), ("rule", "0"), ("to", "up")]),
    ("move_source", Permission::ManageSources, &[("source", ID), ("up", "true")]),
    ("read_frame", Permission::Look, &[]),
    ("refresh_metadata", Permission::ManageProviders, &[("id", ID)]),
    ("remove_admin", Permission::ManageAdmins, &[("id", ID)]),
    ("remove_provider", Permission::ManageProviders, &[("id", ID)]),
    ("replay_request", Permission::ManageTokens, &[("source", ID), ("id", ID)]),
    ("reset_admin", Permission::ManageAdmins, &[("id", ID)]),
    ("restore_group", Permission::ManageSources, &[("id", ID)]),
    ("restore_record", Permission::ManagePeople, &[("record", ID)]),
    ("resume_import", Permission::ManageConnections, &[("id", ID)]),
    ("retry_cause", Permission::Retry, &[("id", ID), ("state", "blocked"), ("kind", "no-license")]),
    ("retry_link", Permission::Retry, &[("connection", ID), ("person", ID)]),
    ("retry_people", Permission::Retry, &[("id", ID), ("people[]", ID)]),
    ("revoke_token", Permission::ManageTokens, &[("token", ID)]),
    (
        "rotate_token",
        Permission::ManageTokens,
        &[("token", ID), ("name", "x"), ("expires_in", "90"), ("overlap", "168")],
    ),
    ("save_connection", Permission::ManageConnections, &[("name", "x"), ("intent", "save")]),
    (
        "save_import_settings",
        Permission::ManageConnections,
        &[("id", ID), ("version", "0"), ("schedule", "never"), ("at", "02:00"), ("day", "monday"), ("details", "1")],
    ),
    ("save_provider", Permission::ManageProviders, &[("kind", "oidc"), ("label", "x")]),
    (
        "save_rules",
        Permission::ManageConnections,
        &[("id", ID), ("version", "1"), ("remove_action", "disable"), ("scope", "assigned")],
    ),
    ("send_invitation", Permission::ManageAdmins, &[("id", ID)]),
    ("separate_record", Permission::ManagePeople, &[("record", ID)]),
    ("set_link_rule", Permission::ManageSources, &[("link_by", "email")]),
    ("start_import", Permission::ManageConnections, &[("id", ID)]),
    ("switch_connection", Permission::ManageConnections, &[("id", ID), ("on", "true")]),
    ("take_message", Permission::Look, &[]),
    ("unassign_people", Permission::Assign, &[("id", ID), ("people[]", ID)]),
    ("verify_audit", Permission::Look, &[]),
];

/// What changes something and is open to whoever may look, auditors included, and why. Everything else that changes
/// something needs more: [`only_what_is_named_here_may_change_something_for_everybody`] sees to it.
const OPEN_TO_ALL: &[(&str, &str)] = &[
    ("end_session", "one's own; somebody else's is not found without Permission::ManageSessions"),
    ("end_sessions", "one's own; of others it asks for Permission::ManageSessions"),
    ("take_message", "what one's own last form said is shown once"),
    (
        "verify_audit",
        "it writes down what it found and alters nothing of what it checks: an auditor's work (docs/audit.md)",
    ),
];

/// Whether a function only looks, by the first word of its name.
fn only_looks(name: &str) -> bool {
    ["get_", "list_", "may_", "read_"].iter().any(|word| name.starts_with(word))
}

/// The one function that anybody may call: the buttons of the sign-in page.
const FOR_EVERYBODY: &str = "/get_ways_in";

/// Nothing has it.
const ID: &str = "019a0000-0000-7000-8000-000000000000";

/// Every function there is: its path, what it needs, how it is called.
fn functions() -> Vec<Function> {
    let mut paths: Vec<&str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    paths.sort_unstable();
    paths.retain(|path| !path.contains(FOR_EVERYBODY));
    let name = |path: &'static str| path.trim_start_matches("/api/").trim_end_matches(|c: char| c.is_ascii_digit());
    let named: Vec<&str> = paths.iter().map(|path| name(path)).collect();
    let expected: Vec<&str> = FUNCTIONS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(named, expected, "the functions that exist, and those this test knows how to call");
    paths.into_iter().zip(FUNCTIONS).map(|(path, (_, needs, call))| (path, *needs, *call)).collect()
}

#[tokio::test]
async fn without_a_session_every_function_answers_401() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for (path, _, call) in functions() {
        let shown = browser.call(path, call).await;
        assert_eq!((shown.status, shown.body.contains("NotSignedIn")), (401, true), "{path}: {}", shown.body);
    }
    assert_eq!(browser.get("/live").await.status, 401);
}

#[tokio::test]
async fn with_every_role_a_function_does_what_the_role_may() {
    let app = TestApp::start().await;
    for role in Role::ALL {
        let browser = app.signed_in_as(*role).await;
        for (path, needs, call) in functions() {
            let shown = browser.call(path, call).await;
            let status = shown.status;
            if role.allows(needs) {
                assert!(![401, 403].contains(&status) && status < 500, "{role} {path}: {status} {}", shown.body);
            } else {
                assert_eq!((status, shown.body.contains("Forbidden")), (403, true), "{role} {path}: {}", shown.body);
            }
        }
    }
    for table in ["source", "scim_token", "connection", "assignment", "provider"] {
        assert_eq!(app.database.count(&format!("select count(*) from {table}")).await, 0, "{table}");
    }
}

#[test]
fn only_what_is_named_here_may_change_something_for_everybody() {
    let changes = FUNCTIONS.iter().filter(|(name, ..)| !only_looks(name));
    let open: Vec<&str> = changes.filter(|(_, needs, _)| *needs == Permission::Look).map(|(name, ..)| *name).collect();
    let named: Vec<&str> = OPEN_TO_ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(open, named);
}

/// All that is stored, but for when a session was last seen and what is sealed behind the pages.
async fn stored(app: &TestApp) -> BTreeMap<String, BTreeSet<String>> {
    app.wait_sealed().await;
    let mut stored = BTreeMap::new();
    for table in app.database.tables().await {
        if !["session", "server", "audit_checkpoint", "audit_chain"].contains(&table.as_str()) {
            let rows = app.database.rows(&table).await.into_iter().collect();
            stored.insert(table, rows);
        }
    }
    stored
}

/// Whatever an auditor calls, nothing that is stored is another afterwards, no entry of the audit log added.
#[tokio::test]
async fn an_auditor_changes_nothing() {
    let app = TestApp::start().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    let before = stored(&app).await;
    let open = |path: &str| OPEN_TO_ALL.iter().any(|(name, _)| path.contains(&format!("/{name}")));
    for (path, needs, call) in functions() {
        let name = path.trim_start_matches("/api/");
        if only_looks(name) {
            let status = auditor.call(path, call).await.status;
            assert_eq!(status == 403, !Role::Auditor.allows(needs), "{path}: {status}");
        } else if !open(path) {
            assert_eq!(auditor.call(path, call).await.status, 403, "{path}");
        }
    }
    assert_eq!(stored(&app).await, before);
}

/// What is open to an auditor reaches no further than the auditor.
#[tokio::test]
async fn an_auditor_ends_own_sessions_and_nobody_elses() {
    let app = TestApp::start().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    let owner = app.owner().await;
    let sessions = directory::sessions::list(&mut app.tx().await, None).await.unwrap();
    let owners = sessions.iter().find(|session| session.email != "owner@localhost").unwrap();
    let function = crate::sign_in::function;
    let one = auditor.call(function("end_session"), &[("id", &owners.id)]).await;
    assert_eq!(one.status, 404, "{}", one.body);
    for whose in ["everybody".to_owned(), owners.admin.to_string()] {
        let all = auditor.call(function("end_sessions"), &[("whose", &whose)]).await;
        assert_eq!(all.status, 403, "{whose}: {}", all.body);
    }
    owner.open("/people").await;
    let check = auditor.call(function("verify_audit"), &[]).await;
    assert!(check.status < 400, "{}", check.body);
}

/// The same through a plain form: the page's own way must not be a way around.
#[tokio::test]
async fn a_plain_form_is_refused_like_the_function() {
    let app = TestApp::start().await;
    let (nobody, auditor) = (app.browser(), app.signed_in_as(Role::Auditor).await);
    for (path, needs, call) in functions() {
        let form = format!("/people?do={}", path.trim_start_matches("/api/"));
        assert_eq!(nobody.post(&form, call).await.location(), "/login", "{form}");
        if !Role::Auditor.allows(needs) {
            assert_eq!(auditor.post(&form, call).await.status, 403, "{form}");
        }
    }
}

/// The addresses of all pages, with an id that nothing has.
fn pages() -> Vec<String> {
    let fill = |segment: &str| if segment.starts_with('{') { ID.to_owned() } else { segment.to_owned() };
    let mut pages: Vec<String> =
        PATHS.iter().map(|path| path.split('/').map(fill).collect::<Vec<_>>().join("/")).collect();
    pages.sort();
    pages.dedup();
    assert!(pages.len() >= 15, "{pages:?}");
    pages
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_every_page_leads_to_the_sign_in() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for page in pages() {
        let shown = browser.get(&page).await;
        if page == "/login" {
            assert_eq!(shown.status, 200);
            continue;
        }
        let back = page.replace('/', "%2F");
        assert_eq!(shown.location(), format!("/login?return_to={back}"), "{page}");
        assert!(shown.body.is_empty(), "{page}: {}", shown.body);
        assert_eq!(browser.post(&page, &[]).await.location(), "/login", "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_role_every_page_answers() {
    let app = TestApp::start().await;
    for role in Role::ALL {
        let browser = app.signed_in_as(*role).await;
        for page in pages() {
            let shown = browser.get(&page).await;
            let expected: &[u16] = match page.as_str() {
                "/connections/new" if !role.allows(Permission::ManageConnections) => &[403],
                page if page.contains(ID) => &[404],
                _ => &[200],
            };
            assert!(expected.contains(&shown.status), "{role} {page}: {} {}", shown.status, shown.html.text());
            if page != "/login" && shown.status != 403 {
                assert!(shown.html.text().contains(role.label()), "{role} {page} says who is signed in");
            }
        }
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let app = TestApp::start().await;
    let owner = app.owner().await;
    for page in ["/people/x", "/sources/x", "/logs/%00", "/connections/x", "/connections/x/to-zoom"] {
        assert_eq!(owner.get(page).await.status, 404, "{page}");
    }
    assert_eq!(owner.get(&format!("/people/{}/more", Uuid::nil())).await.status, 404);
}
