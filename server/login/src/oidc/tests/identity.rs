use super::*;
use crate::{Email, Identity};

async fn identity(claims: Value) -> Identity {
    with_claims(claims).await.unwrap().identity
}

fn jane(verified: bool) -> Option<Email> {
    Some(Email { address: "jane@example.com".to_owned(), verified })
}

#[tokio::test]
async fn an_address_is_verified_when_the_provider_says_so() {
    for (said, verified) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!(null), false),
    ] {
        assert_eq!(identity(json!({ "email_verified": said })).await.email, jane(verified), "{said}");
    }
}

#[tokio::test]
async fn entra_says_it_with_another_claim() {
    for said in [json!(true), json!("1"), json!(1)] {
        let claims = json!({ "email_verified": null, "xms_edov": said });
        assert_eq!(identity(claims).await.email, jane(true), "{said}");
    }
    assert_eq!(identity(json!({ "email_verified": false, "xms_edov": true })).await.email, jane(false));
    assert_eq!(identity(json!({ "email_verified": null, "xms_edov": "0" })).await.email, jane(false));
}

#[tokio::test]
async fn what_is_no_address_is_none() {
    let long = format!("{}@example.com", "j".repeat(243));
    for address in ["", "jane", "jane@example.com\nbcc", "jane doe@example.com", &long] {
        assert_eq!(identity(json!({ "email": address })).await.email, None, "{address:?}");
    }
    let bench = Bench::new().await;
    bench.refused("id_token_unreadable", |b| b.claims = json!({ "email": ["jane@example.com"] })).await;
}

#[tokio::test]
async fn an_address_is_vouched_for_by_the_document_it_stands_in() {
    let bench = Bench::with(|behaviour| {
        behaviour.claims = json!({ "email_verified": null, "groups": null });
        behaviour.userinfo = Some(json!({ "sub": "248289761001", "email": "x@example.com", "email_verified": true }));
    })
    .await;
    assert_eq!(bench.sign_in().await.unwrap().identity.email, jane(false));
    bench.provider.behave(|behaviour| behaviour.claims = json!({ "email": null, "email_verified": true }));
    bench.provider.behave(|behaviour| {
        behaviour.userinfo = Some(json!({ "sub": "248289761001", "email": "jane@example.com" }));
    });
    assert_eq!(bench.sign_in().await.unwrap().identity.email, jane(false));
}

#[tokio::test]
async fn groups_are_texts_however_they_come() {
    for (groups, texts) in [
        (json!("admins"), vec!["admins"]),
        (json!(["admins", "staff"]), vec!["admins", "staff"]),
        (json!([{ "id": 1 }, "staff", 5]), vec!["{\"id\":1}", "staff", "5"]),
        (json!({ "admins": true }), vec!["{\"admins\":true}"]),
        (json!([]), vec![]),
    ] {
        assert_eq!(identity(json!({ "groups": groups })).await.claims["groups"], texts);
    }
}

#[tokio::test]
async fn the_id_token_comes_before_userinfo() {
    let bench = Bench::with(|behaviour| {
        behaviour.claims = json!({ "groups": null, "department": "Sales" });
        let more = json!({ "sub": "248289761001", "name": "Other", "department": "IT", "groups": ["a"], "iss": "x" });
        behaviour.userinfo = Some(more);
    })
    .await;
    let found = bench.sign_in().await.unwrap().identity;
    assert_eq!(found.name.as_deref(), Some("Jane Doe"));
    assert_eq!(found.claims["department"], ["Sales"]);
    assert_eq!(found.claims["groups"], ["a"]);
    assert_eq!(found.claims["iss"], [bench.provider.issuer.as_str()]);
}

#[tokio::test]
async fn a_name_to_show_is_found() {
    assert_eq!(identity(json!({})).await.name.as_deref(), Some("Jane Doe"));
    assert_eq!(identity(json!({ "name": null, "preferred_username": "jd" })).await.name.as_deref(), Some("jd"));
    assert_eq!(identity(json!({ "name": " " })).await.name, None);
    assert_eq!(identity(json!({ "name": "j".repeat(201) })).await.name, None);
    assert_eq!(identity(json!({ "name": "ö".repeat(200) })).await.name, Some("ö".repeat(200)));
}

/// Claims as Auth0 and others write them, which a strict reader stumbles over.
#[tokio::test]
async fn odd_claims_keep_nobody_out() {
    let odd =
        json!({ "updated_at": "2026-09-21T14:00:00.000Z", "locale": "en_GB.UTF-8", "picture": null, "name#de": "J" });
    identity(odd).await;
}
