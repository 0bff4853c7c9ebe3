//! A mail server over SMTP (RFC 5321) that does what a test says, and keeps what it took.

use rollcall::config::Mail;
use rollcall::mail::Smtp;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(30);

/// What the server does with mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Accept,
    /// Answers so to the recipient: "451 4.7.1 Later".
    Refuse(&'static str),
    /// Answers so to the sign-in.
    RefuseSignIn(&'static str),
    /// Says nothing from this command on: "EHLO", "DATA", ".", "QUIT".
    HangAt(&'static str),
    /// Takes the mail and goes without saying so.
    DropAfterData,
}

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// Head and text, with CRLF.
    pub data: String,
}

impl Received {
    /// The value of a header that stands once.
    pub fn header(&self, name: &str) -> &str {
        let head = self.data.split("\r\n\r\n").next().unwrap();
        let mut found = head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let value = found.next().unwrap_or_else(|| panic!("no {name} in {head}"));
        assert!(found.next().is_none(), "{name} stands twice in {head}");
        value
    }
}

/// A running server; it ends when it is dropped.
pub struct MailServer {
    pub address: SocketAddr,
    manner: watch::Sender<Manner>,
    taken: watch::Receiver<Vec<Received>>,
    tried: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl MailServer {
    pub async fn start() -> Self {
        Self::at(([127, 0, 0, 1], 0).into()).await
    }

    /// At an address, as after a restart.
    pub async fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (manner, behaving) = watch::channel(Manner::Accept);
        let (take, taken) = watch::channel(Vec::new());
        let (count, tried) = watch::channel(0);
        let task = tokio::spawn(async move {
            let mut conversations = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let talk = Talk { behaving: behaving.clone(), take: take.clone(), count: count.clone() };
                // A client that goes away is the test's own doing.
                conversations.spawn(async move { talk.hold(stream).await.unwrap_or_default() });
            }
        });
        Self { address, manner, taken, tried, task }
    }

    /// Goes down: when this returns nobody listens any more.
    pub async fn stop(mut self) {
        self.task.abort();
        let ended = (&mut self.task).await;
        assert!(ended.is_err_and(|error| error.is_cancelled()), "the mail server ended by itself");
    }

    /// How a Rollcall is told to use it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn settings(&self) -> Mail {
        Mail { smtp: Smtp::parse(&self.url()).unwrap(), from: "Rollcall <rollcall@example.com>".parse().unwrap() }
    }

    /// From the next command on.
    pub fn behave(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }

    /// What was taken so far.
    pub fn taken(&self) -> Vec<Received> {
        self.taken.borrow().clone()
    }

    /// Waits until that many mails were taken.
    pub async fn wait_taken(&self, count: usize) -> Vec<Received> {
        let mut taken = self.taken.clone();
        let waited = timeout(PATIENCE, taken.wait_for(|taken| taken.len() >= count)).await;
        waited.unwrap_or_else(|_| panic!("only these of {count} mails came: {:#?}", self.taken())).unwrap().clone()
    }

    /// Waits until somebody has begun that many mails, taken or not.
    pub async fn wait_tried(&self, count: usize) {
        let mut tried = self.tried.clone();
        let waited = timeout(PATIENCE, tried.wait_for(|tried| *tried >= count)).await;
        waited.unwrap_or_else(|_| panic!("only {} of {count} mails were tried", *self.tried.borrow())).unwrap();
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A conversation with one client.
struct Talk {
    behaving: watch::Receiver<Manner>,
    take: watch::Sender<Vec<Received>>,
    count: watch::Sender<usize>,
}

impl Talk {
    async fn hold(self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 sink.example.com ESMTP\r\n").await?;
        let mut mail = Received { from: String::new(), to: Vec::new(), data: String::new() };
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let command = line.split([' ', '\r', ':']).next().unwrap_or_default().to_uppercase();
            self.hang_at(&command).await;
            let manner = *self.behaving.borrow();
            let answer = match (command.as_str(), manner) {
                ("EHLO", _) => "250-sink.example.com\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                ("AUTH", Manner::RefuseSignIn(answer)) => answer,
                ("AUTH", _) => "235 2.7.0 Welcome",
                ("MAIL", _) => {
                    self.count.send_modify(|count| *count += 1);
                    mail.from = path_of(&line);
                    "250 2.1.0 OK"
                }
                ("RCPT", Manner::Refuse(answer)) => answer,
                ("RCPT", _) => {
                    mail.to.push(path_of(&line));
                    "250 2.1.5 OK"
                }
                ("DATA", _) => {
                    stream.write_all(b"354 Go on\r\n").await?;
                    mail.data = text(&mut stream).await?;
                    self.hang_at(".").await;
                    self.take.send_modify(|taken| taken.push(mail.clone()));
                    mail.to.clear();
                    if manner == Manner::DropAfterData {
                        return Ok(());
                    }
                    "250 2.0.0 Taken"
                }
                ("NOOP" | "RSET", _) => "250 2.0.0 OK",
                ("QUIT", _) => {
                    stream.write_all(b"221 2.0.0 Bye\r\n").await?;
                    return Ok(());
                }
                _ => "502 5.5.1 What?",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    async fn hang_at(&self, command: &str) {
        let hangs = matches!(*self.behaving.borrow(), Manner::HangAt(here) if here == command);
        if hangs {
            std::future::pending::<()>().await;
        }
    }
}

/// The address between angle brackets.
fn path_of(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

/// What comes until the line with a dot alone; a dot that was doubled is single again (RFC 5321, section 4.5.2).
async fn text(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
