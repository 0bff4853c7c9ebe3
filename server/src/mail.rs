//! Sends the mail that waits in the directory.
//!
//! [`run`] takes one mail up at a time, has it written ([`letter`]), hands it to the mail server ([`smtp`]) and has the
//! directory note what came of it. Nothing is decided here that a crash could lose: which mails there are, whose turn it
//! is and when it is tried again stands in the database.

mod letter;
mod smtp;

pub use smtp::{Smtp, Trouble};

use crate::config::Mail;
use directory::Directory;
use directory::mail::{CLAIM, Claimed};
use lettre::message::Mailbox;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// How long a mail of another process, or one whose time has come, may go unseen.
const LOOK: Duration = Duration::from_secs(1);
/// How long a database that is away is left alone.
const AWAY: Duration = Duration::from_secs(3);
/// How long a mail under way may take once the process is to end.
const GRACE: Duration = Duration::from_secs(15);

/// What a mail is written and sent with.
#[derive(Debug, Clone)]
pub struct Mailer {
    smtp: Smtp,
    from: Mailbox,
    /// Where people reach the pages, without a slash at the end.
    portal: String,
}

impl Mailer {
    pub fn new(mail: Mail, portal: &str) -> Self {
        // The name by which we greet a mail server is best one that people know.
        let smtp = mail.smtp.greeting_as(portal);
        Self { smtp, from: mail.from, portal: portal.to_owned() }
    }

    async fn send(&self, mail: &Claimed, directory: &Directory) -> Result<(), Trouble> {
        let message = letter::write(mail.id, &mail.letter, &self.from, &self.portal, directory.now())
            .map_err(|error| Trouble::Lasting(format!("The mail could not be written: {error}.")))?;
        self.smtp.send(&message).await
    }
}

/// Sends until the process is to end. Errors, also a database that is away, are told of, and it goes on afterwards.
pub async fn run(directory: Directory, mailer: Mailer, mut stopping: watch::Receiver<bool>) {
    loop {
        let over = late(stopping.clone());
        let pause = tokio::select! {
            drained = drain(&directory, &mailer, &stopping) => match drained {
                Ok(()) => LOOK,
                Err(error) => {
                    tracing::warn!(%error, "mail could not be taken up or noted; it is tried again");
                    AWAY
                }
            },
            () = over => return,
        };
        tokio::select! {
            () = directory::mail::queued(&directory) => {}
            () = sleep(pause) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// Returns when whatever is still under way is given up.
async fn late(mut stopping: watch::Receiver<bool>) {
    drop(stopping.wait_for(|stop| *stop).await);
    sleep(GRACE).await;
}

/// Sends what is due, one mail after the other.
async fn drain(directory: &Directory, mailer: &Mailer, stopping: &watch::Receiver<bool>) -> directory::Result<()> {
    while !*stopping.borrow() {
        let since = Instant::now();
        let Some(mail) = directory::mail::claim(directory).await? else { return Ok(()) };
        if mail.is_too_old(directory.now()) {
            fail(directory, &mail, "It waited for more than a day.").await?;
            continue;
        }
        match mailer.send(&mail, directory).await {
            Ok(()) => note_sent(directory, &mail, since).await?,
            Err(Trouble::Lasting(why)) => fail(directory, &mail, &why).await?,
            Err(Trouble::Passing(why)) => match directory::mail::not_now(directory, &mail, &why).await? {
                Some(at) => tracing::warn!(mail = %mail.id, why, again = %at, "mail not sent"),
                None => tracing::warn!(mail = %mail.id, why, "mail given up"),
            },
        }
    }
    Ok(())
}

/// What a mail server took is sent again unless it is noted, so that is tried for as long as the mail is ours.
async fn note_sent(directory: &Directory, mail: &Claimed, since: Instant) -> directory::Result<()> {
    while let Err(error) = directory::mail::sent(directory, mail).await {
        if since.elapsed() + AWAY > CLAIM.to_std().unwrap_or_default() {
            return Err(error);
        }
        tracing::warn!(%error, mail = %mail.id, "that a mail was sent could not be noted; it is tried again");
        sleep(AWAY).await;
    }
    tracing::info!(mail = %mail.id, "mail sent");
    Ok(())
}

async fn fail(directory: &Directory, mail: &Claimed, why: &str) -> directory::Result<()> {
    tracing::warn!(mail = %mail.id, why, "mail given up");
    directory::mail::failed(directory, mail, why).await
}
