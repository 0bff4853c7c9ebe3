//! What somebody with the database's password can do to the rows, and that the check names each.

use super::{Chain, start};
use chrono::TimeDelta;
use model::audit::Fault;
use model::audit::Fault::{Cut, Deleted, Edited, Inserted, Restored, Signature, Swapped};

const NO_UNIQUE: &str = "alter table audit_entry drop constraint audit_entry_sequence";
const FORGE: &str =
    "insert into audit_entry (id, at, actor_kind, actor_name, action, target_kind, target_name, sequence, hash, mac)
    select gen_random_uuid(), at, 'system', 'Rollcall', 'admin.created', 'admin', 'mallory@example.com', ";

/// An attack: what it is called, its statements, what is found, and at which entry of twelve.
type Attack<'a> = (&'a str, Vec<String>, Fault, i64);

fn edits() -> Vec<Attack<'static>> {
    let columns = [
        ("id", "gen_random_uuid()"),
        ("at", "at + interval '1 microsecond'"),
        ("actor_kind", "'system'"),
        ("actor_id", "gen_random_uuid()"),
        ("actor_name", "actor_name || ' '"),
        ("action", "'test.undone'"),
        ("target_kind", "'tost'"),
        ("target_id", "null"),
        ("target_name", "'another'"),
        ("before", "null"),
        ("after", "(after::text || ' ')::json"),
        ("mac", "null"),
        ("hash", "decode(repeat('ab', 32), 'hex')"),
    ];
    let edit = |(column, value): (&'static str, &str)| {
        (column, vec![format!("update audit_entry set {column} = {value} where sequence = 5")], Edited, 5)
    };
    columns.into_iter().map(edit).collect()
}

fn others() -> Vec<Attack<'static>> {
    let one = |statement: &str| vec![statement.to_owned()];
    let forged = |sequence: &str, of: i64| {
        format!("{FORGE} {sequence}, decode(repeat('cd', 32), 'hex'), mac from audit_entry where sequence = {of}")
    };
    let swapped = "update audit_entry set sequence = case sequence when 4 then 9 else 4 end where sequence in (4, 9)";
    let exchanged = "update audit_entry a set (id, at, target_id, target_name, before, after, mac)
        = (select b.id, b.at, b.target_id, b.target_name, b.before, b.after, b.mac from audit_entry b where b.sequence = 13 - a.sequence)
        where a.sequence in (4, 9)";
    vec![
        ("delete one", one("delete from audit_entry where sequence = 5"), Deleted, 5),
        ("delete three", one("delete from audit_entry where sequence between 5 and 7"), Deleted, 5),
        (
            "delete one and close the gap",
            vec![
                NO_UNIQUE.into(),
                "delete from audit_entry where sequence = 5".into(),
                "update audit_entry set sequence = sequence - 1 where sequence > 5".into(),
            ],
            Deleted,
            5,
        ),
        ("delete the first", one("delete from audit_entry where sequence = 1"), Deleted, 1),
        ("swap two by number", vec![NO_UNIQUE.into(), swapped.into()], Swapped, 4),
        (
            "swap two by what they say",
            vec!["alter table audit_entry drop constraint audit_entry_pkey".into(), exchanged.into()],
            Swapped,
            4,
        ),
        ("move one to the end", one("update audit_entry set sequence = 99 where sequence = 5"), Swapped, 5),
        ("insert at the end", one(&forged("13", 5)), Inserted, 13),
        (
            "insert between and number the rest anew",
            vec![
                NO_UNIQUE.into(),
                "update audit_entry set sequence = sequence + 1 where sequence > 5".into(),
                forged("6", 5),
            ],
            Inserted,
            6,
        ),
        ("insert twice", vec![NO_UNIQUE.into(), forged("5", 5)], Inserted, 5),
        ("cut the tail", one("delete from audit_entry where sequence > 8"), Cut, 9),
        ("cut everything", one("delete from audit_entry"), Cut, 1),
        ("alter a checkpoint", one("update audit_checkpoint set hash = decode(repeat('ef', 32), 'hex')"), Signature, 1),
        ("move a checkpoint", one("update audit_checkpoint set sequence = 50 where sequence = 1"), Signature, 50),
        (
            "say that the beginning was pruned",
            vec![
                "delete from audit_entry where sequence <= 5".into(),
                "insert into audit_checkpoint (reason, sequence, hash, at, signature)
                 select 'prune', sequence, hash, at, signature from audit_checkpoint where sequence = 1"
                    .into(),
            ],
            Signature,
            1,
        ),
        ("alter the head", one("update audit_chain set hash = decode(repeat('ef', 32), 'hex')"), Signature, 12),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_attack_on_the_rows_is_named() {
    for (name, statements, fault, sequence) in edits().into_iter().chain(others()) {
        let chain = Chain::of(12).await;
        assert_eq!(chain.found().await, None, "before: {name}");
        chain.sealer.abort();
        chain.attack(&statements.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let report = chain.verify().await;
        let finding = report.finding.unwrap_or_else(|| panic!("not found: {name}"));
        assert_eq!((finding.fault, finding.sequence), (fault, sequence), "{name}: {finding}");
        assert!(finding.text.contains('#') || fault == Signature, "{name}: {finding}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_row_is_named_also_after_it_was_sealed_anew() {
    let chain = Chain::of(12).await;
    chain.attack(&["update audit_entry set sequence = null, hash = null where sequence = 5"]).await;
    tests::wait_sealed(&chain.directory).await;
    let finding = chain.verify().await.finding.unwrap();
    assert_eq!((finding.fault, finding.sequence), (Restored, 5), "{finding}");
    assert!(finding.text.contains("sealed again as Entry #13"), "{finding}");
}

/// A row that is simply inserted is sealed like any other, and is no entry of ours.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_written_by_rollcall_is_named() {
    let chain = Chain::of(3).await;
    chain.attack(&[&format!("{FORGE} null, null, mac from audit_entry where sequence = 2")]).await;
    tests::wait_sealed(&chain.directory).await;
    chain.write(1).await;
    let report = chain.verify().await;
    assert_eq!((report.verified, report.waiting), (3, 0));
    let finding = report.finding.unwrap();
    assert_eq!((finding.fault, finding.sequence), (Inserted, 4), "{finding}");
    assert!(finding.text.contains("mallory@example.com"), "{finding}");
}

/// The tail and what the database says of it go together; the file outside of it does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_tail_cut_with_its_head_shows_by_the_file_of_checkpoints() {
    let chain = Chain::of(5).await;
    chain
        .attack(&[
            "create table old_chain as table audit_chain",
            "create table old_checkpoint as table audit_checkpoint",
        ])
        .await;
    chain.write(4).await;
    chain.clock.advance(TimeDelta::minutes(10));
    chain.wait_lines(2).await;
    let put_back = [
        "delete from audit_entry where sequence > 5",
        "update audit_chain set (sequence, hash, signature) = (select sequence, hash, signature from old_chain)",
        "delete from audit_checkpoint",
        "insert into audit_checkpoint table old_checkpoint",
    ];
    chain.attack(&put_back).await;
    assert_eq!(chain.found().await.map(|found| found.0), Some(Cut));
    // A sealer that saw it does not go on; one that is started now knows no better than the database.
    chain.sealer.abort();
    let next = super::seal(&chain.directory);
    // Written on, the chain is longer than the checkpoint, and another one.
    chain.write(10).await;
    assert_eq!(chain.found().await.map(|found| found.0), Some(Restored));
    // Nobody but the file knew.
    next.abort();
    std::fs::remove_file(&chain.file).unwrap();
    assert_eq!(chain.found().await, None);
}

#[tokio::test]
async fn the_database_refuses_by_itself_what_nobody_should_do_by_mistake() {
    let chain = Chain::of(2).await;
    for statement in [
        "update audit_entry set actor_name = 'x' where sequence = 1",
        "update audit_entry set sequence = null, hash = null where sequence = 1",
        "delete from audit_entry where sequence = 1",
        "truncate audit_entry",
    ] {
        let mut db = chain.database.look().await;
        let refused = { sqlx::QueryBuilder::<sqlx::Postgres>::new(statement) }.build().execute(&mut db).await;
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("are not changed and not removed"), "{statement}: {error}");
    }
    assert_eq!(chain.found().await, None);
    assert_eq!(chain.clock.now(), start());
}

/// A row that says that the chain is far ahead would keep all checkpoints away, and with them the proof of what is cut off.
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_checkpoint_keeps_no_others_away() {
    let chain = Chain::of(3).await;
    chain.wait_lines(1).await;
    let forged = "insert into audit_checkpoint (reason, sequence, hash, at, signature)
        select 'seal', 9000000000000000000, hash, at, signature from audit_checkpoint limit 1";
    chain.attack(&[forged]).await;
    chain.clock.advance(TimeDelta::minutes(10));
    chain.write(1).await;
    chain.wait_lines(2).await;
    // Nor after a start.
    chain.sealer.abort();
    let next = super::seal(&chain.directory);
    chain.clock.advance(TimeDelta::minutes(10));
    chain.write(1).await;
    chain.wait_lines(3).await;
    next.abort();
    assert_eq!(chain.found().await, Some((Signature, 9_000_000_000_000_000_000)));
}

/// The sealer knows how far it was: a chain that is put back under it is not written on.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_put_back_under_the_sealer_is_not_written_on() {
    let chain = Chain::of(3).await;
    chain.attack(&["create table old_chain as table audit_chain"]).await;
    chain.write(4).await;
    let put_back = [
        "delete from audit_entry where sequence > 3",
        "update audit_chain set (sequence, hash, signature) = (select sequence, hash, signature from old_chain)",
    ];
    chain.attack(&put_back).await;
    for number in 0..3 {
        super::write_one(&chain.directory, &format!("after {number}")).await;
    }
    // Far longer than sealing takes, and than trying again.
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(chain.database.count("select count(*) from audit_entry where sequence is null").await, 3);
}

/// Times that no clock of ours shows. What may alter the table may lift its rules as well.
#[tokio::test(flavor = "multi_thread")]
async fn an_impossible_time_is_named_and_stops_nothing() {
    let rules = "do $$ declare name text; begin
        for name in select conname from pg_constraint where conname like '%_at_possible' loop
            execute format('alter table %s drop constraint %I', split_part(name, '_at_possible', 1), name);
        end loop; end $$";
    for time in ["infinity", "-infinity", "290000-01-01", "4000-01-01 BC"] {
        let chain = Chain::of(3).await;
        let edited = format!("update audit_entry set at = '{time}' where sequence = 2");
        let unsealed = format!(
            "insert into audit_entry (id, at, actor_kind, actor_name, action, target_kind, target_name)
             values (gen_random_uuid(), '{time}', 'system', 'Rollcall', 'admin.created', 'admin', 'mallory')"
        );
        chain.attack(&[rules, &unsealed]).await;
        tests::wait_sealed(&chain.directory).await;
        assert_eq!(chain.write(1).await, 5, "{time}: it goes on");
        assert_eq!(chain.found().await, Some((Inserted, 4)), "{time}");
        chain.attack(&[&edited]).await;
        assert_eq!(chain.found().await, Some((Edited, 2)), "{time}");
        let mut tx = chain.directory.begin(directory::Actor::Command).await.unwrap();
        let filter = model::audit::AuditFilter::default();
        let shown = directory::audit::list(&mut tx, &filter, &model::Cursor::First, 50).await.unwrap();
        assert_eq!(shown.rows.len(), 5, "{time}");
        for row in shown.rows {
            assert!(directory::audit::get(&mut tx, row.id).await.unwrap().is_some(), "{time}");
        }
    }
}

#[tokio::test]
async fn the_database_takes_no_impossible_time() {
    let chain = Chain::of(1).await;
    for table in ["audit_entry", "audit_checkpoint"] {
        chain.attack(&[]).await;
        let mut db = chain.database.look().await;
        let statement = format!("update {table} set at = 'infinity'");
        let refused = { sqlx::QueryBuilder::<sqlx::Postgres>::new(statement) }.build().execute(&mut db).await;
        assert!(refused.unwrap_err().to_string().contains("_at_possible"), "{table}");
    }
}
