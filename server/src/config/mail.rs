//! The mail server that Rollcall sends by, and in whose name.

use super::reader::Reader;
use crate::mail::Smtp;
use lettre::message::Mailbox;
use secrecy::ExposeSecret;

const URL: &str = "ROLLCALL_SMTP_URL";
const URL_EXAMPLE: &str = "ROLLCALL_SMTP_URL=smtps://rollcall:password@mail.example.com";
const FROM: &str = "ROLLCALL_MAIL_FROM";
const FROM_EXAMPLE: &str = "ROLLCALL_MAIL_FROM=Rollcall <rollcall@example.com>";

/// How mail is sent; there when both of its settings are, which go together.
#[derive(Debug, Clone)]
pub struct Mail {
    /// `ROLLCALL_SMTP_URL`: `smtps://user:password@host`, `smtp://user:password@host?tls=required` for STARTTLS, or
    /// `smtp://host` in the clear. It carries a password, so it may come by `ROLLCALL_SMTP_URL_FILE`.
    pub smtp: Smtp,
    /// `ROLLCALL_MAIL_FROM`: the sender, with or without a name.
    pub from: Mailbox,
}

impl Mail {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let url = reader.secret(URL, URL_EXAMPLE);
        let from = reader.text(FROM);
        let asked = url.is_some() || reader.text("ROLLCALL_SMTP_URL_FILE").is_some();
        match (asked, from.is_some()) {
            (true, false) => reader.refuse(FROM, format!("it is required when {URL} is set"), FROM_EXAMPLE),
            (false, true) => reader.refuse(URL, format!("it is required when {FROM} is set"), URL_EXAMPLE),
            (true, true) | (false, false) => {}
        }
        let smtp = url.and_then(|url| match Smtp::parse(url.expose_secret()) {
            Ok(smtp) => Some(smtp),
            Err(wrong) => {
                // Not repeated: it may hold a password.
                reader.refuse(URL, format!("the value {wrong}"), URL_EXAMPLE);
                None
            }
        });
        let from = from.and_then(|text| match text.parse() {
            Ok(from) if !text.contains(char::is_control) => Some(from),
            _ => {
                reader.refuse(FROM, format!("`{text}` is not an e-mail address"), FROM_EXAMPLE);
                None
            }
        });
        Some(Self { smtp: smtp?, from: from? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{problem, read};
    use super::*;

    const SENDER: (&str, &str) = (FROM, "Rollcall <rollcall@example.com>");

    #[test]
    fn both_settings_go_together() {
        assert!(read(&[]).unwrap().mail.is_none());
        let mail = read(&[(URL, "smtps://u:hunter2@mail.example.com"), SENDER]).unwrap().mail.unwrap();
        assert_eq!(mail.from.to_string(), "Rollcall <rollcall@example.com>");
        assert!(!format!("{mail:?}").contains("hunter2"), "{mail:?}");
        assert!(problem(&[SENDER]).starts_with("ROLLCALL_SMTP_URL: it is required when ROLLCALL_MAIL_FROM is set"));
        let said = problem(&[(URL, "smtp://localhost")]);
        assert!(said.starts_with("ROLLCALL_MAIL_FROM: it is required when ROLLCALL_SMTP_URL is set"), "{said}");
        assert!(problem(&[("ROLLCALL_SMTP_URL_FILE", "/nowhere"), SENDER]).contains("cannot be read"));
    }

    #[test]
    fn wrong_values_are_told_without_the_password() {
        for (url, why) in [
            ("mail.example.com:25", "does not begin with smtps:// or smtp://"),
            ("https://u:hunter2@mail.example.com", "does not begin with smtps:// or smtp://"),
            ("smtp://", "has no host"),
            ("smtp://u:hunter2@mail.example.com?tls=maybe", "`tls` is neither required nor opportunistic"),
            ("smtp://u:hunter2@mail.example.com", "would send the password in the clear"),
            ("smtp://u:hunter2@mail.example.com?tls=opportunistic", "would send the password in the clear"),
            ("smtps://u@mail.example.com", "has a user and no password"),
        ] {
            let said = problem(&[(URL, url), SENDER]);
            assert!(said.contains(why) && said.starts_with(URL) && !said.contains("hunter2"), "{said}");
        }
        assert!(
            problem(&[(URL, "smtp://localhost"), (FROM, "A\nB <a@example.com>")]).contains("is not an e-mail address")
        );
        let said = problem(&[(URL, "smtp://localhost"), (FROM, "Rollcall")]);
        assert!(said.contains("`Rollcall` is not an e-mail address"), "{said}");
        assert!(said.ends_with(FROM_EXAMPLE), "{said}");
    }
}
