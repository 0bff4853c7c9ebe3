//! Two people are one, and two again.

use super::{Source, count_audited, count_people, join, person};
use directory::imports;
use model::connection::{Actions, ScopeMode};
use model::link::LinkState;
use model::source::LinkRule;
use serde_json::json;
use tests::{TestApp, ada, user};

const ADA: &str = "ada.lovelace@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn two_sources_make_two_people_until_an_administrator_links_them() {
    let app = TestApp::start().await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let mut short = user(ADA);
    short["title"] = json!("Countess");
    let (in_hr, stays) = hr.push(&app, &short).await;
    let (in_okta, goes) = okta.push(&app, &ada()).await;
    assert_ne!(stays, goes);

    let owner = app.owner().await;
    let page = owner.open(&format!("/people/{stays}")).await;
    let text = page.html.text();
    assert!(
        text.contains("Other people who may be the same") && text.contains("same e-mail, same user name"),
        "{text}"
    );
    let page = owner.open(page.html.link("Link").unwrap()).await;
    let text = page.html.text();
    for part in ["Link the two?", "Countess", "Okta says Analyst", "Engines"] {
        assert!(text.contains(part), "{part} in: {text}");
    }
    let linked = owner.submit(&page, "link_people", &[]).await;
    assert_eq!(linked.location(), format!("/people/{stays}"));
    let text = owner.follow(&linked).await.html.text();
    assert!(text.contains("Linked to") && text.contains("HR") && text.contains("Separate"), "{text}");

    assert_eq!(count_people(&app).await, 1);
    let one = person(&app, goes).await;
    assert_eq!((one.summary.id, one.summary.sources.join(" ")), (stays, "HR Okta".to_owned()));
    assert_eq!((one.summary.title.as_deref(), one.summary.department.as_deref()), (Some("Countess"), Some("Engines")));
    let from = |name: &str| one.held.iter().find(|held| held.name == name).map(|held| held.source_name.as_str());
    assert_eq!((from("title"), from("department"), from("active")), (Some("HR"), Some("Okta"), Some("HR")));
    // Old addresses lead on.
    let old = owner.request(reqwest::Method::GET, &format!("/people/{goes}")).header("accept", "text/html");
    let old = tests::Shown::of(old.send().await.unwrap()).await;
    assert_eq!((old.status, old.header("location")), (302, format!("/people/{stays}").as_str()));
    // Each source sees what it said.
    assert_eq!(okta.scim.get(&format!("/Users/{in_okta}")).await.body["title"], "Analyst");
    assert_eq!(hr.scim.get(&format!("/Users/{in_hr}")).await.body["title"], "Countess");
    assert_eq!(count_audited(&app, "person.linked").await, 1);
    let told = app.database.texts("select after::text from audit_entry where action = 'person.linked'").await;
    assert!(told[0].contains("Engines"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_linked_has_one_account_for_as_long_as_a_source_knows_them() {
    let app = TestApp::start().await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (in_okta, with_account) = okta.push(&app, &ada()).await;
    app.wait_link(connection, with_account, LinkState::InSync).await;
    let (in_hr, blocked) = hr.push(&app, &user(ADA)).await;
    app.wait_link(connection, blocked, LinkState::Blocked).await;

    join(&app, blocked, with_account).await.unwrap();
    let link = app.wait_link(connection, blocked, LinkState::InSync).await;
    assert!(link.zoom_id.is_some());
    assert_eq!(app.zoom.users().len(), 1);
    hr.set(in_hr, "title", json!("Countess")).await;
    app.zoom
        .wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| it.title.as_deref() == Some("Countess")))
        .await
        .unwrap();

    hr.delete(in_hr).await;
    let held = person(&app, blocked).await;
    assert_eq!((held.summary.gone, held.summary.title.as_deref()), (false, Some("Analyst")));
    app.zoom
        .wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| it.title.as_deref() == Some("Analyst")))
        .await
        .unwrap();
    okta.delete(in_okta).await;
    assert!(person(&app, blocked).await.summary.gone);
    app.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| !it.active)).await.unwrap();
    // Whoever comes back to one of the sources is this person again.
    let (_, back) = hr.push(&app, &user(ADA)).await;
    assert_eq!(back, blocked);
    app.zoom.wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| it.active)).await.unwrap();
    assert_eq!(app.zoom.requests(simulator::Operation::CreateUser).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn between_two_accounts_somebody_must_choose_and_the_other_is_left_alone() {
    let app = TestApp::start().await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (_, first) = hr.push(&app, &user("ada@example.com")).await;
    let (_, second) = okta.push(&app, &user("lovelace@example.com")).await;
    app.wait_link(connection, first, LinkState::InSync).await;
    let wanted = app.wait_link(connection, second, LinkState::InSync).await.zoom_id.unwrap();

    let refused = join(&app, first, second).await.unwrap_err().to_string();
    assert!(refused.contains("have a Zoom account each on Zoom") && refused.contains("Choose which one"), "{refused}");
    assert_eq!(count_people(&app).await, 2);
    let owner = app.owner().await;
    let page = owner.open(&format!("/people/{first}?dialog=join&other={second}")).await;
    assert!(page.html.text().contains("Which one stays linked?"), "{}", page.html.text());
    let unsure = owner.submit(&page, "link_people", &[]).await;
    assert_eq!(unsure.status, 422);
    assert!(unsure.html.text().contains("Choose which Zoom account stays linked on Zoom."), "{}", unsure.html.text());
    let sure = owner.submit(&page, "link_people", &[(&format!("keep[on-{connection}]"), &second.to_string())]).await;
    assert_eq!(sure.location(), format!("/people/{first}"));

    let link = app.wait_link(connection, first, LinkState::InSync).await;
    assert_eq!(link.zoom_id.as_deref(), Some(wanted.as_str()));
    assert_eq!((app.zoom.users().len(), app.zoom.users().iter().filter(|it| it.active).count()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_linked_while_zoom_has_not_answered() {
    let app = TestApp::with(|start| start.worker = false).await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Everyone).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (_, first) = hr.push(&app, &ada()).await;
    let (_, second) = okta.push(&app, &ada()).await;
    app.database.change(&format!("update link set creating = true where person_id = '{second}'")).await;
    let refused = join(&app, first, second).await.unwrap_err().to_string();
    assert!(refused.contains("at this moment"), "{refused}");
    let owner = app.owner().await;
    let page = owner.open(&format!("/people/{first}?dialog=join&other={second}")).await;
    assert!(page.html.text().contains("The two cannot be linked now"), "{}", page.html.text());
    assert!(join(&app, first, first).await.is_err());
    assert_eq!(app.link(connection, second).await.person_id, second);
}

#[tokio::test(flavor = "multi_thread")]
async fn separating_gives_back_the_id_the_account_and_the_assignment() {
    let app = TestApp::start().await;
    let connection = app.connection().await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (_, stays) = hr.push(&app, &user("countess@example.com")).await;
    let (in_okta, goes) = okta.push(&app, &ada()).await;
    app.assign(connection, &[goes]).await;
    let account = app.wait_link(connection, goes, LinkState::InSync).await.zoom_id;
    join(&app, stays, goes).await.unwrap();
    let moved = app.wait_link(connection, stays, LinkState::InSync).await;
    assert_eq!((moved.zoom_id, moved.assigned), (account.clone(), true));

    let owner = app.owner().await;
    let page = owner.open(&format!("/people/{stays}")).await;
    let separate = format!("/people/{stays}?dialog=separate&record={in_okta}");
    assert!(page.body.contains(&separate.replace('&', "&amp;")), "{}", page.body);
    let page = owner.open(&separate).await;
    assert!(
        page.html.text().contains("The assignment and the Zoom account on Zoom came with this record"),
        "{}",
        page.html.text()
    );
    let separated = owner.submit(&page, "separate_record", &[]).await;
    assert_eq!(separated.location(), format!("/people/{goes}"), "the id from before");

    let link = app.wait_link(connection, goes, LinkState::InSync).await;
    assert_eq!((link.zoom_id, link.assigned), (account, true));
    assert!(directory::links::of_person(&mut app.tx().await, stays).await.unwrap().is_empty());
    let (one, other) = (person(&app, stays).await, person(&app, goes).await);
    assert_eq!((one.summary.sources.join(" "), other.summary.sources.join(" ")), ("HR".to_owned(), "Okta".to_owned()));
    assert_eq!((one.summary.department, other.summary.department.as_deref()), (None, Some("Engines")));
    assert_eq!(owner.get(&format!("/people/{goes}")).await.status, 200);
    assert_eq!(count_audited(&app, "person.separated").await, 1);
    let again = directory::people::separate(&mut app.tx().await, in_okta).await.unwrap_err().to_string();
    assert!(again.contains("nothing to separate"), "{again}");
}

/// The page shows the first source's name: whoever decides about the other one's record must read the other one's.
#[tokio::test(flavor = "multi_thread")]
async fn the_questions_name_whom_each_source_means() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let called = |user_name: &str, name: &str| {
        let mut user = user(user_name);
        user["displayName"] = name.into();
        user
    };
    let (in_hr, goes) = hr.push(&app, &called("1815", "Countess of Lovelace")).await;
    let (in_okta, stays) = okta.push(&app, &called("ada@example.com", "Ada Byron")).await;

    let owner = app.owner().await;
    let page = owner.open(&format!("/people/{stays}?dialog=join&other={goes}")).await;
    let text = page.html.text();
    for part in [
        "Ada Byron (Okta) and Countess of Lovelace (HR) become one person",
        "The one person is shown as Countess of Lovelace",
        "Ada Byron (Okta): ",
        "Countess of Lovelace (HR): nothing",
    ] {
        assert!(text.contains(part), "{part} in: {text}");
    }
    let linked = owner.follow(&owner.submit(&page, "link_people", &[]).await).await.html.text();
    assert!(linked.contains("Linked to Countess of Lovelace"), "{linked}");

    let ask = async |record| owner.open(&format!("/people/{stays}?dialog=separate&record={record}")).await;
    let page = ask(in_okta).await;
    let text = page.html.text();
    for part in [
        "Separate Ada Byron (Okta)?",
        "What Okta says becomes a person of its own: Ada Byron, user name ada@example.com.",
        "What remains is Countess of Lovelace (HR), user name 1815.",
    ] {
        assert!(text.contains(part), "{part} in: {text}");
    }
    assert!(!text.contains("rule"), "there is none: {text}");
    super::rule::set(&app, LinkRule::Email).await;
    let text = ask(in_hr).await.html.text();
    for part in [
        "Separate Countess of Lovelace (HR)?",
        "What remains is Ada Byron (Okta)",
        "The rule for equal e-mail addresses links the two again only when one of their addresses changes.",
    ] {
        assert!(text.contains(part), "{part} in: {text}");
    }

    let separated = owner.follow(&owner.submit(&page, "separate_record", &[]).await).await.html.text();
    assert!(
        separated.contains("Ada Byron separated") && separated.contains("Countess of Lovelace remains, known by HR."),
        "{separated}"
    );
    let alone = ask(in_hr).await;
    assert!(alone.html.text().contains("HR alone knows Countess of Lovelace"), "{}", alone.html.text());
    let nothing = owner.submit(&alone, "separate_record", &[]).await;
    assert_eq!(nothing.status, 409, "{}", nothing.html.text());
}

/// Sources go on while two people become one: nothing they say is lost, and nobody waits for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_sources_say_meanwhile_is_not_lost() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (in_hr, stays) = hr.push(&app, &user(ADA)).await;
    let (in_okta, goes) = okta.push(&app, &ada()).await;
    let told = async |source: &Source, record, path: &str| {
        for n in 0..20 {
            source.set(record, path, json!(format!("{n}"))).await;
        }
    };
    let decide = async {
        for _ in 0..5 {
            while let Err(error) = join(&app, stays, goes).await {
                assert!(error.to_string().contains("meanwhile"), "{error}");
            }
            let mut tx = app.tx().await;
            assert_eq!(directory::people::separate(&mut tx, in_okta).await.unwrap(), goes);
            tx.commit().await.unwrap();
        }
        join(&app, stays, goes).await.unwrap();
    };
    tokio::join!(told(&hr, in_hr, "title"), told(&okta, in_okta, "nickName"), decide);
    let one = person(&app, stays).await;
    assert_eq!((&one.profile["title"], &one.profile["nickName"]), (&json!("19"), &json!("19")));
    assert_eq!(count_people(&app).await, 1);
}

/// A join that is not committed has done nothing.
#[tokio::test]
async fn an_end_in_the_middle_leaves_two_people() {
    let app = TestApp::with(|start| start.worker = false).await;
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (_, stays) = hr.push(&app, &user(ADA)).await;
    let (_, goes) = okta.push(&app, &ada()).await;
    let before = (app.database.rows("person").await, app.database.rows("record").await);
    let mut tx = app.tx().await;
    directory::people::join(&mut tx, stays, goes, &[]).await.unwrap();
    drop(tx);
    assert_eq!((app.database.rows("person").await, app.database.rows("record").await), before);
    assert_eq!(count_audited(&app, "person.linked").await, 0);
}

/// Whom an import has linked and nobody has started stays so in whoever they become.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_started_is_not_started_by_a_link() {
    let app = TestApp::start().await;
    let connection = app.connection().await;
    app.zoom.add_user(ADA, |_| ());
    let (hr, okta) = (Source::new(&app, "HR").await, Source::new(&app, "Okta").await);
    let (_, with_account) = okta.push(&app, &ada()).await;
    app.import(connection).await;
    let mut tx = app.tx().await;
    let all = imports::Which::All(imports::Filter::default());
    let terms = provision::import::terms(false);
    let (done, _) = imports::confirm_step(&mut tx, connection, &all, None, &terms).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(done.exact, 1);

    let (in_hr, stays) = hr.push(&app, &user("ada@hr.example")).await;
    join(&app, stays, with_account).await.unwrap();
    hr.set(in_hr, "title", json!("Countess")).await;
    app.wait_idle(connection).await;
    let link = app.link(connection, stays).await;
    assert_eq!((link.state, link.zoom_id.is_some()), (LinkState::Skipped, true));
    let writes =
        [simulator::Operation::UpdateUser, simulator::Operation::ActivateUser, simulator::Operation::CreateUser];
    assert!(writes.into_iter().all(|write| app.zoom.requests(write).is_empty()));

    let mut tx = app.tx().await;
    assert_eq!(imports::begin(&mut tx, connection).await.unwrap(), 1);
    tx.commit().await.unwrap();
    app.zoom
        .wait_until(|zoom| zoom.user_by_name(ADA).is_some_and(|it| it.title.as_deref() == Some("Countess")))
        .await
        .unwrap();
}
