//! One mail, one connection to the mail server (RFC 5321).
//!
//! lettre's own transport is not used: it waits without end for answers, and for the one to QUIT also after a mail was
//! taken, so a server that hangs would have the mail sent twice. Its pool gives a connection back in the middle of a
//! conversation when a sending is broken off, and the next mail reads the answers to the one before.

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Category;
use percent_encoding::percent_decode_str;
use std::time::Duration;
use tokio::time::timeout;
use url::{Host, Url};

/// How long a server may take for each address of its name to be connected to.
const CONNECT: Duration = Duration::from_secs(10);
/// How long all of a mail may take. Servers look at a mail before they take it, and one that is broken off then may come
/// twice. Well below [`directory::mail::CLAIM`].
const SEND: Duration = Duration::from_secs(120);
/// How long we stay to be polite.
const QUIT: Duration = Duration::from_secs(2);
/// How much of a server's words is kept.
const WORDS: usize = 300;

/// A mail server, and how to speak to it.
#[derive(Debug, Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    greeting: ClientId,
    within: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tls {
    /// From the first byte on.
    Implicit,
    /// By STARTTLS, or not at all.
    Required,
    /// By STARTTLS where the server offers it.
    Opportunistic,
    None,
}

/// Why a mail was not sent, in sentences for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It may go another time.
    Passing(String),
    /// This mail will not be taken.
    Lasting(String),
}

impl Smtp {
    /// Reads an address, in the forms of lettre's: `smtps://`, or `smtp://` with `tls=required`, `tls=opportunistic` or
    /// neither. What is wrong comes as the rest of a sentence that begins with the value.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "does not begin with smtps:// or smtp://, or is not a URL")?;
        let asked = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let (tls, port) = match (url.scheme(), asked.as_deref()) {
            ("smtps", _) => (Tls::Implicit, 465),
            ("smtp", None) => (Tls::None, 25),
            ("smtp", Some("required")) => (Tls::Required, 587),
            ("smtp", Some("opportunistic")) => (Tls::Opportunistic, 587),
            ("smtp", Some(_)) => return Err("is wrong: its `tls` is neither required nor opportunistic"),
            _ => return Err("does not begin with smtps:// or smtp://"),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("has no host")?;
        // The brackets of an IPv6 address belong to the URL.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let credentials = credentials(&url)?;
        if credentials.is_some() && matches!(tls, Tls::None | Tls::Opportunistic) && !is_this_machine(&host) {
            return Err("would send the password in the clear; begin with smtps://, or end with ?tls=required");
        }
        let port = url.port().unwrap_or(port);
        Ok(Self { host, port, tls, credentials, greeting: ClientId::default(), within: SEND })
    }

    /// Greets by the name of the host in an address, when it has one.
    #[must_use]
    pub fn greeting_as(self, address: &str) -> Self {
        let host = Url::parse(address).ok().and_then(|url| url.host().map(|host| host.to_owned()));
        match host {
            Some(Host::Domain(name)) => Self { greeting: ClientId::Domain(name), ..self },
            _ => self,
        }
    }

    /// With less patience.
    #[must_use]
    pub fn within(self, within: Duration) -> Self {
        Self { within, ..self }
    }

    /// Host and port, for messages.
    pub fn place(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Connects, greets, makes the connection safe and signs in, and leaves: no mail is sent.
    pub async fn check(&self) -> Result<(), String> {
        match timeout(self.within, self.connect()).await {
            Ok(Ok(connection)) => {
                leave(connection).await;
                Ok(())
            }
            Ok(Err(error)) => Err(self.told(&error)),
            Err(_) => Err(self.silent()),
        }
    }

    /// Sends one mail. Done means that the server has taken it.
    pub(super) async fn send(&self, message: &Message) -> Result<(), Trouble> {
        let sending = async {
            let mut connection = self.connect().await.map_err(|error| Trouble::Passing(self.told(&error)))?;
            match connection.send(message.envelope(), &message.formatted()).await {
                Ok(_) => Ok(connection),
                Err(error) if is_lasting(&error) => Err(Trouble::Lasting(self.told(&error))),
                Err(error) => Err(Trouble::Passing(self.told(&error))),
            }
        };
        match timeout(self.within, sending).await {
            Ok(sent) => {
                leave(sent?).await;
                Ok(())
            }
            Err(_) => Err(Trouble::Passing(self.silent())),
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let tls = || TlsParameters::new(self.host.clone());
        let implicit = (self.tls == Tls::Implicit).then(tls).transpose()?;
        let address = (self.host.as_str(), self.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &self.greeting, implicit, None);
        let mut connection = connecting.await?;
        if self.tls == Tls::Required || (self.tls == Tls::Opportunistic && connection.can_starttls()) {
            connection.starttls(tls()?, &self.greeting).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await?;
        }
        Ok(connection)
    }

    /// What went wrong, with what the server said: hostile words, on one line and not too many.
    fn told(&self, error: &Error) -> String {
        let said = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        let words: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS).collect();
        let words = words.trim().trim_end_matches('.');
        match error.status() {
            Some(code) => format!("The mail server {} answered {code}: {words}.", self.place()),
            None => format!("The mail server {} could not be used: {words}.", self.place()),
        }
    }

    fn silent(&self) -> String {
        format!("The mail server {} did not answer within {} s.", self.place(), self.within.as_secs())
    }
}

/// Whether another try is in vain: the server refused the mail itself for good (5xx), or it cannot carry the address. What
/// is about our signing in (53x, RFC 4954, section 6) is not the mail's fault.
fn is_lasting(error: &Error) -> bool {
    let sign_in = error.status().is_some_and(|code| code.category == Category::Unspecified3);
    (error.is_permanent() && !sign_in) || error.is_client()
}

/// What the server answers does not matter any more.
async fn leave(mut connection: AsyncSmtpConnection) {
    drop(timeout(QUIT, connection.quit()).await);
}

fn credentials(url: &Url) -> Result<Option<Credentials>, &'static str> {
    let plain = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
        decoded.map_err(|_| "has a user or password that is not UTF-8")
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        (_, None) => Err("has a user and no password"),
        (user, Some(password)) => Ok(Some(Credentials::new(plain(user)?, plain(password)?))),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_an_address_are_understood() {
        let read = |text: &str| Smtp::parse(text).map(|smtp| (smtp.place(), smtp.tls, smtp.credentials.is_some()));
        let at = |place: &str, tls, signs_in| Ok((place.to_owned(), tls, signs_in));
        assert_eq!(read("smtps://u:p%40ss@mail.example.com"), at("mail.example.com:465", Tls::Implicit, true));
        assert_eq!(read("smtp://u:p@mail.example.com?tls=required"), at("mail.example.com:587", Tls::Required, true));
        assert_eq!(
            read("smtp://relay.internal?tls=opportunistic"),
            at("relay.internal:587", Tls::Opportunistic, false)
        );
        assert_eq!(read("smtp://relay.internal:2525"), at("relay.internal:2525", Tls::None, false));
        assert_eq!(read("smtp://u:p@localhost"), at("localhost:25", Tls::None, true));
        assert_eq!(read("smtp://u:p@[::1]:26"), at("[::1]:26", Tls::None, true));
    }

    #[test]
    fn we_greet_by_a_name_people_know() {
        let named = |portal| Smtp::parse("smtp://relay").unwrap().greeting_as(portal).greeting.to_string();
        assert_eq!(named("https://rollcall.example.com"), "rollcall.example.com");
        assert_eq!(named("https://192.0.2.7"), "[127.0.0.1]");
    }
}
