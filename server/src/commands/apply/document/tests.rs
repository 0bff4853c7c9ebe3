use super::*;
use crate::commands::apply::entry::{Rules, SecretFrom};
use model::Role;
use model::connection::{RemoveAction, ScopeMode};
use model::source::SourceKind;
use secrecy::{ExposeSecret, SecretString};

fn parse(text: &str) -> Result<Document, Vec<Problem>> {
    let secrets = |from: &SecretFrom| match from {
        SecretFrom::Env(name) if name == "ZOOM_SECRET" => Ok(SecretString::from("s3cret")),
        other => Err(format!("no {other:?}")),
    };
    let files = |name: &str| Err(format!("no {name}"));
    Document::parse(text, Rules { allow_private_urls: false, secrets: &secrets, files: &files })
}

/// Each problem as a line of text.
fn problems(text: &str) -> Vec<String> {
    parse(text).unwrap_err().iter().map(ToString::to_string).collect()
}

const WHOLE: &str = r#"
[[source]]
name = "okta"
kind = "scim"

[[admin]]
email = "ada@example.com"
role = "owner"

[[connection]]
name = "zoom"
description = "Production account"
scim_url = "https://api.zoom.us/scim2/"
enabled = true

[connection.auth]
method = "server-to-server"
token_url = "https://zoom.us/oauth/token"
account_id = "abc"
client_id = "def"
client_secret = { env = "ZOOM_SECRET" }

[connection.actions]
create = true
update = false
remove_action = "delete"
deprovision_on_rule_deletion = false
email_changes = false

[connection.scope]
mode = "everyone"

[[connection.assign]]
person = "ada@example.com"
"#;

#[test]
fn the_whole_file_is_read() {
    let document = parse(WHOLE).unwrap();
    assert_eq!(document.sources[0].kind.value, SourceKind::Scim);
    assert_eq!(
        (document.admins[0].email.value.as_str(), document.admins[0].role.value),
        ("ada@example.com", Role::Owner)
    );
    let connection = &document.connections[0];
    assert_eq!((connection.name.value.as_str(), connection.name.line), ("zoom", 11));
    assert_eq!(connection.scim_url.as_deref(), Some("https://api.zoom.us/scim2"));
    assert_eq!((connection.enabled, connection.scope), (Some(true), Some(ScopeMode::Everyone)));
    assert_eq!(connection.auth.as_ref().unwrap().client_secret.expose_secret(), "s3cret");
    let actions = &connection.actions;
    assert_eq!((actions.create, actions.update, actions.disable), (Some(true), Some(false), None));
    assert_eq!(actions.remove_action, Some(RemoveAction::Delete));
    assert_eq!(connection.assign.as_ref().unwrap()[0].key, "connection.assign.person");
    assert!(!format!("{document:?}").contains("s3cret"));
}

#[test]
fn what_is_not_written_is_none() {
    let document = parse("[[connection]]\nname = 'zoom'\n").unwrap();
    let connection = &document.connections[0];
    assert!(connection.assign.is_none() && connection.auth.is_none() && connection.enabled.is_none());
    assert!(parse("").unwrap().sources.is_empty());
    assert_eq!(
        parse("[[connection]]\nname = 'z'\nassign = []").unwrap().connections[0].assign.as_ref().unwrap().len(),
        0
    );
}

#[test]
fn what_this_version_has_not_is_refused_with_line_and_key() {
    let text = r#"
[[connection]]
name = "zoom"
notify = ["it@example.com"]
[connection.actions]
deprovision_on_rule_deletion = true
email_changes = true
[connection.scope]
mode = "assigned"
filter = 'department eq "Sales"'
[connection.pace]
light = 60
[connection.guard]
share = 0.2
[[connection.mapping]]
to = "name.givenName"
[[connection.assign]]
group = "Sales"
priority = 1
[[connection.push_group]]
name = "Sales"
"#;
    let keys: Vec<(usize, String)> =
        parse(text).unwrap_err().into_iter().map(|found| (found.line, found.key)).collect();
    let expected = [
        (4, "connection.notify"),
        (6, "connection.actions.deprovision_on_rule_deletion"),
        (7, "connection.actions.email_changes"),
        (10, "connection.scope.filter"),
        (11, "connection.pace"),
        (13, "connection.guard"),
        (15, "connection.mapping"),
        (18, "connection.assign.group"),
        (19, "connection.assign.priority"),
        (20, "connection.push_group"),
    ];
    assert_eq!(keys, expected.map(|(line, key)| (line, key.to_owned())));
    assert!(
        problems(text).iter().all(|problem| problem.ends_with("not available in this version")),
        "{:?}",
        problems(text)
    );
}

#[test]
fn an_unknown_key_is_refused_with_those_that_are_known() {
    assert_eq!(
        problems("[[source]]\nname = 'okta'\nkin = 'scim'\n\n[general]\n"),
        [
            "line 3, source.kin: there is no such key; known here: name, kind",
            "line 5, general: there is no such key; known here: source, provider, admin, connection",
        ]
    );
}

#[test]
fn wrong_values_say_what_would_be_right() {
    for (text, expected) in [
        ("[[source]]\nkind = 'scim'", "line 1, source.name: this is missing"),
        ("[[source]]\nname = 7", "line 2, source.name: this is not a text in quotes"),
        ("[[source]]\nname = ' '", "line 2, source.name: this is empty"),
        ("[[source]]\nname = \"a\\u0000b\"", "line 2, source.name: this holds a control character"),
        ("[[source]]\nname = 'a'\nkind = 'csv'", "line 3, source.kind: `csv` is not one of: scim, manual"),
        ("source = 'okta'", "line 1, source: this is not a list of tables, [[...]]"),
        ("[[admin]]\nemail = 'ada'\nrole = 'owner'", "line 2, admin.email: this is not an e-mail address"),
        ("[[admin]]\nemail = 'a@b.example'", "line 1, admin.role: this is missing"),
        ("[[connection]]\nname = 'z'\nenabled = 'yes'", "line 3, connection.enabled: this is not true or false"),
        (
            "[[source]]\nname = 'Okta'\n[[source]]\nname = 'okta'",
            "line 4, source.name: `okta` stands in the file twice",
        ),
        (
            "[[connection]]\nname = 'z'\nscim_url = 'http://10.0.0.1/scim2'",
            "line 3, connection.scim_url: Enter an address that begins with https://.",
        ),
        (
            "[[connection]]\nname = 'z'\n[connection.auth]\nmethod = 'static-token'\naccount_id = 'a'\nclient_id = 'b'\n\
             client_secret = { env = 'ZOOM_SECRET' }",
            "line 4, connection.auth.method: `static-token` is not available in this version",
        ),
    ] {
        assert_eq!(problems(text), [expected], "{text}");
    }
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    let auth = |secret: &str| {
        problems(&format!(
            "[[connection]]\nname = 'z'\nauth = {{ account_id = 'a', client_id = 'b', client_secret = {secret} }}"
        ))
    };
    let said = auth("'hunter2'").join("\n");
    assert!(said.contains("connection.auth.client_secret") && !said.contains("hunter2"), "{said}");
    assert_eq!(auth("{}").len(), 1);
    assert_eq!(auth("{ env = 'ZOOM_SECRET', file = 'x' }").len(), 1);
    assert_eq!(auth("{ env = 'NONE' }"), ["line 3, connection.auth.client_secret.env: no Env(\"NONE\")"]);
}

#[test]
fn a_file_that_is_no_toml_says_where() {
    let said = problems("[[source]]\nname = \"okta\n");
    assert!(said[0].starts_with("line 2: this is not TOML: "), "{said:?}");
    assert!(problems("a = 1\na = 2")[0].starts_with("line 2: "));
}

#[test]
fn secrets_come_from_the_environment_or_a_file_beside_ours() {
    let folder = std::env::temp_dir().join(format!("rc-apply-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("secret"), "s3cret\n").unwrap();
    let env = |name: &str| (name == "SET").then(|| " v ".to_owned());
    let read = |from: SecretFrom| from.read(&folder, env).map(|secret| secret.expose_secret().to_owned());
    assert_eq!(read(SecretFrom::File("secret".into())), Ok("s3cret".to_owned()));
    assert_eq!(read(SecretFrom::Env("SET".into())), Ok("v".to_owned()));
    assert_eq!(read(SecretFrom::Env("UNSET".into())), Err("the environment has no UNSET".to_owned()));
    assert!(read(SecretFrom::File("none".into())).unwrap_err().contains("cannot be read"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_provider_is_read_and_what_is_wrong_with_it_found() {
    let good = r#"
[[provider]]
slug = "corp"
kind = "oidc"
issuer = "https://id.example.com"
client_id = "rollcall"
client_secret = { env = "ZOOM_SECRET" }
roles = { zoom-admins = "admin", "Zoom Auditors" = "auditor" }
"#;
    let document = parse(good).unwrap();
    assert_eq!(document.providers[0].slug.value, "corp");
    assert_eq!(document.providers[0].roles.as_ref().unwrap().len(), 2);
    let bad = r#"
[[provider]]
slug = "Not a slug"
kind = "saml"
metadata_url = "https://id.example.com/metadata"
issuer = "https://id.example.com"
roles = { a = "king" }
[[provider]]
slug = "two"
kind = "oidc"
"#;
    let found: Vec<(usize, String)> =
        parse(bad).unwrap_err().into_iter().map(|found| (found.line, found.key)).collect();
    let expected = [
        (3, "provider.slug"),
        (6, "provider.issuer"),
        (7, "provider.roles.a"),
        (8, "provider.client_id"),
        (8, "provider.client_secret"),
        (8, "provider.issuer"),
    ];
    assert_eq!(found, expected.map(|(line, key)| (line, key.to_owned())));
}

#[test]
fn a_provider_of_an_unknown_kind_has_no_unknown_keys() {
    assert_eq!(
        problems("[[provider]]\nslug = 'corp'\nkind = 'ldap'\nissuer = 'https://id.example.com'"),
        ["line 3, provider.kind: `ldap` is not one of: oidc, saml"]
    );
    assert_eq!(
        problems("[[provider]]\nslug = 'corp'\nissuer = 'https://id.example.com'"),
        ["line 1, provider.kind: this is missing"]
    );
}

#[test]
fn each_setting_of_a_provider_is_told_by_its_own_key() {
    let oidc = "[[provider]]\nslug = 'corp'\nkind = 'oidc'\nissuer = 'https://id.example.com'\nclient_id = 'c'\n\
                client_secret = { env = 'ZOOM_SECRET' }\nscopes = 'email \"groups\"'";
    let said = problems(oidc).join("\n");
    assert!(said.starts_with("line 7, provider.scopes: No scope has '\"' in it."), "{said}");
    let saml = "[[provider]]\nslug = 'corp'\nkind = 'saml'\nmetadata_url = 'ftp://id.example.com'";
    let said = problems(saml);
    assert!(said.len() == 1 && said[0].starts_with("line 4, provider.metadata_url: "), "{said:?}");
}
