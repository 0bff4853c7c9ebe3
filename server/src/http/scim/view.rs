//! How a client sees resources: below which address, and which of their attributes. Made before anything is written, so
//! that a request that asks for what cannot be has done nothing.

use super::answer::failed;
use directory::search::{Of, Stored};
use directory::{Tx, groups};
use scim::{Error, Projection, etag, etag_with};
use std::collections::HashMap;
use std::fmt::Write as _;
use uuid::Uuid;

pub struct View {
    pub of: Of,
    pub base: String,
    projection: Projection,
}

impl View {
    pub fn new(of: Of, base: String, projection: Projection) -> Self {
        Self { of, base, projection }
    }

    /// Whether the client named no attributes.
    pub fn is_whole(&self) -> bool {
        self.projection.is_whole()
    }

    /// Whether a group's members are in the answer.
    pub fn shows_members(&self) -> bool {
        self.of == Of::Groups && self.projection.shows("members")
    }

    pub fn location(&self, id: Uuid) -> String {
        format!("{}{}/{id}", self.base, self.of.kind().endpoint)
    }

    /// One resource, as JSON text, and its entity tag.
    pub async fn show(&self, tx: &mut Tx, stored: &Stored) -> Result<(String, String), Error> {
        let (name, lists) = self.kept_apart(tx, std::slice::from_ref(stored)).await?;
        let list = lists.get(&stored.id);
        Ok((self.text(stored, name, list), self.tag(stored, list)))
    }

    /// Resources, each as JSON text. What is kept apart is read for all of them at once.
    pub async fn show_all(&self, tx: &mut Tx, page: &[Stored]) -> Result<Vec<String>, Error> {
        let (name, lists) = self.kept_apart(tx, page).await?;
        Ok(page.iter().map(|stored| self.text(stored, name, lists.get(&stored.id))).collect())
    }

    /// The members of groups, or the groups of users.
    async fn kept_apart(&self, tx: &mut Tx, page: &[Stored]) -> Result<(&'static str, HashMap<Uuid, String>), Error> {
        let ids = |page: &[Stored]| page.iter().map(|stored| stored.id).collect::<Vec<_>>();
        let lists = match self.of {
            Of::Groups if self.shows_members() && !page.is_empty() => {
                groups::members_of(tx, &ids(page), &self.base).await
            }
            Of::Users if self.projection.shows("groups") && page.iter().any(|stored| stored.in_groups) => {
                groups::of_users(tx, &ids(page), &self.base).await
            }
            _ => Ok(HashMap::new()),
        };
        let name = if self.of == Of::Groups { "members" } else { "groups" };
        Ok((name, lists.map_err(|e| failed(&e))?))
    }

    /// The stored object with the server's part put behind: reading it and writing it again would cost more than all
    /// the rest of an answer.
    fn text(&self, stored: &Stored, name: &str, list: Option<&String>) -> String {
        let kept = stored.resource.trim_end().strip_suffix('}').unwrap_or_default();
        let mut text = String::with_capacity(kept.len() + list.map_or(0, String::len) + 400);
        text.push_str(kept);
        let time = |time: &chrono::DateTime<chrono::Utc>| time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let version = serde_json::Value::from(self.tag(stored, list));
        let location = serde_json::Value::from(self.location(stored.id));
        let written = write!(
            text,
            r#","id":"{}","meta":{{"resourceType":"{}","created":"{}","lastModified":"{}","version":{version},"location":{location}}}"#,
            stored.id,
            self.of.kind().name,
            time(&stored.created_at),
            time(&stored.updated_at),
        );
        debug_assert!(written.is_ok(), "text takes everything");
        if let Some(list) = list {
            text.push_str(",\"");
            text.push_str(name);
            text.push_str("\":");
            text.push_str(list);
        }
        text.push('}');
        if self.is_whole() {
            return text;
        }
        serde_json::from_str(&text).map_or(text, |resource| self.projection.apply(resource).to_string())
    }

    /// A user's groups are other resources, which change without the user. A group's members are part of it.
    fn tag(&self, stored: &Stored, list: Option<&String>) -> String {
        let derived = list.filter(|_| self.of == Of::Users);
        derived.map_or_else(|| etag(stored.version), |list| etag_with(stored.version, list))
    }
}
