//! Going over to another key: servers go on, nothing is lost wherever it ends, and what is missing is named.

use directory::connections::Integration;
use directory::keyring::KeyError;
use directory::keyring::rotation::{BATCH, Rotation};
use directory::{Actor, Clock, Directory, Error, Keyring, keyring};
use futures::FutureExt;
use futures::future::join_all;
use model::ConnectionId;
use model::link::LinkState;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tests::{Database, TestApp, ada, user};

/// The tests' databases begin with this one.
const OLD: [u8; 32] = [7; 32];
const NEW: [u8; 32] = [8; 32];

fn id(key: [u8; 32]) -> String {
    Keyring::new(key).ids().remove(0)
}

fn integration(name: &str, secret: &str) -> Integration {
    let address = "https://zoom.example.com".to_owned();
    Integration {
        name: name.to_owned(),
        description: String::new(),
        scim_url: address.clone(),
        token_url: address,
        account_id: "account".to_owned(),
        client_id: "client".to_owned(),
        client_secret: Some(secret.to_owned().into()),
    }
}

async fn add(directory: &Directory, name: &str, secret: &str) -> ConnectionId {
    let mut tx = directory.begin(Actor::Command).await.unwrap();
    let id = directory::connections::create(&mut tx, integration(name, secret)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

/// More than two transactions of a rotation take.
async fn add_many(directory: &Directory) -> Vec<ConnectionId> {
    let mut ids = Vec::new();
    for n in 0..2 * BATCH + 5 {
        ids.push(add(directory, &format!("c{n:03}"), &format!("secret of c{n:03}")).await);
    }
    ids
}

async fn secret_of(directory: &Directory, id: ConnectionId) -> directory::Result<(String, String)> {
    let mut tx = directory.begin(Actor::Command).await?;
    let settings = directory::connections::settings(&mut tx, id).await?;
    Ok((settings.connection.name, settings.client_secret.unwrap().expose_secret().to_owned()))
}

async fn all_open(directory: &Directory, ids: &[ConnectionId]) {
    for id in ids {
        let (name, secret) = secret_of(directory, *id).await.unwrap();
        assert!(secret.starts_with(&format!("secret of {name}")), "{name}: {secret}");
    }
}

async fn finish(mut rotation: Rotation) -> usize {
    let mut rewrapped = 0;
    loop {
        let step = rotation.step().await.unwrap();
        rewrapped += step.rewrapped;
        if step.left == 0 {
            return rewrapped;
        }
    }
}

async fn rotate(directory: &Directory, to: [u8; 32]) -> usize {
    finish(Rotation::begin(directory, Actor::Command, &id(to)).await.unwrap().unwrap()).await
}

async fn wrapped_by(database: &Database, key: [u8; 32]) -> i64 {
    database.count(&format!("select count(*) from secret where key_id = '{}'", id(key))).await
}

async fn refused(database: &Database, keys: Keyring) -> String {
    match database.open_with(keys).await {
        Err(Error::Key(KeyError::Missing(missing))) => missing.to_string(),
        other => panic!("not refused for its keys: {:?}", other.err()),
    }
}

/// One replica has the keys in one order, one in the other; both read and write all the time.
#[tokio::test(flavor = "multi_thread")]
async fn servers_go_on_while_every_secret_goes_over() {
    let app = TestApp::with(|start| start.keys = Keyring::of([NEW, OLD])).await;
    let other = app.database.open_with(Keyring::of([OLD, NEW])).await.unwrap();
    let second = TestApp::serve(other.clone(), None).await;
    let (connection, okta) = (app.connection().await, app.scim().await);
    let ids = Arc::new(add_many(&app.directory).await);
    let (done, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let workers: Vec<_> = [app.directory.clone(), other.clone()]
        .into_iter()
        .enumerate()
        .map(|(n, directory)| {
            let (ids, done, reads) = (ids.clone(), done.clone(), reads.clone());
            tokio::spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    // Each has one of its own to change.
                    all_open(&directory, &ids[2..]).await;
                    retype(&directory, ids[n]).await;
                    all_open(&directory, &ids[n..=n]).await;
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    while reads.load(Ordering::Relaxed) < 2 {
        tokio::task::yield_now().await;
    }
    let rewrapped = rotate(&app.directory, NEW).await;
    let (_, person) = app.push_assigned(&okta, connection, &ada()).await;
    app.wait_link(connection, person, LinkState::InSync).await;
    done.store(true, Ordering::Relaxed);
    join_all(workers).await.into_iter().for_each(|worker| worker.unwrap());

    assert!(rewrapped >= ids.len(), "{rewrapped}");
    assert_eq!(wrapped_by(&app.database, OLD).await, 0, "nothing came after with the old key");
    app.wait_sealed().await;
    let alone = app.database.open_with(Keyring::new(NEW)).await.unwrap();
    all_open(&alone, &ids).await;
    let report = directory::audit::verify(&alone, |_| ()).await.unwrap();
    assert_eq!(report.finding, None, "{report:?}");
    assert!(report.entries > 0);
    second.stop().await;

    // A server that has the new key alone provisions as ever.
    let third = TestApp::serve(alone, None).await;
    let (_, person) = app.push_assigned(&okta, connection, &user("bob@example.com")).await;
    app.wait_link(connection, person, LinkState::InSync).await;
    third.stop().await;
}

/// An administrator types the secret in again.
async fn retype(directory: &Directory, id: ConnectionId) {
    let mut tx = directory.begin(Actor::Command).await.unwrap();
    let connection = directory::connections::get(&mut tx, id).await.unwrap();
    let settings = integration(&connection.name, &format!("secret of {} v{}", connection.name, connection.version));
    directory::connections::update(&mut tx, id, connection.version, settings).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn one_that_ends_in_the_middle_is_gone_on_with() {
    let database = Database::create().await;
    let both = database.open_with(Keyring::of([NEW, OLD])).await.unwrap();
    let ids = add_many(&both).await;
    let mut rotation = Rotation::begin(&both, Actor::Command, &id(NEW)).await.unwrap().unwrap();
    let step = rotation.step().await.unwrap();
    assert_eq!((step.rewrapped, step.left), (BATCH, ids.len() + 1 - BATCH), "the audit log's key is one of them");
    // The next transaction is cut off before its end.
    assert!(rotation.step().now_or_never().is_none());
    drop(rotation);

    all_open(&both, &ids).await;
    let old_alone = refused(&database, Keyring::new(OLD)).await;
    assert!(old_alone.contains(&id(NEW)) && !old_alone.contains(&id(OLD)), "{old_alone}");
    assert!(old_alone.contains("client secrets of 19 connections (c000, c001, ") && old_alone.contains(" and 9 more)"));
    assert!(old_alone.ends_with("the audit log's key)"), "{old_alone}");
    let new_alone = refused(&database, Keyring::new(NEW)).await;
    assert!(new_alone.contains(&id(OLD)) && !new_alone.contains(&id(NEW)), "{new_alone}");
    let neither = refused(&database, Keyring::new([9; 32])).await;
    assert!(neither.contains(&id(OLD)) && neither.contains(&id(NEW)), "{neither}");

    let again = database.open_with(Keyring::of([OLD, NEW])).await.unwrap();
    assert_eq!(rotate(&again, NEW).await, ids.len() + 1 - BATCH);
    assert!(Rotation::begin(&again, Actor::Command, &id(NEW)).await.unwrap().is_none(), "nothing to do");
    all_open(&database.open_with(Keyring::new(NEW)).await.unwrap(), &ids).await;
    let entries = "select count(*) from audit_entry where action = 'key.rewrapped'";
    assert_eq!(database.count(entries).await, 3, "one for each transaction, and none for the one that was cut off");
    let told =
        database.count("select sum((after->>'secrets')::int) from audit_entry where action = 'key.rewrapped'").await;
    assert_eq!(told, i64::try_from(ids.len()).unwrap() + 1);
    let changed = database.rows("(select before, after from audit_entry where action = 'key.changed')").await;
    assert!(changed.len() == 1 && changed[0].contains(&id(OLD)) && changed[0].contains(&id(NEW)), "{changed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_share_the_work_and_two_ways_do_not_go_round_in_circles() {
    let database = Database::create().await;
    let both = database.open_with(Keyring::of([NEW, OLD, [9; 32]])).await.unwrap();
    let ids = add_many(&both).await;
    let rotations = [(); 4].map(|()| {
        let both = both.clone();
        tokio::spawn(async move {
            match Rotation::begin(&both, Actor::Command, &id(NEW)).await.unwrap() {
                Some(rotation) => finish(rotation).await,
                None => 0,
            }
        })
    });
    let rewrapped: usize = join_all(rotations).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(rewrapped, ids.len() + 1, "each once");
    all_open(&database.open_with(Keyring::new(NEW)).await.unwrap(), &ids).await;

    let mut back = Rotation::begin(&both, Actor::Command, &id(OLD)).await.unwrap().unwrap();
    back.step().await.unwrap();
    assert_eq!(rotate(&both, [9; 32]).await, ids.len() + 1, "from two keys at once");
    let stopped = back.step().await.unwrap_err().to_string();
    assert!(stopped.contains(&id([9; 32])), "{stopped}");
    let nine = database.open_with(Keyring::new([9; 32])).await.unwrap();
    all_open(&nine, &ids).await;
    let listed = keyring::list(&nine).await.unwrap();
    assert_eq!((listed.len(), listed[0].count, listed[0].retired_at), (3, ids.len() + 1, None), "{listed:?}");
    assert!(listed[1..].iter().all(|key| key.count == 0 && !key.given && key.retired_at.is_some()), "{listed:?}");
}

/// A server that has the old key only could not read what is wrapped by the new one.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_the_new_key_holds_a_rotation_back() {
    let app = TestApp::start().await;
    let connection = add(&app.directory, "Zoom", "secret of Zoom").await;
    let both = app.database.open_with(Keyring::of([NEW, OLD])).await.unwrap();
    let held_back = Rotation::begin(&both, Actor::Command, &id(NEW)).await.err().unwrap().to_string();
    let process = format!("process {} on ", std::process::id());
    assert!(held_back.starts_with("Nothing was changed") && held_back.contains(&process), "{held_back}");
    assert_eq!((wrapped_by(&app.database, NEW).await, keyring::current(&both).await.unwrap()), (0, id(OLD)));
    assert_eq!(app.database.count("select count(*) from key").await, 1);

    // One that was killed says nothing any more, and is forgotten after a while.
    app.database.change("update server set alive_at = alive_at - interval '1 minute'").await;
    let TestApp { server, directory: _, zoom: _zoom, database, mail: _ } = app;
    server.stop().await;
    assert_eq!(database.count("select count(*) from server").await, 0, "one that ends says so");
    // But one that was only cut off comes back, and has missed it.
    let missed = database.open_with(Keyring::new(OLD)).await.unwrap();
    assert_eq!(rotate(&both, NEW).await, 2);
    let read = secret_of(&missed, connection).await;
    assert!(matches!(&read, Err(Error::Key(KeyError::NotGiven { id: key })) if *key == id(NEW)), "{read:?}");
    let mut tx = missed.begin(Actor::Command).await.unwrap();
    let written = directory::connections::create(&mut tx, integration("Other", "secret of Other")).await;
    assert!(matches!(written, Err(Error::Key(KeyError::NotGiven { .. }))), "{written:?}");
    drop(tx);
    let announced = directory::servers::Presence::announce(&missed, "late".to_owned()).await;
    assert!(matches!(announced.err(), Some(Error::Key(KeyError::NotGiven { .. }))));
}

/// So replicas can be given the new key one by one, in any order, and lose the old one in the same way.
#[tokio::test]
async fn the_database_says_which_key_encrypts_and_not_the_order() {
    let database = Database::create().await;
    let [old, old_new, new_old] =
        [vec![OLD], vec![OLD, NEW], vec![NEW, OLD]].map(|keys| database.open_with(Keyring::of(keys)));
    let (old, old_new, new_old) = (old.await.unwrap(), old_new.await.unwrap(), new_old.await.unwrap());
    let text = SecretString::from("a token");
    let before = [&old, &old_new, &new_old];
    for (n, writer) in before.iter().enumerate() {
        let id = add(writer, &format!("before{n}"), &format!("secret of before{n}")).await;
        let sealed = writer.seal("place", &text).await.unwrap();
        for reader in before {
            all_open(reader, &[id]).await;
            assert_eq!(reader.unseal("place", &sealed).unwrap().expose_secret(), "a token");
        }
    }
    let sealed_before = old.seal("place", &text).await.unwrap();
    rotate(&old_new, NEW).await;
    let new = database.open_with(Keyring::new(NEW)).await.unwrap();
    let after = [&old_new, &new_old, &new];
    for (n, writer) in after.iter().enumerate() {
        let id = add(writer, &format!("after{n}"), &format!("secret of after{n}")).await;
        let sealed = writer.seal("place", &text).await.unwrap();
        for reader in after {
            all_open(reader, &[id]).await;
            assert_eq!(reader.unseal("place", &sealed).unwrap().expose_secret(), "a token");
        }
    }
    assert_eq!(new_old.unseal("place", &sealed_before).unwrap().expose_secret(), "a token", "a sign-in under way");
    assert!(new.unseal("place", &sealed_before).is_err());
}

/// A secret that is being stored when the rotation begins goes over as well.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_at_that_moment_is_not_left_behind() {
    let database = Database::create().await;
    let both = database.open_with(Keyring::of([NEW, OLD])).await.unwrap();
    let mut tx = both.begin(Actor::Command).await.unwrap();
    let id = directory::connections::create(&mut tx, integration("late", "secret of late")).await.unwrap();
    let rotating = tokio::spawn({
        let both = both.clone();
        async move { rotate(&both, NEW).await }
    });
    let waits = "select count(*) from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())";
    while database.count(waits).await == 0 && !rotating.is_finished() {
        tokio::task::yield_now().await;
    }
    tx.commit().await.unwrap();
    assert_eq!(rotating.await.unwrap(), 2);
    all_open(&database.open_with(Keyring::new(NEW)).await.unwrap(), &[id]).await;
}

#[tokio::test]
async fn what_was_altered_is_named_and_holds_nothing_up() {
    let database = Database::create().await;
    let both = database.open_with(Keyring::of([NEW, OLD])).await.unwrap();
    let ids = add_many(&both).await;
    let alter = "update secret set wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)
        where id = (select client_secret_id from connection where name = 'c003')";
    database.change(alter).await;
    let mut rotation = Rotation::begin(&both, Actor::Command, &id(NEW)).await.unwrap().unwrap();
    while rotation.step().await.unwrap().left > 0 {}
    assert_eq!(rotation.broken().await.unwrap().as_deref(), Some("the client secret of 1 connection (c003)"));
    assert_eq!(wrapped_by(&database, OLD).await, 1);
    let rest: Vec<ConnectionId> = ids.iter().enumerate().filter(|(n, _)| *n != 3).map(|(_, id)| *id).collect();
    all_open(&both, &rest).await;
}

/// A column that refers to secrets and is not known to the words about keys would be told of as `nameless`.
#[tokio::test]
async fn every_column_that_refers_to_secrets_is_known() {
    let database = Database::create().await;
    let columns = "(select conrelid::regclass::text || '.' || attname as c from pg_constraint
        join pg_attribute on attrelid = conrelid and attnum = conkey[1]
        where contype = 'f' and confrelid = 'secret'::regclass order by 1)";
    let known = ["(audit_chain.key_id)", "(connection.client_secret_id)", "(provider.client_secret_id)"];
    assert_eq!(database.rows(columns).await, known);
}

/// An older version knew one key and not what a secret belongs to.
#[tokio::test]
async fn a_database_with_one_key_goes_on_with_it() {
    let database = Database::create().await;
    let directory = database.open(Clock::system()).await;
    let connection = add(&directory, "Zoom", "secret of Zoom").await;
    let undo = [
        "drop table server",
        "alter table secret drop column belongs_to",
        "drop index secret_key",
        "drop index key_current",
        "alter table key drop column retired_at",
        "delete from _sqlx_migrations where version = 10",
    ];
    for statement in undo {
        database.change(statement).await;
    }
    let directory = database.open_with(Keyring::new(OLD)).await.unwrap();
    all_open(&directory, &[connection]).await;
    let known = "select count(*) from secret where belongs_to in ('connection.client_secret', 'audit_chain.key')";
    assert_eq!(database.count(known).await, 2);
    let both = database.open_with(Keyring::of([NEW, OLD])).await.unwrap();
    assert_eq!(rotate(&both, NEW).await, 2);
}
