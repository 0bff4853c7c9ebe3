//! The commands, run as people and scripts run them: the built program, its environment, its exit status.

mod apply;
mod arrive;
mod audit;
mod crash;
mod demo;
mod doctor;
mod import;
mod key;
mod mail;
mod status;
mod token;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::Duration;
use tests::TestApp;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// `key()` of the tests' databases, as `ROLLCALL_KEY` has it.
const KEY: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// What a command said and how it ended.
#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

/// The program, built from the sources as they are now: `cargo test` builds no program of another package.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let build = ["build", "--quiet", "--package", "rollcall", "--package", "tests", "--bins"];
        let built =
            std::process::Command::new(env!("CARGO")).args(build).current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(built.unwrap().success(), "the program could not be built");
        let test = std::env::current_exe().unwrap();
        test.parent().and_then(Path::parent).unwrap().join("rollcall")
    })
}

/// The program with nothing in its environment but what is given.
fn command(words: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program());
    command.env_clear().args(words).envs(environment.iter().copied()).kill_on_drop(true);
    for name in ["PATH", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

async fn run(words: &[&str], environment: &[(&str, &str)]) -> Ran {
    let output = command(words, environment).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Starts a server and waits until it says that it serves.
async fn serving(mut command: Command) -> Child {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let started = timeout(Duration::from_secs(60), async {
        let mut said = String::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains(" serving ") {
                // Read on: a full pipe would hold the server up.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return;
            }
            said.push_str(&line);
        }
        panic!("the server ended; it said: {said}")
    });
    started.await.unwrap();
    child
}

/// Runs on the database of a test.
async fn run_on(app: &TestApp, words: &[&str]) -> Ran {
    let url = app.database.url();
    run(words, &[("DATABASE_URL", &url), ("ROLLCALL_KEY", KEY), ("ROLLCALL_ALLOW_PRIVATE_URLS", "1")]).await
}

/// A folder that everybody may enter, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("rc-command-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[tokio::test]
async fn every_command_has_help_with_an_example() {
    let commands = [
        "apply",
        "audit",
        "audit export",
        "audit verify",
        "demo",
        "doctor",
        "key",
        "serve",
        "setup-link",
        "status",
        "token",
        "token create",
        "token list",
        "token revoke",
    ];
    for name in commands {
        let words: Vec<&str> = name.split(' ').chain(["--help"]).collect();
        let ran = run(&words, &[]).await;
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert!(ran.out.contains("Example:\n  ") && ran.out.contains(&format!("rollcall {name}")), "{}", ran.out);
    }
    let wrong = run(&["aply"], &[]).await;
    assert_eq!(wrong.status, Some(2), "{wrong:?}");
}
