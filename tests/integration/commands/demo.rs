//! `rollcall demo`, with its own Postgres: so Postgres must be installed.

use super::{Scratch, command, run};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// A demo at work, and what it prints.
struct Demo {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    fn start(data: &Path, words: &[&str]) -> Self {
        let environment = [("ROLLCALL_DATA_DIR", data.to_str().unwrap()), ("ROLLCALL_LISTEN", "127.0.0.1:0")];
        let words = [&["demo", "--people", "12"], words].concat();
        let mut child = command(&words, &environment).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Reads on until a line holds that.
    async fn wait(&mut self, part: &str) -> String {
        let found = timeout(Duration::from_secs(60), async {
            let mut said = String::new();
            while let Some(line) = self.lines.next_line().await.unwrap() {
                if line.contains(part) {
                    return line;
                }
                said.push_str(&line);
                said.push('\n');
            }
            panic!("the demo ended without {part:?}; it said: {said}")
        });
        found.await.unwrap_or_else(|_| panic!("the demo never said {part:?}"))
    }

    /// Ctrl-C.
    async fn stop(mut self) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().await.unwrap().success());
        self.wait("Stopped.").await;
        assert!(self.child.wait().await.unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_shows_the_whole_road_and_goes_on_where_it_was() {
    let folder = Scratch::new();
    let data = folder.0.join("data");
    let mut demo = Demo::start(&data, &[]);
    let link = demo.wait("/auth/setup?token=").await;
    let link = link.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();
    let signed_in = tests::http().get(&link).send().await.unwrap();
    assert!(signed_in.status().is_redirection(), "{signed_in:?}");
    demo.wait("The source pushes 12 people").await;
    demo.wait("All were taken").await;
    // A joiner, mover or leaver, with the time of day in front.
    demo.wait(":").await;

    let environment = [("ROLLCALL_DATA_DIR", data.to_str().unwrap()), ("ROLLCALL_LISTEN", "127.0.0.1:0")];
    let in_use = run(&["demo", "--fresh"], &environment).await;
    assert_eq!(in_use.status, Some(1), "{in_use:?}");
    assert!(in_use.err.contains("Stop it first"), "{}", in_use.err);
    demo.stop().await;

    let mut again = Demo::start(&data, &[]);
    again.wait("The source goes on with").await;
    let beside = data.join("demo");
    let status = run(&["status", "--json"], &[("ROLLCALL_DATA_DIR", beside.to_str().unwrap())]).await;
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!(status["connections"].as_array().unwrap().len(), 1, "{status}");
    assert_eq!(status["connections"][0]["state"], "running", "{status}");
    again.stop().await;

    let mut fresh = Demo::start(&data, &["--fresh"]);
    fresh.wait("The source pushes 12 people").await;
    fresh.stop().await;
}

#[tokio::test]
async fn a_wrong_key_is_bad_configuration() {
    let folder = Scratch::new();
    let data = folder.0.join("data");
    let (data, listen) = (data.to_str().unwrap(), ("ROLLCALL_LISTEN", "127.0.0.1:0"));
    let given = run(&["demo"], &[("ROLLCALL_DATA_DIR", data), listen, ("ROLLCALL_KEY", "c2hvcnQ=")]).await;
    assert!(given.status == Some(2) && given.err.contains("ROLLCALL_KEY: the value is not 32 bytes"), "{given:?}");

    Demo::start(Path::new(data), &[]).wait("/auth/setup?token=").await;
    std::fs::write(Path::new(data).join("demo/key"), "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=").unwrap();
    let kept = run(&["demo"], &[("ROLLCALL_DATA_DIR", data), listen]).await;
    assert!(kept.status == Some(2) && kept.err.contains("rollcall demo --fresh"), "{kept:?}");
}

#[tokio::test]
async fn a_busy_port_is_said_before_anything_is_made() {
    let folder = Scratch::new();
    let data = folder.0.join("data");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let ran = run(&["demo"], &[("ROLLCALL_DATA_DIR", data.to_str().unwrap()), ("ROLLCALL_LISTEN", &listen)]).await;
    assert_eq!((ran.status, data.exists()), (Some(1), false), "{ran:?}");
    assert!(ran.err.contains("ROLLCALL_LISTEN="), "{}", ran.err);
}
