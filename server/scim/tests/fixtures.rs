//! Every request in `fixtures/<client>/<what>.json`, and what must come of it: the quirks of
//! identity providers, each with where it is written down.
//!
//! `request` is the method and the address, not encoded; `before` is what a PATCH changes; `expect`
//! has one or more of: `resource` (as it is kept; `schemas` counts where it is written), `members`
//! (their ids, or what happens to them), `error`, and for a list `finds`, `misses`, `page` and
//! `shows` (what is shown of those that are found).

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};

use scim::schema::{GROUP_TYPE, ResourceType, USER_TYPE};
use scim::{Error, Group, ListQuery, MemberChange, PatchOp, Projection, User, patch};
use serde_json::{Map, Value, json};

/// What came of a request, by the same names as in `expect`.
type Outcome = Result<Map<String, Value>, Error>;

#[test]
fn every_fixture_comes_out_as_it_says() {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
    assert!(files.len() > 50, "{} fixtures", files.len());
    for file in files {
        let name = file.display();
        let fixture: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for text in ["says", "source", "request"] {
            assert!(fixture[text].as_str().is_some_and(|text| !text.is_empty()), "{name}: {text}");
        }
        let mut came = match outcome(&fixture) {
            Ok(came) => came,
            Err(error) => one("error", json!({"status": error.status, "scimType": error.to_json()["scimType"]})),
        };
        let expected = fixture["expect"].as_object().unwrap();
        if expected.get("resource").is_some_and(|resource| resource.get("schemas").is_none()) {
            came.get_mut("resource").and_then(Value::as_object_mut).map(|resource| resource.remove("schemas"));
        }
        for (what, expected) in expected {
            assert_eq!(came.get(what), Some(expected), "{name}: {what}");
        }
        assert!(!came.contains_key("error") || expected.contains_key("error"), "{name}: {came:?}");
    }
}

fn outcome(fixture: &Value) -> Outcome {
    let (method, address) = fixture["request"].as_str().unwrap().split_once(' ').unwrap();
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (kind, id) = match path.trim_matches('/').split_once('/').unwrap_or((path.trim_matches('/'), "")) {
        ("Users", id) => (&USER_TYPE, id),
        ("Groups", id) => (&GROUP_TYPE, id),
        other => panic!("{other:?}"),
    };
    let read = |part: &str| scim::json::parse(fixture[part].to_string().as_bytes());
    match method {
        "GET" => listed(kind, query, &fixture["expect"]),
        "POST" | "PUT" => made(kind, read("body")?),
        "PATCH" => patched(kind, id, read("before")?, read("body")?),
        other => panic!("{other}"),
    }
}

fn made(kind: &ResourceType, body: Value) -> Outcome {
    if kind.name == "User" {
        return Ok(one("resource", json!(User::from_json(body)?)));
    }
    let (group, members) = Group::from_json(body)?;
    Ok([one("resource", json!(group)), one("members", json!(members))].into_iter().flatten().collect())
}

fn patched(kind: &ResourceType, id: &str, before: Value, body: Value) -> Outcome {
    let operations = PatchOp::from_json(body)?;
    if kind.name == "User" {
        let mut user = User::from_json(before)?;
        patch::apply(&mut user, id, &operations)?;
        return Ok(one("resource", json!(user)));
    }
    let patch = patch::apply_to_group(&Group::from_json(before)?.0, id, &operations)?;
    let change = |change: MemberChange| match change {
        MemberChange::Add(ids) => json!({"add": ids}),
        MemberChange::Remove(ids) => json!({"remove": ids}),
        MemberChange::Replace(ids) => json!({"replace": ids}),
    };
    let members = patch.members.into_iter().map(change).collect();
    Ok([one("resource", json!(patch.group)), one("members", members)].into_iter().flatten().collect())
}

/// Looks for those that are to be found and those that are not, among both together.
fn listed(kind: &'static ResourceType, query: &str, expect: &Value) -> Outcome {
    let pairs = || query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let query = ListQuery::from_pairs(pairs())?;
    let projection = Projection::from_pairs(pairs(), kind)?;
    if let Some(filter) = &query.filter {
        filter.check(kind)?;
    }
    let all = ["finds", "misses"].into_iter().filter_map(|name| expect[name].as_array()).flatten();
    let holds = |resource: &&Value| {
        query.filter.as_ref().is_none_or(|filter| filter.matches(kind, resource.as_object().unwrap()))
    };
    let (finds, misses): (Vec<_>, Vec<_>) = all.partition(holds);
    let shows: Value = finds.iter().map(|&resource| projection.apply(resource.clone())).collect();
    let page = json!({"startIndex": query.page.start_index, "count": query.page.count});
    Ok([one("finds", json!(finds)), one("misses", json!(misses)), one("shows", shows), one("page", page)]
        .into_iter()
        .flatten()
        .collect())
}

fn one(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
