//! The running server: starts it so that it cannot outlive us, listens to what it says, ends it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use super::PostgresError;
use super::account::Account;

/// After a fast shutdown that does not end, an immediate one: nothing is lost, the next start reads the log back.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// How much of what Postgres said is kept for the error of a start that failed.
const LINES_KEPT: usize = 12;

/// What the keeper knows of its child.
#[derive(Default)]
struct State {
    /// Nothing once it was waited for: from then on the number may be another process's.
    pid: Option<u32>,
    ended: Option<String>,
    said: Vec<String>,
}

/// A running `postgres` and the thread that keeps it.
///
/// The thread starts the child and waits for it, because the signal that ends an orphan is tied by Linux to the
/// *thread* that made the child: a thread of the async runtime may go away long before the process does.
pub(super) struct Process {
    state: Arc<Mutex<State>>,
    ended: watch::Receiver<bool>,
    keeper: Option<JoinHandle<()>>,
}

impl Process {
    pub(super) fn start(mut command: Command, program: &Path) -> Result<Self, PostgresError> {
        command.stderr(Stdio::piped());
        let state = Arc::new(Mutex::new(State::default()));
        let (tell_ended, ended) = watch::channel(false);
        let (tell_started, started) = std::sync::mpsc::channel();
        let shared = Arc::clone(&state);
        let keeper = std::thread::Builder::new().name("postgres".to_owned()).spawn(move || {
            match command.spawn() {
                Ok(child) => {
                    lock(&shared).pid = Some(child.id());
                    // The other end waits for exactly this message.
                    tell_started.send(Ok(())).ok();
                    keep(child, &shared);
                }
                Err(error) => {
                    tell_started.send(Err(error)).ok();
                }
            }
            tell_ended.send(true).ok();
        });
        let keeper = keeper.map_err(PostgresError::io("start a thread for", program))?;
        let started = started.recv().unwrap_or_else(|_| Err(std::io::ErrorKind::BrokenPipe.into()));
        started.map_err(PostgresError::io("run", program))?;
        Ok(Self { state, ended, keeper: Some(keeper) })
    }

    pub(super) fn pid(&self) -> Option<u32> {
        lock(&self.state).pid
    }

    /// How it ended, when it has.
    pub(super) fn ended(&self) -> Option<String> {
        lock(&self.state).ended.clone()
    }

    /// The last lines it wrote.
    pub(super) fn said(&self) -> String {
        lock(&self.state).said.join(" / ")
    }

    pub(super) async fn stop(mut self) {
        self.signal(libc::SIGINT);
        let mut ended = self.ended.clone();
        if tokio::time::timeout(STOP_LIMIT, ended.wait_for(|ended| *ended)).await.is_err() {
            tracing::warn!("Postgres did not stop in {} seconds, stopping it at once", STOP_LIMIT.as_secs());
            self.signal(libc::SIGQUIT);
            ended.wait_for(|ended| *ended).await.ok();
        }
        self.join();
    }

    fn signal(&self, signal: libc::c_int) {
        // Held while signalling, so that the number cannot go to another process in between.
        let state = lock(&self.state);
        if let Some(pid) = state.pid.and_then(|pid| libc::pid_t::try_from(pid).ok()) {
            #[expect(unsafe_code, reason = "kill(2) has no safe wrapper in std; it takes two integers by value")]
            // SAFETY: no memory is handed over, and the process is our child, not yet waited for.
            unsafe {
                libc::kill(pid, signal);
            }
        }
    }

    fn join(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.join().ok();
        }
    }
}

impl Drop for Process {
    /// The last way out (a failed start, a panic): the data must not be left to a process nobody waits for.
    fn drop(&mut self) {
        self.signal(libc::SIGINT);
        self.join();
    }
}

/// Reads what the child says until it has closed its end, then waits for it.
fn keep(mut child: Child, state: &Mutex<State>) {
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            tracing::debug!(target: "rollcall::postgres", "{line}");
            let said = &mut lock(state).said;
            if said.len() == LINES_KEPT {
                said.remove(0);
            }
            said.push(line);
        }
    }
    let mut state = lock(state);
    let ended = child.wait();
    state.pid = None;
    state.ended = Some(ended.map_or_else(|error| error.to_string(), |status| status.to_string()));
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command that runs as `account`, knows nothing of our environment, ignores the terminal's Ctrl+C (we end it when
/// our own work is done) and gets SIGINT, a fast shutdown, when the thread that starts it is gone.
pub(super) fn command(program: &Path, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C.UTF-8");
    command.stdin(Stdio::null()).stdout(Stdio::null()).current_dir("/").process_group(0);
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    end_with_parent(&mut command);
    command
}

#[cfg(target_os = "linux")]
fn end_with_parent(command: &mut Command) {
    let parent = std::process::id();
    #[expect(unsafe_code, reason = "only code between fork and exec can ask for the parent's death signal")]
    // SAFETY: both calls are async-signal-safe and touch no memory. It runs after uid and gid were changed, which
    // would have cleared the wish (prctl(2)).
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT) != 0 {
                return Err(std::io::Error::last_os_error());
            }
            // The parent may have died just before: then nobody would ever send it.
            if u32::try_from(libc::getppid()) != Ok(parent) {
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
            Ok(())
        });
    }
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent(_: &mut Command) {}

pub(super) fn effective_uid() -> u32 {
    #[expect(unsafe_code, reason = "geteuid(2) has no safe wrapper in std; it cannot fail")]
    // SAFETY: takes nothing, returns an integer.
    unsafe {
        libc::geteuid()
    }
}
