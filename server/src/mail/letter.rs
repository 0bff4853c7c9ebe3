//! What the mails say. Names come from elsewhere and are hostile: each stays on its line ([`line`]), in the text as in a
//! header, where the builder encodes it and would panic at a line break.

use chrono::{DateTime, Utc};
use directory::mail::Letter;
use lettre::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, MessageBuilder};
use model::{Administrator, MailId};
use std::error::Error;

/// Why a letter could not be written: its address is none, mostly.
type Unwritable = Box<dyn Error + Send + Sync>;

/// Writes a letter. `portal` is where people reach the pages, without a slash at the end.
pub(super) fn write(
    id: MailId,
    letter: &Letter,
    from: &Mailbox,
    portal: &str,
    now: DateTime<Utc>,
) -> Result<Message, Unwritable> {
    let head = Message::builder()
        .from(from.clone())
        // One that has to be sent twice is told to be the same by its id (RFC 5322, section 3.6.4).
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .date(now.into())
        .header(AutoSubmitted)
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    match letter {
        Letter::Invitation { admin, by } => invitation(head, admin, by.as_deref(), portal),
    }
}

fn invitation(
    head: MessageBuilder,
    admin: &Administrator,
    by: Option<&str>,
    portal: &str,
) -> Result<Message, Unwritable> {
    let to = Mailbox::new(admin.name.as_deref().map(line), admin.email.trim().parse()?);
    let host = portal.split("://").last().unwrap_or(portal);
    let (email, role) = (line(&admin.email), admin.role.label());
    let invited = match by {
        Some(by) => format!("{} has invited you", line(by)),
        None => "You are invited".to_owned(),
    };
    let text = format!(
        "{invited} to Rollcall, the portal that keeps your company's\nZoom users, as {role}.\n\n\
         Sign in here with your company account, the one of\n{email}:\n\n  {portal}/login\n\n\
         Your first sign-in makes the place yours; there is nothing else to do.\n\n\
         You did not expect this? Then leave it. This mail alone lets nobody in.\n"
    );
    Ok(head.to(to).subject(format!("Invitation to Rollcall ({host})")).body(text)?)
}

/// A name without what could end its line.
fn line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Keeps answering machines from answering (RFC 3834, section 5).
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AdminId, Role};
    use uuid::Uuid;

    fn written(email: &str, name: Option<&str>, by: Option<&str>) -> Result<String, Unwritable> {
        let admin = Administrator {
            id: AdminId(Uuid::nil()),
            email: email.to_owned(),
            name: name.map(str::to_owned),
            role: Role::Auditor,
            role_from: None,
            invited: true,
            last_sign_in_at: None,
        };
        let letter = Letter::Invitation { admin, by: by.map(str::to_owned) };
        let from = "Rollcall <rollcall@example.com>".parse()?;
        let message = write(MailId(Uuid::nil()), &letter, &from, "https://rc.example.com", DateTime::UNIX_EPOCH)?;
        Ok(String::from_utf8(message.formatted())?)
    }

    #[test]
    fn an_invitation_says_who_invited_as_what_and_where_to_go() {
        let mail = written("ada@example.com", None, Some("boss@example.com")).unwrap();
        for part in [
            "From: Rollcall <rollcall@example.com>\r\n",
            "To: ada@example.com\r\n",
            "Subject: Invitation to Rollcall (rc.example.com)\r\n",
            "Message-ID: <00000000-0000-0000-0000-000000000000@example.com>\r\n",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "\r\n\r\nboss@example.com has invited you",
            "as Auditor.",
            "https://rc.example.com/login",
        ] {
            assert!(mail.contains(part), "{part} is not in {mail}");
        }
        assert!(written("ada@example.com", None, None).unwrap().contains("You are invited to Rollcall"));
    }

    #[test]
    fn every_character_can_stand_in_a_name() {
        for c in (0..0x250).chain(0x2000..0x2070).chain([0xfeff, 0x1f600]).filter_map(char::from_u32) {
            let mail = written("ada@example.com", Some(&format!("A{c}da {c}{c}")), Some(&c.to_string())).unwrap();
            let to: Vec<&str> = mail.lines().filter(|line| line.starts_with("To: ")).collect();
            assert!(to.len() == 1 && mail.contains("ada@example.com"), "{c:?}: {mail}");
        }
    }

    #[test]
    fn a_hostile_name_makes_no_header_and_no_line() {
        let evil = "x\r\nBcc: evil@example.org\r\nSubject: Won\r\n\r\nClick here";
        let mail = written("ada@example.com", Some(evil), Some(evil)).unwrap();
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        let lines = head.lines().filter(|line| !line.starts_with(' '));
        let mut names: Vec<&str> = lines.map(|line| line.split(':').next().unwrap()).collect();
        names.sort_unstable();
        let text = ["Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID"];
        assert_eq!(names, [["Auto-Submitted"].as_slice(), &text, &["Subject", "To"]].concat());
        assert!(!body.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("Click")), "{body}");
        for bad in
            ["ada@example.com\r\nBcc: evil@example.org", "ada@example.com, evil@example.org", "ada", "<ada@b.c>\0"]
        {
            assert!(written(bad, None, None).is_err(), "{bad}");
        }
    }
}
