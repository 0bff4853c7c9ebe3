//! The chain's key is made once: whoever removes it with whatever else of the log gets no new one.

use super::{Chain, seal, start, write_one};
use chrono::TimeDelta;
use directory::audit::{Format, begin, export::export, verify};
use directory::keyring::rotation::Rotation;
use directory::{Actor, Clock, Directory, Keyring};
use futures::TryStreamExt;
use model::audit::{AuditFilter, Fault, Finding};

/// Forges, and takes away what shows it; the new start is to make it good.
const REWRITE: [&str; 5] = [
    "delete from audit_entry where sequence between 4 and 9",
    "update audit_entry set target_name = 'forged' where sequence = 3",
    "update audit_entry set sequence = null, hash = null, mac = null",
    "delete from audit_checkpoint",
    "delete from audit_chain",
];
const WITHOUT_KEY: &str = "delete from secret where belongs_to = 'audit_chain.key'";

async fn found(directory: &Directory) -> Option<Finding> {
    verify(directory, |_| ()).await.unwrap().finding
}

/// What a server that is started now, and its sealer, leave to be found.
async fn found_after_a_start(chain: &Chain) -> Option<Finding> {
    let directory = chain.reopened().await;
    begin(&directory).await.unwrap();
    let sealer = seal(&directory);
    // The portal works on.
    write_one(&directory, "later").await;
    let finding = found(&directory).await;
    sealer.abort();
    finding
}

async fn count_keys(chain: &Chain) -> i64 {
    chain.database.count("select count(*) from secret where belongs_to = 'audit_chain.key'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_rewritten_by_the_database_alone_does_not_verify() {
    let chain = Chain::of(13).await;
    chain.wait_lines(1).await;
    chain.sealer.abort();
    chain.attack(&REWRITE).await;
    let finding = found_after_a_start(&chain).await.unwrap();
    assert_eq!((finding.fault, finding.sequence), (Fault::Cut, 1), "{finding}");

    chain.attack(&[WITHOUT_KEY]).await;
    for file in [true, false] {
        if !file {
            std::fs::remove_file(&chain.file).unwrap();
        }
        let finding = found_after_a_start(&chain).await.unwrap();
        assert_eq!(finding.fault, Fault::Key, "{finding}");
        assert!(finding.text.contains("gone from the table secret") && finding.text.contains("entries"), "{finding}");
        assert_eq!(finding.text.contains("file of checkpoints"), file, "{finding}");
    }
    assert_eq!(count_keys(&chain).await, 0, "no key is made");
    let vouched =
        "select count(*) from audit_entry where sequence is not null or (mac is not null and target_name = 'forged')";
    assert_eq!(chain.database.count(vouched).await, 0);
}

/// Each part by itself that is left of the log says that there was one.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_begins_only_where_nothing_is_left_of_one() {
    let chain = Chain::of(2).await;
    chain.wait_lines(1).await;
    chain.sealer.abort();
    let altered = "update secret set ciphertext = wrapped_key where belongs_to = 'audit_chain.key'";
    chain.attack(&["delete from audit_entry", "delete from audit_checkpoint", altered]).await;
    let text = found(&chain.reopened().await).await.unwrap().text;
    assert!(text.contains("key was altered in the table secret") && text.contains("says of the chain"), "{text}");

    chain.attack(&["delete from audit_chain", WITHOUT_KEY]).await;
    let directory = chain.reopened().await;
    let refused = begin(&directory).await.unwrap_err().to_string();
    assert!(refused.contains("file of checkpoints") && refused.contains("under another name"), "{refused}");
    assert_eq!(found(&directory).await.unwrap().fault, Fault::Key);
    // A database that somebody works with had a log: the portal is not stopped.
    let source = "insert into source (id, name, name_key, kind, created_at, created_by)
        values (gen_random_uuid(), 'Okta', 'okta', 'scim', now(), 'x')";
    chain.attack(&[source]).await;
    begin(&directory).await.unwrap();
    assert_eq!((found(&directory).await.unwrap().fault, count_keys(&chain).await), (Fault::Key, 0));

    let kept = chain.file.with_extension("kept");
    std::fs::rename(&chain.file, &kept).unwrap();
    assert_eq!(found(&directory).await, None, "nothing of a log is there, and a check makes none");
    assert_eq!(count_keys(&chain).await, 0);
    begin(&directory).await.unwrap();
    assert_eq!((found(&directory).await, count_keys(&chain).await), (None, 1));
    let begun = "select count(*) from audit_entry where action = 'audit.begun' and mac is not null";
    assert_eq!(chain.database.count(begun).await, 1, "in a database that is in use, that is told");

    // The file of the former log knows better.
    std::fs::rename(&kept, &chain.file).unwrap();
    let other = found(&directory).await.unwrap();
    assert!(other.fault == Fault::Key && other.text.contains("knows another log"), "{other}");
}

/// What is left can be taken away, and what is written is not lost.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_the_log_is_exported_for_people_only() {
    let chain = Chain::of(3).await;
    chain.sealer.abort();
    chain.attack(&["delete from audit_chain", WITHOUT_KEY]).await;
    let directory = chain.reopened().await;
    let csv: Vec<String> =
        export(&directory, Format::Csv, AuditFilter::default()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(csv.concat().lines().count(), 4);
    let refused = export(&directory, Format::Jsonl, AuditFilter::default()).await.err().unwrap().to_string();
    assert!(refused.contains("CSV can be exported"), "{refused}");
}

/// Another key-encryption key wraps the same audit key.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_changes_no_key_of_the_chain() {
    let chain = Chain::of(1).await;
    chain.wait_lines(1).await;
    let both = Keyring::of([[8; 32], [7; 32]]);
    let new = both.ids().remove(0);
    let directory = chain.database.open_with(both).await.unwrap();
    let mut rotation = Rotation::begin(&directory, Actor::Command, &new).await.unwrap().unwrap();
    while rotation.step().await.unwrap().left > 0 {}
    chain.clock.advance(TimeDelta::minutes(10));
    chain.write(1).await;
    chain.wait_lines(2).await;
    let text = std::fs::read_to_string(&chain.file).unwrap();
    let keys: Vec<&str> = text.lines().map(|line| &line[..r#"{"key":"0123456789abcdef""#.len()]).collect();
    assert!(keys.iter().all(|key| key.starts_with(r#"{"key":""#) && *key == keys[0]), "{text}");
    let after = Directory::open(&chain.database.url(), Keyring::new([8; 32]), Clock::manual(start())).await.unwrap();
    let keeping = directory::audit::Keeping { checkpoints: Some(chain.file.clone()), retention: None };
    assert_eq!(found(&after.keeping(keeping)).await, None);
}
