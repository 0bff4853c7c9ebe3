//! What an assertion states. It is read twice, from the gate's tree and from what samael verified; both must come to the
//! same, or two parsers disagree about what was signed.

use chrono::{DateTime, Utc};
use samael::schema::{Assertion, SubjectConfirmationData};

use super::name::ASSERTION;
use super::refusal::Refusal;
use super::xml::{self, Element, shown};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub assertion_id: String,
    pub issuer: String,
    pub issue_instant: DateTime<Utc>,
    pub name_id: String,
    pub name_id_format: Option<String>,
    pub confirmation: Confirmation,
    /// Of the conditions.
    pub validity: Window,
    /// One list for each restriction; the portal must be in every one (SAML 2.0 Core, section 2.5.1.4).
    pub audiences: Vec<Vec<String>>,
    pub sessions: Vec<Session>,
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Confirmation {
    pub method: String,
    pub recipient: Option<String>,
    pub in_response_to: Option<String>,
    pub validity: Window,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    pub not_before: Option<DateTime<Utc>>,
    pub not_on_or_after: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub authn_instant: Option<DateTime<Utc>>,
    pub not_on_or_after: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    pub name: String,
    pub values: Vec<String>,
}

impl Statement {
    /// From an assertion whose shape was checked.
    pub fn read(assertion: &Element) -> Result<Self, Refusal> {
        let missing = |child| Refusal::Missing { parent: "The assertion", child };
        let part = |name| assertion.children(ASSERTION, name).next().ok_or(missing(name));
        let subject = part("Subject")?;
        let conditions = part("Conditions")?;
        let name_id = subject.children(ASSERTION, "NameID").next().ok_or(missing("NameID"))?;
        let confirmation = subject.children(ASSERTION, "SubjectConfirmation").next();
        Ok(Self {
            assertion_id: assertion.attribute("ID").ok_or(missing("ID"))?.to_owned(),
            issuer: trimmed(&part("Issuer")?.text),
            issue_instant: instant(assertion, "IssueInstant")?.ok_or(missing("IssueInstant"))?,
            name_id: trimmed(&name_id.text),
            name_id_format: name_id.attribute("Format").map(str::to_owned),
            confirmation: Confirmation::read(confirmation.ok_or(missing("SubjectConfirmation"))?)?,
            validity: Window::read(conditions)?,
            audiences: conditions.children(ASSERTION, "AudienceRestriction").map(texts).collect(),
            sessions: assertion.children(ASSERTION, "AuthnStatement").map(Session::read).collect::<Result<_, _>>()?,
            attributes: assertion
                .children(ASSERTION, "AttributeStatement")
                .flat_map(|statement| &statement.children)
                .map(Attribute::read)
                .collect::<Result<_, _>>()?,
        })
    }

    /// From what samael verified; None where something is missing that the gate had seen.
    pub fn verified(assertion: &Assertion) -> Option<Self> {
        let subject = assertion.subject.as_ref()?;
        let name_id = subject.name_id.as_ref()?;
        let [confirmation] = subject.subject_confirmations.as_deref()? else { return None };
        let conditions = assertion.conditions.as_ref()?;
        let window = |data: &SubjectConfirmationData| Window {
            not_before: data.not_before,
            not_on_or_after: data.not_on_or_after,
        };
        let data = confirmation.subject_confirmation_data.as_ref()?;
        let restrictions = conditions.audience_restrictions.iter().flatten();
        let attributes = assertion.attribute_statements.iter().flatten().flat_map(|statement| &statement.attributes);
        let value = |value: &samael::attribute::AttributeValue| trimmed(value.value.as_deref().unwrap_or_default());
        Some(Self {
            assertion_id: assertion.id.clone(),
            issuer: trimmed(assertion.issuer.value.as_deref()?),
            issue_instant: assertion.issue_instant,
            name_id: trimmed(&name_id.value),
            name_id_format: name_id.format.clone(),
            confirmation: Confirmation {
                method: confirmation.method.clone()?,
                recipient: data.recipient.clone(),
                in_response_to: data.in_response_to.clone(),
                validity: window(data),
            },
            validity: Window { not_before: conditions.not_before, not_on_or_after: conditions.not_on_or_after },
            audiences: restrictions.map(|one| one.audience.iter().map(|text| trimmed(text)).collect()).collect(),
            sessions: assertion.authn_statements.iter().flatten().map(Session::verified).collect(),
            attributes: attributes
                .map(|attribute| {
                    let values = attribute.values.iter().map(value).collect();
                    Some(Attribute { name: attribute.name.clone()?, values })
                })
                .collect::<Option<_>>()?,
        })
    }
}

impl Confirmation {
    fn read(confirmation: &Element) -> Result<Self, Refusal> {
        let missing = Refusal::Missing { parent: "SubjectConfirmation", child: "SubjectConfirmationData" };
        let data = confirmation.children(ASSERTION, "SubjectConfirmationData").next().ok_or(missing)?;
        Ok(Self {
            method: confirmation.attribute("Method").unwrap_or_default().to_owned(),
            recipient: data.attribute("Recipient").map(str::to_owned),
            in_response_to: data.attribute("InResponseTo").map(str::to_owned),
            validity: Window::read(data)?,
        })
    }
}

impl Window {
    fn read(element: &Element) -> Result<Self, Refusal> {
        Ok(Self { not_before: instant(element, "NotBefore")?, not_on_or_after: instant(element, "NotOnOrAfter")? })
    }
}

impl Session {
    fn read(statement: &Element) -> Result<Self, Refusal> {
        Ok(Self {
            authn_instant: instant(statement, "AuthnInstant")?,
            not_on_or_after: instant(statement, "SessionNotOnOrAfter")?,
        })
    }

    fn verified(statement: &samael::schema::AuthnStatement) -> Self {
        Self { authn_instant: statement.authn_instant, not_on_or_after: statement.session_not_on_or_after }
    }
}

impl Attribute {
    fn read(attribute: &Element) -> Result<Self, Refusal> {
        let missing = Refusal::Missing { parent: "Attribute", child: "Name" };
        Ok(Self { name: attribute.attribute("Name").ok_or(missing)?.to_owned(), values: texts(attribute) })
    }
}

fn texts(element: &Element) -> Vec<String> {
    element.children.iter().map(|child| trimmed(&child.text)).collect()
}

/// Some providers indent. Of other blanks than XML's nothing is taken away: they may tell two people apart.
fn trimmed(text: &str) -> String {
    text.trim_matches(xml::is_space).to_owned()
}

fn instant(element: &Element, attribute: &'static str) -> Result<Option<DateTime<Utc>>, Refusal> {
    element.attribute(attribute).map(|text| read_instant(text, attribute)).transpose()
}

/// `2026-11-22T08:00:00.000Z`, with four digits of the year: others overflow when a span is added, and that panics.
pub(super) fn read_instant(text: &str, attribute: &'static str) -> Result<DateTime<Utc>, Refusal> {
    let wrong = || Refusal::Time { attribute, found: shown(text) };
    let (year, rest) = text.split_once('-').ok_or_else(wrong)?;
    let short = year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit()) && rest.len() <= 40;
    if !short || rest.as_bytes().get(5) != Some(&b'T') {
        return Err(wrong());
    }
    DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).map_err(|_| wrong())
}
