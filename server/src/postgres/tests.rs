//! These start real servers, so Postgres must be installed.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

/// A data folder that the user `postgres` can enter, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("rc-{name}-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o711)).unwrap();
        Self(path)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn starts_keeps_its_data_and_stops() {
    let scratch = Scratch::new("starts");
    let first = PrivatePostgres::start(&scratch.data()).await.unwrap();
    let socket = scratch.data().join("run/.s.PGSQL.5432");
    assert!(std::os::unix::net::UnixStream::connect(&socket).is_ok());
    let run = std::fs::metadata(scratch.data().join("run")).unwrap();
    assert_eq!(run.permissions().mode() & 0o777, 0o700);
    let pid = first.running.as_ref().unwrap().pid().unwrap();
    first.stop().await;
    assert!(!alive(pid));
    assert!(!socket.exists());

    let made = std::fs::metadata(scratch.data().join("postgres/PG_VERSION")).unwrap().modified().unwrap();
    let second = PrivatePostgres::start(&scratch.data()).await.unwrap();
    let kept = std::fs::metadata(scratch.data().join("postgres/PG_VERSION")).unwrap().modified().unwrap();
    assert_eq!(made, kept);
    let pid = second.running.as_ref().unwrap().pid().unwrap();
    drop(second);
    assert!(!alive(pid));
}

#[tokio::test]
async fn a_second_start_is_refused_and_a_command_attaches() {
    let scratch = Scratch::new("second");
    let first = PrivatePostgres::start(&scratch.data()).await.unwrap();
    let Err(refused) = PrivatePostgres::start(&scratch.data()).await else { panic!("two servers on one folder") };
    let own = std::process::id();
    assert!(matches!(&refused, PostgresError::InUse { pid: Some(pid), .. } if *pid == own), "{refused}");

    let attached = PrivatePostgres::attach_or_start(&scratch.data()).await.unwrap();
    assert_eq!(attached.url(), first.url());
    attached.stop().await;
    assert!(alive(first.running.as_ref().unwrap().pid().unwrap()));
    first.stop().await;
}

#[tokio::test]
async fn what_a_crash_left_behind_does_not_hinder_the_next_start() {
    let scratch = Scratch::new("crash");
    PrivatePostgres::start(&scratch.data()).await.unwrap().stop().await;
    // Our own process: alive, but no Postgres. Postgres by itself would refuse to start over this.
    let parent = std::os::unix::process::parent_id();
    std::fs::write(scratch.data().join("postgres/postmaster.pid"), format!("{parent}\n")).unwrap();
    std::fs::create_dir(scratch.data().join("postgres.new")).unwrap();
    PrivatePostgres::start(&scratch.data()).await.unwrap().stop().await;
}

#[tokio::test]
async fn data_of_another_version_is_refused_and_left_alone() {
    let scratch = Scratch::new("version");
    PrivatePostgres::start(&scratch.data()).await.unwrap().stop().await;
    let version = scratch.data().join("postgres/PG_VERSION");
    std::fs::write(&version, "9\n").unwrap();
    let Err(refused) = PrivatePostgres::start(&scratch.data()).await else { panic!("started on other data") };
    assert!(matches!(refused, PostgresError::OtherVersion { data: 9, .. }), "{refused}");
    assert_eq!(std::fs::read_to_string(version).unwrap(), "9\n");
}

#[tokio::test]
async fn a_folder_in_the_way_is_named() {
    let scratch = Scratch::new("way");
    std::fs::set_permissions(&scratch.0, std::fs::Permissions::from_mode(0o700)).unwrap();
    let started = PrivatePostgres::start(&scratch.data()).await;
    if process::effective_uid() == 0 {
        let Err(PostgresError::NotSearchable { folder, .. }) = started else { panic!("entered a closed folder") };
        assert_eq!(folder, scratch.0.canonicalize().unwrap());
        assert!(!scratch.data().exists());
    } else {
        started.unwrap().stop().await;
    }
}

#[tokio::test]
async fn a_long_path_still_gets_a_socket() {
    let scratch = Scratch::new("long");
    let postgres = PrivatePostgres::start(&scratch.0.join("d".repeat(100))).await.unwrap();
    let asked = Command::new("psql").args([&postgres.url(), "-Atc", "show listen_addresses; show fsync"]).output();
    if let Ok(answer) = asked {
        assert_eq!(String::from_utf8_lossy(&answer.stdout), "\non\n");
    }
    postgres.stop().await;
    let folder = Folder::prepare(&scratch.0.join("d".repeat(100)), Account::to_run_as().unwrap().as_ref()).unwrap();
    std::fs::remove_dir(folder.sockets()).unwrap();
}
