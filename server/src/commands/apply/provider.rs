//! `[[provider]]`: the identity providers that administrators sign in with.
//!
//! A provider whose own description would have to be read (another issuer, other metadata) is asked before anything is
//! written; one that stands as the file has it is not asked at all.

use super::Refusal;
use super::entry::{Rules, read_secret, url};
use super::reader::{At, Reader, Section};
use crate::http::login::check;
use directory::providers::{self, ProviderSettings, Settings};
use directory::{Actor, Directory, Tx};
use model::Role;
use model::provider::{
    Checked, Draft, Oidc, Protocol, ProviderKind, RoleRule, SLUG_LENGTH, Saml, check_slug, read_scopes,
};
use provision::Outbound;
use secrecy::{ExposeSecret, SecretString};

/// Asked for where the file names none.
const SCOPES: [&str; 2] = ["email", "profile"];

/// A provider of the file; what is none is left as it is, or gets its default when the provider is new.
#[derive(Debug)]
pub(super) struct ProviderEntry {
    pub(super) slug: At<String>,
    label: Option<String>,
    enabled: Option<bool>,
    pub(super) settings: ProtocolEntry,
    groups_claim: Option<String>,
    pub(super) roles: Option<Vec<RoleRule>>,
}

#[derive(Debug)]
pub(super) enum ProtocolEntry {
    Oidc {
        issuer: At<String>,
        client_id: String,
        client_secret: SecretString,
        scopes: Option<Vec<String>>,
    },
    SamlUrl(At<String>),
    /// The text of the file that was named.
    SamlFile(At<String>),
}

impl ProtocolEntry {
    /// What the provider is asked by, and the key that its answer is about.
    const fn asked_by(&self) -> &At<String> {
        match self {
            Self::Oidc { issuer, .. } => issuer,
            Self::SamlUrl(place) | Self::SamlFile(place) => place,
        }
    }
}

impl ProviderEntry {
    pub(super) fn read(mut section: Section<'_>, reader: &mut Reader<'_>, rules: Rules<'_>) -> Option<Self> {
        let slug = section.needed(reader, "slug", SLUG_LENGTH);
        if let Some((slug, Err(reason))) = slug.as_ref().map(|slug| (slug, check_slug(&slug.value))) {
            reader.refuse(slug.problem(reason));
        }
        let there = section.has("kind");
        let kind = section.word(reader, "kind", &["oidc", "saml"]);
        if !there {
            reader.refuse(section.missing("kind"));
        }
        let kind_is_known = kind.is_some();
        let label = section.text(reader, "label", 60).map(|found| found.value);
        let enabled = section.switch(reader, "enabled").map(|found| found.value);
        let groups_claim = section.text(reader, "groups_claim", 300).map(|found| found.value);
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        let rule = |(value, role)| RoleRule { value, role };
        let roles =
            section.section(reader, "roles").map(|roles| roles.named(reader, &words).into_iter().map(rule).collect());
        let settings = kind.and_then(|kind: At<ProviderKind>| match kind.value {
            ProviderKind::Oidc => read_oidc(&mut section, reader, rules),
            ProviderKind::Saml => read_saml(&mut section, reader, rules),
        });
        // Which keys there may be depends on the kind.
        if kind_is_known {
            section.finish(reader);
        }
        Some(Self { slug: slug?, label, enabled, settings: settings?, groups_claim, roles })
    }
}

fn read_oidc(section: &mut Section<'_>, reader: &mut Reader<'_>, rules: Rules<'_>) -> Option<ProtocolEntry> {
    if !section.has("issuer") {
        reader.refuse(section.missing("issuer"));
    }
    let issuer = section.text(reader, "issuer", 500);
    // Letter by letter as the provider writes it, a slash at the end included.
    if let Some((issuer, Err(reason))) =
        issuer.as_ref().map(|issuer| (issuer, provision::check_url(&issuer.value, rules.allow_private_urls)))
    {
        reader.refuse(issuer.problem(reason));
    }
    let client_id = section.needed(reader, "client_id", 300);
    let client_secret = read_secret(section, reader, rules);
    let scopes = section
        .text(reader, "scopes", 500)
        .and_then(|found| read_scopes(&found.value).map_err(|reason| reader.refuse(found.problem(reason))).ok());
    Some(ProtocolEntry::Oidc { issuer: issuer?, client_id: client_id?.value, client_secret: client_secret?, scopes })
}

fn read_saml(section: &mut Section<'_>, reader: &mut Reader<'_>, rules: Rules<'_>) -> Option<ProtocolEntry> {
    let nowhere = !section.has("metadata_url") && !section.has("metadata_file");
    let address = url(section, reader, "metadata_url", rules);
    let file = section.text(reader, "metadata_file", 4096);
    match (address, file) {
        (Some(address), None) => Some(ProtocolEntry::SamlUrl(address)),
        (None, Some(file)) => match (rules.files)(&file.value) {
            Ok(text) => Some(ProtocolEntry::SamlFile(At { value: text, ..file })),
            Err(reason) => {
                reader.refuse(file.problem(reason));
                None
            }
        },
        (Some(_), Some(file)) => {
            reader.refuse(file.problem("write either metadata_url or metadata_file"));
            None
        }
        (None, None) if nowhere => {
            reader.refuse(section.missing("metadata_url"));
            None
        }
        (None, None) => None,
    }
}

/// What is to be written for one entry; none where nothing changes.
pub(super) struct Wanted {
    stored: Option<(model::ProviderId, i64)>,
    settings: Settings,
    line: String,
}

/// Compares each entry with what is stored, and asks those providers that have to be asked. No transaction is open.
pub(super) async fn prepare(
    directory: &Directory,
    entries: &[ProviderEntry],
    private: bool,
    dry_run: bool,
) -> Result<Vec<Wanted>, Refusal> {
    let mut wanted = Vec::new();
    for entry in entries {
        let mut tx = directory.begin(Actor::Command).await?;
        let stored = providers::settings(&mut tx, &entry.slug.value).await?;
        drop(tx);
        wanted.extend(prepare_one(directory, entry, stored, private, dry_run).await?);
    }
    Ok(wanted)
}

async fn prepare_one(
    directory: &Directory,
    entry: &ProviderEntry,
    stored: Option<ProviderSettings>,
    private: bool,
    dry_run: bool,
) -> Result<Option<Wanted>, Refusal> {
    let before = stored.as_ref().map(|stored| &stored.provider);
    let (draft, secret) = draft(entry);
    let kept = stored.as_ref().and_then(|stored| kept(stored, &draft));
    let asked = kept.is_none();
    let Checked { protocol, metadata } = match kept {
        Some(protocol) => Checked { protocol, metadata: None },
        None if dry_run => unasked(draft),
        None => {
            let outbound =
                Outbound::new(private).map_err(|error| Refusal::File(entry.slug.problem(error.to_string())))?;
            let checked = check(&outbound, draft, private, directory.now()).await;
            checked.map_err(|wrong| Refusal::File(entry.settings.asked_by().problem(wrong.message)))?
        }
    };
    let stored_secret = stored.as_ref().and_then(|stored| stored.client_secret.as_ref());
    let same_secret = match (&secret, stored_secret) {
        (Some(new), Some(old)) => new.expose_secret() == old.expose_secret(),
        (new, _) => new.is_none(),
    };
    let slug = &entry.slug.value;
    let or = |given: &Option<String>, stored: Option<&String>, default: String| {
        given.clone().or_else(|| stored.cloned()).unwrap_or(default)
    };
    let settings = Settings {
        slug: slug.clone(),
        label: or(&entry.label, before.map(|p| &p.label), format!("Continue with {slug}")),
        enabled: entry.enabled.or_else(|| before.map(|p| p.enabled)).unwrap_or(true),
        protocol,
        metadata,
        client_secret: if same_secret { None } else { secret },
        groups_claim: or(&entry.groups_claim, before.map(|p| &p.groups_claim), "groups".to_owned()),
        roles: entry.roles.clone().or_else(|| before.map(|p| p.roles.clone())).unwrap_or_default(),
    };
    let Some(before) = before else {
        let line = format!("provider {slug}: made ({})", settings.protocol.kind());
        return Ok(Some(Wanted { stored: None, settings, line }));
    };
    let mut roles = (before.roles.clone(), settings.roles.clone());
    roles.0.sort_by(|a, b| a.value.cmp(&b.value));
    roles.1.sort_by(|a, b| a.value.cmp(&b.value));
    let changed: Vec<&str> = [
        ("label", before.label != settings.label),
        ("enabled", before.enabled != settings.enabled),
        ("settings", asked || without_end(&before.protocol) != without_end(&settings.protocol)),
        ("client_secret", settings.client_secret.is_some()),
        ("groups_claim", before.groups_claim != settings.groups_claim),
        ("roles", roles.0 != roles.1),
    ]
    .into_iter()
    .filter_map(|(what, changed)| changed.then_some(what))
    .collect();
    if changed.is_empty() {
        return Ok(None);
    }
    let line = format!("provider {slug}: changed ({})", changed.join(", "));
    Ok(Some(Wanted { stored: Some((before.id, before.version)), settings, line }))
}

fn draft(entry: &ProviderEntry) -> (Draft, Option<SecretString>) {
    match &entry.settings {
        ProtocolEntry::Oidc { issuer, client_id, client_secret, scopes } => {
            let scopes = scopes.clone().unwrap_or_else(|| SCOPES.map(str::to_owned).to_vec());
            let draft = Draft::Oidc { issuer: issuer.value.clone(), client_id: client_id.clone(), scopes };
            (draft, Some(client_secret.clone()))
        }
        ProtocolEntry::SamlUrl(address) => {
            (Draft::Saml { metadata_url: Some(address.value.clone()), metadata: None }, None)
        }
        ProtocolEntry::SamlFile(text) => (Draft::Saml { metadata_url: None, metadata: Some(text.value.clone()) }, None),
    }
}

/// The protocol's settings, where the provider need not be asked.
fn kept(stored: &ProviderSettings, draft: &Draft) -> Option<Protocol> {
    match (&stored.provider.protocol, draft) {
        (Protocol::Oidc(oidc), Draft::Oidc { issuer, client_id, scopes }) if &oidc.issuer == issuer => {
            let (issuer, client_id, scopes) = (issuer.clone(), client_id.clone(), scopes.clone());
            Some(Protocol::Oidc(Oidc { issuer, client_id, scopes, secret_ends_in: None }))
        }
        (Protocol::Saml(saml), Draft::Saml { metadata_url: Some(url), .. })
            if saml.metadata_url.as_ref() == Some(url) =>
        {
            Some(Protocol::Saml(saml.clone()))
        }
        (Protocol::Saml(saml), Draft::Saml { metadata: Some(text), .. })
            if saml.metadata_url.is_none() && stored.metadata.as_ref() == Some(text) =>
        {
            Some(Protocol::Saml(saml.clone()))
        }
        _ => None,
    }
}

/// What a dry run goes on with: nobody is asked.
fn unasked(draft: Draft) -> Checked {
    match draft {
        Draft::Oidc { issuer, client_id, scopes } => Checked {
            protocol: Protocol::Oidc(Oidc { issuer, client_id, scopes, secret_ends_in: None }),
            metadata: None,
        },
        Draft::Saml { metadata_url, metadata } => {
            let (entity_id, sign_on_url) = (String::new(), String::new());
            let saml = Saml { metadata_url, entity_id, sign_on_url, certificates: Vec::new() };
            Checked { protocol: Protocol::Saml(saml), metadata }
        }
    }
}

fn without_end(protocol: &Protocol) -> Protocol {
    match protocol.clone() {
        Protocol::Oidc(oidc) => Protocol::Oidc(Oidc { secret_ends_in: None, ..oidc }),
        saml => saml,
    }
}

pub(super) async fn bring(tx: &mut Tx, wanted: Vec<Wanted>, lines: &mut Vec<String>) -> Result<(), Refusal> {
    for Wanted { stored, settings, line } in wanted {
        match stored {
            None => drop(providers::create(tx, &settings).await?),
            Some((id, version)) => providers::change(tx, id, version, &settings).await?,
        }
        lines.push(line);
    }
    Ok(())
}
