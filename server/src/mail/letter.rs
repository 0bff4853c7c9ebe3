//! What the mails say. Names come from elsewhere and are hostile: each stays on its line ([`line`]), in the text as in a
//! header, where the builder encodes it and would panic at a line break.

use chrono::{DateTime, Utc};
use directory::mail::Letter;
use lettre::Message;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue, MIME_VERSION_1_0};
use lettre::message::{Mailbox, MessageBuilder};
use model::source::ScimToken;
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
        Letter::TokenExpiry { admin, token } => token_expiry(head, admin, token, portal, now),
        Letter::Activation { name, address, by, .. } => activation(head, name, address, by.as_deref()),
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

fn token_expiry(
    head: MessageBuilder,
    admin: &Administrator,
    token: &ScimToken,
    portal: &str,
    now: DateTime<Utc>,
) -> Result<Message, Unwritable> {
    let to = Mailbox::new(admin.name.as_deref().map(line), admin.email.trim().parse()?);
    let (name, source, prefix) = (line(&token.name), line(&token.source_name), line(&token.prefix));
    let end = token.expires_at.ok_or("the token does not end")?;
    let (exact, left) = (end.format("%-d %B %Y, %H:%M UTC"), left(end - now));
    let used = match token.last_used_at {
        Some(at) => format!("It was last used on {}.", at.format("%-d %B %Y, %H:%M UTC")),
        None => "It was never used.".to_owned(),
    };
    let advice = match &token.replaced_by {
        Some(successor) => format!(
            "{} takes its place, but the identity provider still uses this one. Paste\nthe new token there before this one ends.",
            line(successor)
        ),
        None => "Rotate it: that generates a successor with the same restrictions, and both\n\
                 work until you have pasted the new one into the identity provider."
            .to_owned(),
    };
    let text = format!(
        "The SCIM token {name} ({prefix}...) of the source {source}\nends {left}, on {exact}. {used}\n\n\
         From then on the identity provider is refused, and nobody who joins, changes\nor leaves reaches Zoom. \
         Nobody is removed by it.\n\n{advice}\n\n  {portal}/sources/{}\n",
        token.source_id
    );
    Ok(head.to(to).subject(format!("The token {name} of {source} ends {left}")).body(text)?)
}

fn activation(head: MessageBuilder, name: &str, address: &str, by: Option<&str>) -> Result<Message, Unwritable> {
    let (name, account) = (line(name), line(address));
    let to = Mailbox::new(Some(name.clone()), address.trim().parse()?);
    let asked = match by {
        Some(by) => format!("Questions? Ask {}, who set this up.", line(by)),
        None => "Questions? Ask your IT department.".to_owned(),
    };
    let text = format!(
        "Hello {name},\n\n\
         your Zoom account {account}\nis managed by your company's directory from now on: name, department and\n\
         license follow what stands there.\n\n\
         There is nothing to do. Sign in to Zoom as before:\n\n  https://zoom.us/signin\n\n{asked}\n"
    );
    Ok(head.to(to).subject("Your Zoom account is active").body(text)?)
}

/// How long it is until then.
fn left(span: chrono::Duration) -> String {
    match (span.num_hours() + 12) / 24 {
        ..=1 if span.num_hours() < 2 => "within 2 hours".to_owned(),
        ..=1 if span.num_hours() < 20 => format!("in {} hours", span.num_hours()),
        ..=1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    }
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
    fn a_warning_says_which_token_ends_when_and_what_to_do() {
        let id = Uuid::nil();
        let token = |replaced_by: Option<&str>| ScimToken {
            id: id.into(),
            source_id: id.into(),
            source_name: "Okta\r\nBcc: evil@example.org".into(),
            name: "Production".into(),
            prefix: "rc_scim_0123".into(),
            created_at: DateTime::UNIX_EPOCH,
            created_by: "ada@example.com".into(),
            expires_at: Some(DateTime::UNIX_EPOCH + chrono::Duration::days(3)),
            revoked_at: None,
            last_used_at: None,
            last_used_from: None,
            last_client: None,
            last_refusal: None,
            read_only: false,
            ranges: Vec::new(),
            replaced_by: replaced_by.map(str::to_owned),
        };
        let admin = Administrator {
            id: AdminId(id),
            email: "ada@example.com".into(),
            name: None,
            role: Role::Owner,
            role_from: None,
            invited: false,
            last_sign_in_at: None,
        };
        let from: Mailbox = "rollcall@example.com".parse().unwrap();
        let written = |token: ScimToken| {
            let letter = Letter::TokenExpiry { admin: admin.clone(), token: Box::new(token) };
            let mail = write(MailId(id), &letter, &from, "https://rc.example.com", DateTime::UNIX_EPOCH).unwrap();
            String::from_utf8(mail.formatted()).unwrap()
        };
        let mail = written(token(None));
        for part in ["Production", "in 3 days", "4 January 1970", "It was never used.", "/sources/0000", "Rotate it"] {
            assert!(mail.contains(part), "{part} is not in {mail}");
        }
        assert!(!mail.lines().any(|line| line.starts_with("Bcc:")), "{mail}");
        assert!(written(token(Some("Production 2"))).contains("Production 2 takes its place"));
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

    #[test]
    fn an_activation_tells_the_person_by_the_address_that_zoom_knows() {
        let letter = Letter::Activation {
            person: model::PersonId(Uuid::nil()),
            name: "Ada\r\nBcc: x@example.com".to_owned(),
            address: "ada@example.com".to_owned(),
            by: Some("boss@example.com".to_owned()),
        };
        let from = "Rollcall <rollcall@example.com>".parse().unwrap();
        let message =
            write(MailId(Uuid::nil()), &letter, &from, "https://rc.example.com", DateTime::UNIX_EPOCH).unwrap();
        let mail = String::from_utf8(message.formatted()).unwrap();
        assert!(mail.contains("your Zoom account ada@example.com"), "{mail}");
        assert!(mail.contains("Ask boss@example.com"), "{mail}");
        assert!(!mail.contains("\r\nBcc:"), "{mail}");
    }
}
