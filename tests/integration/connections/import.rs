//! The Import tab's list: in which order it stands, and as a file to take away.

use model::connection::{Actions, ScopeMode};
use model::{ConnectionId, Role};
use reqwest::Method;
use serde_json::json;
use tests::{Browser, Element, Shown, TestApp, ada};

/// An import that found four, one of them Ada's.
async fn imported() -> (TestApp, ConnectionId) {
    let app = TestApp::start().await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Assigned).await;
    for (user_name, display_name) in [
        ("ada.lovelace@example.com", "=HYPERLINK(\"http://evil\")"),
        ("+1@example.com", "@SUM(A1)"),
        ("zoe@example.com", "Abel, \"Zoe\""),
        ("ben@example.com", "-Ben"),
    ] {
        app.zoom.add_user(user_name, |account| account.display_name = Some(display_name.to_owned()));
    }
    app.scim().await.create(&ada()).await;
    app.import(connection).await;
    (app, connection)
}

/// The user names on a page of the list, in its order.
fn names(page: &Shown) -> Vec<String> {
    let rows = page.html.all("th").into_iter().filter(|th| th.attribute("scope") == Some("row"));
    let is_user_name = |part: &Element<'_>| part.attribute("class").is_some_and(|class| class.starts_with("sub "));
    rows.filter_map(|row| row.inside().find(is_user_name).map(|part| part.text())).collect()
}

async fn shown(browser: &Browser, address: &str) -> Vec<String> {
    names(&browser.open(address).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_sorted_by_name_or_by_user_name_both_ways() {
    let (app, connection) = imported().await;
    let owner = app.owner().await;
    let tab = format!("/connections/{connection}/import");
    let by_user_name = ["+1@example.com", "ada.lovelace@example.com", "ben@example.com", "zoe@example.com"];
    let mut up = shown(&owner, &format!("{tab}?sort=user_name")).await;
    assert_eq!(up, by_user_name);
    up.reverse();
    assert_eq!(shown(&owner, &format!("{tab}?sort=-user_name")).await, up);
    let mut by_name = shown(&owner, &tab).await;
    assert_eq!(by_name.len(), 4);
    assert_eq!(by_name, shown(&owner, &format!("{tab}?sort=name")).await);
    by_name.reverse();
    assert_eq!(by_name, shown(&owner, &format!("{tab}?sort=-name")).await);
    assert_ne!(by_name, up);
}

/// Which of a page's accounts are ticked when it comes.
fn ticked(page: &Shown) -> Vec<String> {
    let boxes = page.html.all("input").into_iter().filter(|input| input.attribute("name") == Some("accounts[]"));
    let checked = boxes.filter(|input| input.attribute("checked").is_some());
    checked.filter_map(|input| input.attribute("value").map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_ticked_stays_ticked_and_whoever_decides_comes_back_to_the_list() {
    let (app, connection) = imported().await;
    let owner = app.owner().await;
    let tab = format!("/connections/{connection}/import?show=new&sort=-user_name");
    let list = owner.open(&tab).await;
    assert_eq!(ticked(&list).len(), 0);
    let is_ignore = |button: &Element<'_>| button.attribute("value") == Some("ignore");
    let ignore = list.html.all("button").into_iter().find(is_ignore).and_then(|it| it.attribute("formaction")).unwrap();
    let page = owner.open(list.html.link("Select all on this page").unwrap()).await;
    let all = ticked(&page);
    assert_eq!((all.len(), page.html.link("Select none")), (3, Some(tab.as_str())));

    let ask = format!("{tab}&ticked=1&accounts%5B%5D={}&dialog=confirm", all[0]);
    let page = owner.open(&ask).await;
    assert_eq!(ticked(&page), all[..1]);
    let cancelled = owner.open(page.html.link("Cancel").unwrap()).await;
    assert_eq!(ticked(&cancelled), all[..1]);
    assert!(page.html.text().contains("Confirm 1 account"), "{}", page.html.text());
    let done = owner.submit(&page, "confirm_import", &[]).await;
    assert_eq!(done.location(), format!("{tab}&done={}", all[0]));
    assert_eq!(ticked(&owner.follow(&done).await).len(), 0);

    let gone = owner.open(&ask).await.html.text();
    assert!(gone.contains("None of these accounts can be confirmed any more"), "{gone}");
    assert!(!gone.contains("Confirm 0") && !gone.contains("Auto-activate"), "{gone}");
    // Whoever cannot be read is not everybody.
    for nobody in ["accounts%5B%5D=xyz", "ticked=1", "ticked=1&accounts%5B%5D=xyz"] {
        let page = owner.open(&format!("{tab}&dialog=confirm&{nobody}")).await.html;
        assert!(page.text().contains("Nothing is ticked") && page.form("confirm_import").is_none(), "{nobody}");
    }
    let all = owner.open(&format!("{tab}&dialog=confirm")).await;
    let form = all.html.form("confirm_import").unwrap();
    let fields = form.fields.iter().filter(|(name, _)| name != "all").map(|(name, value)| (&**name, &**value));
    let refused = owner.post(&form.action, &fields.collect::<Vec<_>>()).await;
    assert_eq!(refused.status, 422);
    let all = ticked(&owner.open(&format!("{tab}&select=all")).await);
    let fields = [("id", &*connection.to_string()), ("accounts[]", &all[0]), ("choice", "ignore"), ("at", &*tab)];
    let ignored = owner.post(ignore, &fields).await;
    assert_eq!(ignored.location(), format!("{tab}&done=ignore"));
    for elsewhere in ["https://evil.example/", "//evil.example/?show=new"] {
        let fields = [fields[0], fields[1], fields[2], ("at", elsewhere)];
        let refused = owner.post(ignore, &fields).await;
        assert_eq!(refused.status, 400, "{elsewhere}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_ticked_stays_so_while_a_person_is_chosen_for_an_account() {
    let (app, connection) = imported().await;
    let owner = app.owner().await;
    let tab = format!("/connections/{connection}/import?show=new");
    let all = ticked(&owner.open(&format!("{tab}&select=all")).await);
    let list = owner.open(&tab).await;
    let changes = |form: &&Element<'_>| form.inside().any(|it| it.attribute("name") == Some("change"));
    let form = list.html.all("form").into_iter().find(|form| changes(&form)).unwrap();
    assert_eq!(form.attribute("method"), Some("get"));
    assert!(form.inside().any(|it| it.attribute("value") == Some(&*all[0])), "the boxes are sent with the button");

    let ask = format!("{tab}&ticked=1&accounts%5B%5D={}&change={}", all[0], all[1]);
    let page = owner.open(&ask).await;
    assert_eq!(ticked(&page), all[..1]);
    let find =
        page.html.all("form").into_iter().find(|form| form.inside().any(|it| it.attribute("id") == Some("find")));
    let kept: Vec<_> =
        find.unwrap().inside().filter_map(|it| Some((it.attribute("name")?, it.attribute("value")?))).collect();
    assert!(kept.contains(&("accounts[]", &all[0])) && kept.contains(&("change", &all[1])), "{kept:?}");
    assert_eq!(ticked(&owner.open(page.html.link("Cancel").unwrap()).await), all[..1]);
    let page = owner.open(&format!("{ask}&dialog=find&find=ada")).await;
    let ada = app.person("ada.lovelace@example.com").await.to_string();
    let done = owner.submit(&page, "choose_person", &[("person", &ada)]).await;
    assert!(done.location().starts_with(&format!("{tab}&accounts%5B%5D={}&done=", all[0])), "{}", done.location());
    assert_eq!(ticked(&owner.follow(&done).await), all[..1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_decides_on_nobody_is_told_what_to_do() {
    let (app, connection) = imported().await;
    let owner = app.owner().await;
    let tab = format!("/connections/{connection}/import");
    let list = owner.open(&tab).await;
    let is_ignore = |button: &Element<'_>| button.attribute("value") == Some("ignore");
    let ignore = list.html.all("button").into_iter().find(is_ignore).and_then(|it| it.attribute("formaction")).unwrap();
    let fields = [("id", &*connection.to_string()), ("choice", "ignore"), ("at", &*tab)];
    let refused = owner.post(ignore, &fields).await;
    let text = refused.html.text();
    assert_eq!(refused.status, 422);
    assert!(text.contains("Nothing is ticked. Tick at least one account in the list."), "{text}");
    assert!(!text.contains("Nothing was saved"), "{text}");
}

/// The dialog begins with whom the account's own name finds, or its address; who has an account or was chosen for one is
/// not offered.
#[tokio::test(flavor = "multi_thread")]
async fn people_are_looked_for_by_the_accounts_own_name_and_nobody_is_offered_twice() {
    let app = TestApp::start().await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Assigned).await;
    for (user_name, display_name) in [("zoom1@example.com", "Ada L"), ("zoom2@example.com", "Ada L"), ("ada@", "")] {
        app.zoom.add_user(user_name, |account| account.display_name = Some(display_name.to_owned()));
    }
    let scim = app.scim().await;
    for (user_name, display_name) in
        [("one@example.com", "Ada L. King"), ("two@example.com", "Ada L. Byron"), ("mail-ada@example.com", "Else")]
    {
        let user = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name, "displayName": display_name});
        scim.create(&user).await;
    }
    app.import(connection).await;
    let owner = app.owner().await;
    let tab = format!("/connections/{connection}/import");
    let ids = app.database.texts("select id::text from zoom_account order by user_name").await;
    let offered = |page: &Shown| {
        let looked = page.html.by_id("find").and_then(|it| it.attribute("value")).unwrap_or_default().to_owned();
        let names = page
            .html
            .all("label")
            .into_iter()
            .filter(|it| it.attribute("class").is_some_and(|class| class.starts_with("person")));
        (looked, names.map(|name| name.text()).collect::<Vec<_>>().join(" | "))
    };
    let (looked, both) = offered(&owner.open(&format!("{tab}?change={}", ids[1])).await);
    assert!(looked == "Ada L" && both.contains("Byron") && both.contains("King"), "{looked}: {both}");
    let (looked, by_address) = offered(&owner.open(&format!("{tab}?change={}", ids[0])).await);
    assert!(looked == "ada@" && by_address.contains("Else"), "{looked}: {by_address}");
    let (looked, all) = offered(&owner.open(&format!("{tab}?change={}&dialog=find&find=", ids[0])).await);
    assert!(looked.is_empty() && all.contains("Byron") && all.contains("Else"), "{looked}: {all}");

    let king = app.person("one@example.com").await.to_string();
    let page = owner.open(&format!("{tab}?change={}", ids[1])).await;
    let chosen = owner.submit(&page, "choose_person", &[("person", &king)]).await;
    assert_eq!(chosen.status, 303);
    let (_, others) = offered(&owner.open(&format!("{tab}?change={}", ids[2])).await);
    assert!(others.contains("Byron") && !others.contains("King"), "{others}");
    let (_, own) = offered(&owner.open(&format!("{tab}?change={}", ids[1])).await);
    assert!(own.contains("King"), "whoever was chosen can be chosen once more: {own}");
}

/// What somebody has decided and taken back waits for the next import.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_matched_yet_is_counted_and_called_so() {
    let (app, connection) = imported().await;
    let owner = app.owner().await;
    let tab = format!("/connections/{connection}/import");
    let account = ticked(&owner.open(&format!("{tab}?show=exact&select=all")).await).remove(0);
    let list = owner.open(&tab).await;
    let is_ignore = |button: &Element<'_>| button.attribute("value") == Some("ignore");
    let decide = list.html.all("button").into_iter().find(is_ignore).and_then(|it| it.attribute("formaction")).unwrap();
    for choice in ["new", "undo"] {
        let fields = [("id", &*connection.to_string()), ("accounts[]", &*account), ("choice", choice), ("at", &*tab)];
        assert_eq!(owner.post(decide, &fields).await.status, 303);
    }
    let page = owner.open(&tab).await;
    assert_eq!(
        (page.html.link("Not linked4"), page.html.link("New3")),
        (Some(&*tab), Some(&*format!("{tab}?show=new")))
    );
    let shown = owner.open(page.html.link("Not matched yet1").unwrap()).await;
    assert_eq!(names(&shown), ["ada.lovelace@example.com"]);
    for (asked, linked) in [("", true), ("&show=unmatched", false)] {
        let text = owner.open(&format!("{tab}?dialog=confirm{asked}")).await.html.text();
        assert!(text.contains("Not matched yet 1 accountLeft as they are: the next import"), "{text}");
        assert!(!text.contains("Several people could be it"), "{text}");
        assert_eq!(text.contains("Confirm 3 accounts"), linked, "{text}");
    }
    let csv = owner.open(&format!("{tab}?show=unmatched&format=csv")).await.body;
    assert!(csv.lines().count() == 2 && csv.contains("\"unmatched\""), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_begins_leaves_the_list_as_it_is() {
    let (app, connection) = imported().await;
    let (owner, tab) = (app.owner().await, format!("/connections/{connection}/import?show=new&sort=-name"));
    let page = owner.open(&tab).await;
    let begun = owner.submit(&page, "start_import", &[]).await;
    assert!(begun.location().starts_with(&format!("{tab}&done=")), "{}", begun.location());
}

/// Whoever moves a rule goes on at the same button; at an end, at the one that leads back.
#[tokio::test(flavor = "multi_thread")]
async fn the_rule_that_was_moved_keeps_its_buttons() {
    let (app, connection) = imported().await;
    let owner = app.owner().await;
    let settings = format!("/connections/{connection}/import/settings");
    let post = format!("{settings}?do={}", crate::sign_in::function("move_match_rule").trim_start_matches("/api/"));
    for (version, rule, to, goes_on) in [(0, "1", "down", "down-2"), (1, "1", "up", "down-0"), (2, "4", "down", "up-5")]
    {
        let fields = [("id", &*connection.to_string()), ("version", &*version.to_string()), ("rule", rule), ("to", to)];
        let moved = owner.post(&post, &fields).await;
        let page = owner.follow(&moved).await;
        let focused = page.html.elements().filter(|it| it.attribute("autofocus").is_some());
        assert_eq!(focused.filter_map(|it| it.attribute("id")).collect::<Vec<_>>(), [goes_on]);
        assert!(page.html.by_id(goes_on).unwrap().attribute("disabled").is_none());
        assert!(page.html.text().contains("Match rules changed"));
    }
}

/// A person has one address, and whoever makes another of it is told.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_makes_a_second_person_of_an_address_is_told() {
    let (app, connection) = imported().await;
    let owner = app.owner().await;
    let tab = format!("/connections/{connection}/import");
    let said = "1 address of somebody in the directory";
    assert!(!owner.open(&format!("{tab}?dialog=confirm")).await.html.text().contains(said));
    let list = owner.open(&format!("{tab}?show=exact&select=all")).await;
    let (account, is_new) = (ticked(&list).remove(0), |b: &Element<'_>| b.attribute("value") == Some("new"));
    let new = list.html.all("button").into_iter().find(is_new).and_then(|it| it.attribute("formaction")).unwrap();
    let fields = [("id", &*connection.to_string()), ("accounts[]", &account), ("choice", "new"), ("at", &*tab)];
    let done = owner.post(new, &fields).await;
    assert!(owner.follow(&done).await.html.text().contains("1 account marked as new"));
    let text = owner.open(&format!("{tab}?dialog=confirm")).await.html.text();
    assert!(text.contains(said), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_has_what_the_list_shows_and_no_formula() {
    let (app, connection) = imported().await;
    let auditor = app.signed_in_as(Role::Auditor).await;
    let tab = format!("/connections/{connection}/import");
    let page = auditor.open(&format!("{tab}?sort=user_name&q=example")).await;
    let file = format!("{tab}?sort=user_name&q=example&format=csv");
    assert_eq!(page.html.link("Export CSV").map(|href| href.replace("&amp;", "&")), Some(file.clone()));
    let csv = auditor.open(&file).await;
    assert!(csv.header("content-disposition").starts_with("attachment; filename=\"import-zoom-20"));
    assert_eq!((csv.header("content-type"), csv.header("cache-control")), ("text/csv; charset=utf-8", "no-store"));
    let lines: Vec<&str> = csv.body.lines().collect();
    let head = "\"user_name\",\"display_name\",\"active\",\"license\",\"state\",\"match_rule\",\"person_user_name\",";
    assert!(lines[0].starts_with(head), "{}", csv.body);
    assert_eq!(lines.len(), 5, "{}", csv.body);
    for (line, starts) in lines[1..].iter().zip([
        "\"'+1@example.com\",\"'@SUM(A1)\",\"true\",",
        "\"ada.lovelace@example.com\",\"'=HYPERLINK(\"\"http://evil\"\")\",\"true\",",
        "\"ben@example.com\",\"'-Ben\",\"true\",",
        "\"zoe@example.com\",\"Abel, \"\"Zoe\"\"\",\"true\",",
    ]) {
        assert!(line.starts_with(starts), "{line}");
    }
    assert!(
        lines[2].contains("\"exact\",\"user_name\",\"ada.lovelace@example.com\",\"Ada Lovelace\","),
        "{}",
        lines[2]
    );
    assert!(lines[1].contains("\"new\",\"\",\"\",\"\","), "{}", lines[1]);

    let exact = auditor.open(&format!("{tab}?show=exact&format=csv")).await;
    assert_eq!(exact.body.lines().count(), 2, "{}", exact.body);
    let found = auditor.open(&format!("{tab}?q=ben&format=csv")).await;
    assert_eq!(found.body.lines().count(), 2, "{}", found.body);
    assert_eq!(app.database.count("select count(*) from audit_entry where action = 'import.exported'").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_paged_both_ways_and_exported_once_each() {
    let app = TestApp::start().await;
    let connection = app.connection_with(Actions::default(), ScopeMode::Assigned).await;
    for n in 0..1_001 {
        app.zoom.add_user(&format!("p{n:04}@example.com"), |_| ());
    }
    app.import(connection).await;
    let (owner, list) = (app.owner().await, format!("/connections/{connection}/import?sort=-user_name"));
    let csv = owner.open(&format!("{list}&format=csv")).await;
    let all: Vec<&str> = csv.body.lines().skip(1).filter_map(|line| line.split('"').nth(1)).collect();
    let expected: Vec<String> = (0..1_001).rev().map(|n| format!("p{n:04}@example.com")).collect();
    assert_eq!(all, expected);
    let first = owner.open(&list).await;
    let second = owner.open(first.html.link("Next").unwrap()).await;
    assert_eq!((names(&first), names(&second)), (expected[..50].to_vec(), expected[50..100].to_vec()));
    let back = owner.open(second.html.link("Previous").unwrap()).await;
    assert_eq!(names(&back), names(&first));

    let asked = owner.open(&format!("{list}&dialog=confirm")).await;
    assert!(asked.html.text().contains("Confirm 1,001 accounts"), "{}", asked.html.text());
    let done = owner.submit(&asked, "confirm_import", &[]).await;
    assert!(owner.follow(&done).await.html.text().contains("1,001 accounts linked"));
    let steps = "select count(*) from audit_entry where action = 'import.confirmed'";
    assert_eq!(
        (app.database.count("select count(*) from link where held").await, app.database.count(steps).await),
        (1_001, 2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_for_those_who_may_and_from_here() {
    let (app, connection) = imported().await;
    let tab = format!("/connections/{connection}/import");
    let file = format!("{tab}?format=csv");
    let operator = app.signed_in_as(Role::Operator).await;
    assert_eq!(operator.get(&file).await.status, 403);
    assert!(!operator.open(&tab).await.body.contains("format=csv"));
    let owner = app.owner().await;
    let led = owner.request(Method::GET, &file).header("sec-fetch-site", "cross-site").send().await.unwrap();
    assert_eq!(led.status(), 403);
    assert_eq!(owner.get(&format!("{tab}?format=jsonl")).await.status, 400);
    let nowhere = format!("/connections/{}/import?format=csv", uuid::Uuid::nil());
    assert_eq!(owner.get(&nowhere).await.status, 404);
    assert!(app.browser().get(&file).await.location().starts_with("/login?return_to="));
    assert_eq!(app.database.count("select count(*) from audit_entry where action = 'import.exported'").await, 0);
}
