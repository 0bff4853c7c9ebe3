//! What a response has to say to be meant for this portal, this request and this moment (SAML 2.0 Profiles, section
//! 4.1.4.3).

use chrono::{DateTime, Duration, Utc};

use super::gate::Envelope;
use super::name::{BEARER, TRANSIENT_FORMAT};
use super::refusal::Refusal;
use super::statement::{Statement, Window, read_instant};
use super::xml::shown;

/// How far the clocks of a provider and of this server may be apart.
pub const CLOCK_SKEW: Duration = Duration::seconds(180);

/// How long a response may be on its way: the browser posts it at once.
pub(super) const DELIVERY: Duration = Duration::minutes(5);

/// Longer than any address of a person.
const NAME_ID_LENGTH: usize = 320;

pub(super) struct Expected<'a> {
    pub entity_id: &'a str,
    pub acs_url: &'a str,
    pub provider: &'a str,
    pub request_id: &'a str,
    pub now: DateTime<Utc>,
}

impl Expected<'_> {
    /// The response around the assertion. It may be unsigned: this finds mistakes, and mix-ups.
    pub fn check_response(&self, response: &Envelope) -> Result<(), Refusal> {
        if response.destination.as_deref() != Some(self.acs_url) {
            let found = shown(response.destination.as_deref().unwrap_or_default());
            return Err(Refusal::Destination { found, expected: self.acs_url.to_owned() });
        }
        self.check_request(response.in_response_to.as_deref(), "response")?;
        if let Some(issuer) = &response.issuer {
            self.check_issuer(issuer, "response")?;
        }
        let missing = Refusal::Missing { parent: "The response", child: "IssueInstant" };
        let issued = response.issue_instant.as_deref().ok_or(missing)?;
        self.check_issued(read_instant(issued, "IssueInstant")?, "The response")
    }

    /// The assertion.
    pub fn check_statement(&self, statement: &Statement) -> Result<(), Refusal> {
        self.check_issuer(&statement.issuer, "assertion")?;
        self.check_confirmation(statement)?;
        self.check_audiences(&statement.audiences)?;
        self.check_issued(statement.issue_instant, "The assertion")?;
        self.check_window(&statement.validity, "Conditions")?;
        for session in &statement.sessions {
            if let Some(at) = session.authn_instant.filter(|&at| at > self.now + CLOCK_SKEW) {
                return Err(Refusal::IssuedInFuture { element: "AuthnStatement", at });
            }
            if let Some(at) = session.not_on_or_after {
                self.check_end(at, "AuthnStatement")?;
            }
        }
        check_name_id(statement)
    }

    fn check_issuer(&self, found: &str, element: &'static str) -> Result<(), Refusal> {
        if found == self.provider {
            return Ok(());
        }
        Err(Refusal::Issuer { element, found: shown(found), expected: self.provider.to_owned() })
    }

    fn check_request(&self, found: Option<&str>, element: &'static str) -> Result<(), Refusal> {
        match found {
            None => Err(Refusal::Unasked { element }),
            Some(id) if id == self.request_id => Ok(()),
            Some(id) => Err(Refusal::InResponseTo { element, found: shown(id) }),
        }
    }

    fn check_confirmation(&self, statement: &Statement) -> Result<(), Refusal> {
        let confirmation = &statement.confirmation;
        if confirmation.method != BEARER {
            return Err(Refusal::Confirmation { method: shown(&confirmation.method) });
        }
        if confirmation.recipient.as_deref() != Some(self.acs_url) {
            let found = shown(confirmation.recipient.as_deref().unwrap_or_default());
            return Err(Refusal::Recipient { found, expected: self.acs_url.to_owned() });
        }
        self.check_request(confirmation.in_response_to.as_deref(), "assertion")?;
        self.check_window(&confirmation.validity, "SubjectConfirmationData")
    }

    fn check_audiences(&self, restrictions: &[Vec<String>]) -> Result<(), Refusal> {
        let expected = self.entity_id.to_owned();
        if restrictions.is_empty() {
            return Err(Refusal::NoAudience { expected });
        }
        match restrictions.iter().find(|audiences| !audiences.iter().any(|audience| audience == self.entity_id)) {
            None => Ok(()),
            Some(others) => Err(Refusal::Audience { found: shown(&others.join(", ")), expected }),
        }
    }

    fn check_issued(&self, at: DateTime<Utc>, element: &'static str) -> Result<(), Refusal> {
        if at > self.now + CLOCK_SKEW {
            return Err(Refusal::IssuedInFuture { element, at });
        }
        if at + DELIVERY + CLOCK_SKEW <= self.now {
            return Err(Refusal::IssuedTooLongAgo { element, at });
        }
        Ok(())
    }

    /// Without an end it would prove who this is for ever.
    fn check_window(&self, window: &Window, element: &'static str) -> Result<(), Refusal> {
        if let Some(at) = window.not_before.filter(|&at| at > self.now + CLOCK_SKEW) {
            return Err(Refusal::NotYetValid { element, at });
        }
        let end = window.not_on_or_after.ok_or(Refusal::Missing { parent: element, child: "NotOnOrAfter" })?;
        self.check_end(end, element)
    }

    fn check_end(&self, at: DateTime<Utc>, element: &'static str) -> Result<(), Refusal> {
        if at + CLOCK_SKEW <= self.now { Err(Refusal::Expired { element, at }) } else { Ok(()) }
    }
}

/// It is what an administrator is known by: stable, and safe to show and to compare.
fn check_name_id(statement: &Statement) -> Result<(), Refusal> {
    let name = &statement.name_id;
    let long = name.chars().count() > NAME_ID_LENGTH;
    if name.is_empty() || long || name.trim() != name || !name.chars().all(is_printable) {
        return Err(Refusal::NameId);
    }
    if statement.name_id_format.as_deref() == Some(TRANSIENT_FORMAT) {
        return Err(Refusal::TransientNameId);
    }
    Ok(())
}

/// Neither control characters nor those that hide, or turn the direction of, what stands beside them.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(character,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}
