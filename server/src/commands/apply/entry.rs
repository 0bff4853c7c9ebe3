//! The entries of the file: each reads and checks itself.

use super::reader::{At, NOT_AVAILABLE, Reader, Section};
use model::Role;
use model::connection::{RemoveAction, ScopeMode};
use model::source::SourceKind;
use provision::mapping::is_address;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;

/// Where a secret is, which never stands in the file itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SecretFrom {
    Env(String),
    File(String),
}

/// Gives the secret, or says why it cannot: "the environment has no ZOOM_SECRET".
pub(super) type Secrets<'a> = &'a dyn Fn(&SecretFrom) -> Result<SecretString, String>;

/// Gives the text of a file that the document names, or says why it cannot.
pub(super) type Files<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// What the entries are checked with.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) allow_private_urls: bool,
    pub(super) secrets: Secrets<'a>,
    pub(super) files: Files<'a>,
}

#[derive(Debug)]
pub(super) struct SourceEntry {
    pub(super) name: At<String>,
    pub(super) kind: At<SourceKind>,
}

#[derive(Debug)]
pub(super) struct AdminEntry {
    pub(super) email: At<String>,
    pub(super) role: At<Role>,
}

/// A connection; what is none is left as it is, or gets its default when the connection is new.
#[derive(Debug)]
pub(super) struct ConnectionEntry {
    pub(super) name: At<String>,
    pub(super) description: Option<String>,
    pub(super) scim_url: Option<String>,
    pub(super) enabled: Option<bool>,
    pub(super) auth: Option<AuthEntry>,
    pub(super) actions: ActionsEntry,
    pub(super) scope: Option<ScopeMode>,
    /// Exactly these people, when it is there.
    pub(super) assign: Option<Vec<At<String>>>,
}

#[derive(Debug)]
pub(super) struct AuthEntry {
    pub(super) token_url: Option<String>,
    pub(super) account_id: String,
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
}

#[derive(Debug, Default)]
pub(super) struct ActionsEntry {
    pub(super) create: Option<bool>,
    pub(super) update: Option<bool>,
    pub(super) disable: Option<bool>,
    pub(super) deprovision: Option<bool>,
    pub(super) remove_action: Option<RemoveAction>,
}

impl SecretFrom {
    /// `env` looks a variable up; a path counts from `folder`, the one of the file.
    pub(super) fn read(&self, folder: &Path, env: impl Fn(&str) -> Option<String>) -> Result<SecretString, String> {
        let text = match self {
            Self::Env(name) => env(name).ok_or_else(|| format!("the environment has no {name}"))?,
            Self::File(path) => {
                let path = folder.join(path);
                std::fs::read_to_string(&path)
                    .map_err(|error| format!("{} cannot be read ({error})", path.display()))?
            }
        };
        match text.trim() {
            "" => Err(format!("{} is empty", self.place())),
            text if text.chars().count() > 500 => Err(format!("{} is longer than 500 characters", self.place())),
            text => Ok(SecretString::from(text)),
        }
    }

    fn place(&self) -> String {
        match self {
            Self::Env(name) => format!("the environment's {name}"),
            Self::File(path) => format!("the file {path}"),
        }
    }
}

impl SourceEntry {
    pub(super) fn read(mut section: Section<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let name = section.needed(reader, "name", 60);
        let kind = section.word(reader, "kind", &["scim", "manual"]);
        let kind = kind.or_else(|| name.as_ref().map(|name| At { value: SourceKind::Scim, ..kind_at(name) }));
        section.finish(reader);
        Some(Self { name: name?, kind: kind? })
    }
}

/// Where a kind that is not written would stand.
fn kind_at(name: &At<String>) -> At<SourceKind> {
    At { line: name.line, key: "source.kind".to_owned(), value: SourceKind::Scim }
}

impl AdminEntry {
    pub(super) fn read(mut section: Section<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let email = section.needed(reader, "email", 254);
        if let Some(wrong) = email.as_ref().filter(|email| !is_address(&email.value)) {
            reader.refuse(wrong.problem("this is not an e-mail address"));
        }
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        let there = section.has("role");
        let role = section.word(reader, "role", &roles);
        if !there {
            reader.refuse(section.missing("role"));
        }
        section.finish(reader);
        Some(Self { email: email?, role: role? })
    }
}

impl ConnectionEntry {
    pub(super) fn read(mut section: Section<'_>, reader: &mut Reader<'_>, rules: Rules<'_>) -> Option<Self> {
        let name = section.needed(reader, "name", 60);
        let description = section.text_or_empty(reader, "description", 200).map(|found| found.value);
        let scim_url = url(&mut section, reader, "scim_url", rules).map(|found| found.value);
        let enabled = section.switch(reader, "enabled").map(|found| found.value);
        let auth = section.section(reader, "auth").and_then(|auth| AuthEntry::read(auth, reader, rules));
        let actions = section.section(reader, "actions").map(|actions| ActionsEntry::read(actions, reader));
        let scope = section.section(reader, "scope").and_then(|scope| read_scope(scope, reader));
        let assign = section
            .sections(reader, "assign")
            .map(|people| people.into_iter().filter_map(|person| read_person(person, reader)).collect());
        section.not_available(reader, &["notify", "pace", "guard", "mapping", "push_group"]);
        section.finish(reader);
        let actions = actions.unwrap_or_default();
        Some(Self { name: name?, description, scim_url, enabled, auth, actions, scope, assign })
    }
}

impl AuthEntry {
    fn read(mut section: Section<'_>, reader: &mut Reader<'_>, rules: Rules<'_>) -> Option<Self> {
        if let Some(method) = section.text(reader, "method", 100) {
            match method.value.as_str() {
                "server-to-server" => {}
                "authorization-code" | "static-token" => {
                    reader.refuse(method.problem(format!("`{}` is {NOT_AVAILABLE}", method.value)));
                }
                other => reader.refuse(method.problem(format!("`{other}` is not one of: server-to-server"))),
            }
        }
        let token_url = url(&mut section, reader, "token_url", rules).map(|found| found.value);
        let account_id = section.needed(reader, "account_id", 200);
        let client_id = section.needed(reader, "client_id", 200);
        let client_secret = read_secret(&mut section, reader, rules);
        section.finish(reader);
        Some(Self {
            token_url,
            account_id: account_id?.value,
            client_id: client_id?.value,
            client_secret: client_secret?,
        })
    }
}

pub(super) fn read_secret(
    section: &mut Section<'_>,
    reader: &mut Reader<'_>,
    rules: Rules<'_>,
) -> Option<SecretString> {
    const KEY: &str = "client_secret";
    if !section.has(KEY) {
        reader.refuse(section.missing(KEY));
        return None;
    }
    let mut place = section.secret(reader, KEY)?;
    let (env, file) = (place.text(reader, "env", 200), place.text(reader, "file", 4096));
    let found = match (env, file) {
        (Some(env), None) => Some(At { value: SecretFrom::Env(env.value), line: env.line, key: env.key }),
        (None, Some(file)) => Some(At { value: SecretFrom::File(file.value), line: file.line, key: file.key }),
        _ => {
            reader.refuse(place.problem("write either { env = \"...\" } or { file = \"...\" }"));
            None
        }
    };
    place.finish(reader);
    let found = found?;
    match (rules.secrets)(&found.value) {
        Ok(secret) if secret.expose_secret().chars().any(char::is_control) => {
            reader.refuse(found.problem("the secret holds a line break or another control character"));
            None
        }
        Ok(secret) => Some(secret),
        Err(reason) => {
            reader.refuse(found.problem(reason));
            None
        }
    }
}

impl ActionsEntry {
    fn read(mut section: Section<'_>, reader: &mut Reader<'_>) -> Self {
        let mut switch = |section: &mut Section<'_>, key| section.switch(reader, key).map(|found| found.value);
        let read = Self {
            create: switch(&mut section, "create"),
            update: switch(&mut section, "update"),
            disable: switch(&mut section, "disable"),
            deprovision: switch(&mut section, "deprovision"),
            remove_action: section.word(reader, "remove_action", &["disable", "delete"]).map(|found| found.value),
        };
        section.only_off(reader, "deprovision_on_rule_deletion");
        section.only_off(reader, "email_changes");
        section.finish(reader);
        read
    }
}

fn read_scope(mut section: Section<'_>, reader: &mut Reader<'_>) -> Option<ScopeMode> {
    let mode = section.word(reader, "mode", &["assigned", "everyone"]).map(|found| found.value);
    section.not_available(reader, &["filter"]);
    section.finish(reader);
    mode
}

fn read_person(mut section: Section<'_>, reader: &mut Reader<'_>) -> Option<At<String>> {
    let planned = ["group", "priority", "values"];
    let of_a_group = section.has("group");
    section.not_available(reader, &planned);
    // A group's assignment names no person: one problem is enough.
    let person = if of_a_group { section.text(reader, "person", 254) } else { section.needed(reader, "person", 254) };
    section.finish(reader);
    person
}

/// An address that Rollcall may call, without a slash at the end.
pub(super) fn url(
    section: &mut Section<'_>,
    reader: &mut Reader<'_>,
    key: &'static str,
    rules: Rules<'_>,
) -> Option<At<String>> {
    let mut found = section.text(reader, key, 500)?;
    found.value.truncate(found.value.trim_end_matches('/').len());
    match provision::check_url(&found.value, rules.allow_private_urls) {
        Ok(_) => Some(found),
        Err(reason) => {
            reader.refuse(found.problem(reason));
            None
        }
    }
}
