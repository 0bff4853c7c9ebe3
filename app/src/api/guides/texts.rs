//! The texts of the guides, as the providers' consoles and manuals name things (looked at in 2026).

use super::{GUIDES, Guide};

/// What stands for the token in a form.
const TOKEN: &str = "The token, as it was shown once";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

struct Text {
    steps: &'static [&'static str],
    /// `{url}` is the SCIM URL, `{token}` the token.
    fields: &'static [(&'static str, &'static str)],
    mapping: &'static [(&'static str, &'static str)],
    notes: &'static [&'static str],
    template: Option<&'static str>,
}

/// The guide of that word, for this SCIM URL.
pub(super) fn guide(slug: &str, url: &str) -> Option<Guide> {
    let name = GUIDES.iter().find(|(word, _)| *word == slug)?.1;
    let text = text_of(slug)?;
    let fill = |text: &str| text.replace("{url}", url).replace("{token}", TOKEN).replace("{enterprise}", ENTERPRISE);
    let pair = |(a, b): &(&str, &str)| (fill(a), fill(b));
    let (addresses, others): (Vec<_>, Vec<_>) = text.fields.iter().partition(|(_, value)| value.starts_with("{url}"));
    Some(Guide {
        slug: slug.to_owned(),
        name: name.to_owned(),
        steps: text.steps.iter().map(|step| fill(step)).collect(),
        address: addresses.first().map(pair)?,
        fields: others.iter().map(pair).collect(),
        mapping: text.mapping.iter().map(pair).collect(),
        notes: text.notes.iter().map(|note| fill(note)).collect(),
        template: text.template.map(fill),
        warning: (!url.starts_with("https:")).then(|| without_https(url)),
    })
}

fn text_of(slug: &str) -> Option<&'static Text> {
    Some(match slug {
        "okta" => &OKTA,
        "entra" => &ENTRA,
        "pingone" => &PINGONE,
        "onelogin" => &ONELOGIN,
        "jumpcloud" => &JUMPCLOUD,
        "google" => &GOOGLE,
        "keycloak" => &KEYCLOAK,
        "authentik" => &AUTHENTIK,
        "other" => &OTHER,
        _ => return None,
    })
}

/// The field that takes the token, where a provider has one.
pub(super) fn token_field(slug: &str) -> Option<&'static str> {
    let mut fields = text_of(slug)?.fields.iter();
    fields.find(|(_, value)| *value == "{token}").map(|(field, _)| *field)
}

/// The configuration takes plain http for this machine's own addresses only.
fn without_https(url: &str) -> String {
    format!(
        "It is {url}: only this machine reaches it, and identity providers refuse an address without https. Set \
         ROLLCALL_PUBLIC_URL to the https address under which they reach the portal, and start Rollcall anew."
    )
}

static OKTA: Text = Text {
    steps: &[
        "**Applications**, **Create App Integration**: SAML 2.0 or SWA. Okta offers SCIM for these, not for OpenID Connect.",
        "On **General**, App Settings, **Edit**: Provisioning is **SCIM**. Save.",
        "On **Provisioning**, **Integration**, **Edit**: fill in the fields below, **Test Connector Configuration**, Save.",
        "On **Provisioning**, **To App**, **Edit**: enable **Create Users**, **Update User Attributes** and **Deactivate Users**. Leave **Sync Password** off: Rollcall keeps none.",
        "On **Assignments** assign the people, on **Push Groups** the groups.",
    ],
    fields: &[
        ("SCIM connector base URL", "{url}"),
        ("Unique identifier field for users", "userName"),
        ("Supported provisioning actions", "Push New Users, Push Profile Updates, Push Groups"),
        ("Authentication Mode", "HTTP Header"),
        ("HTTP Header, Authorization: Bearer", "{token}"),
    ],
    mapping: &[
        ("userName (Sign On, Application username format)", "userName"),
        ("user.firstName", "name.givenName"),
        ("user.lastName", "name.familyName"),
        ("user.email", "emails[type eq \"work\"].value"),
        ("user.title", "title"),
        ("user.department", "{enterprise}:department"),
    ],
    notes: &[
        "Okta sends changes at once: a whole user for a change, active: false for somebody who is deactivated or unassigned. It never deletes a user. A pushed group it deletes when you unlink it and choose **Delete the group in the target app**; it can be restored here for 30 days.",
        "Leave **Import New Users and Profile Updates** off: it would read people back from Rollcall.",
    ],
    template: None,
};

static ENTRA: Text = Text {
    steps: &[
        "**Enterprise apps**, **New application**, **Create your own application**: Integrate any other application you don’t find in the gallery (Non-gallery).",
        "In the app, **Provisioning**, **New configuration** (in older portals Provisioning Mode **Automatic**): fill in the fields below, **Test connection**, then Create or Save.",
        "**Attribute mapping**, **Provision Microsoft Entra ID Users**: userName stays the matching attribute; map externalId from objectId instead of mailNickname, which can change.",
        "**Users and groups**: assign people and groups.",
        "**Start provisioning**. **Provision on demand** sends one person now.",
    ],
    fields: &[
        ("Select authentication method", "Bearer authentication"),
        ("Tenant URL", "{url}?aadOptscim062020"),
        ("Secret token", "{token}"),
        ("Scope", "Sync only assigned users and groups"),
    ],
    mapping: &[
        ("userPrincipalName", "userName (matching precedence 1)"),
        ("objectId", "externalId"),
        ("Switch([IsSoftDeleted], , \"False\", \"True\", \"True\", \"False\")", "active"),
        ("givenName", "name.givenName"),
        ("surname", "name.familyName"),
        ("mail", "emails[type eq \"work\"].value"),
        ("jobTitle", "title"),
        ("department", "{enterprise}:department"),
        ("manager", "{enterprise}:manager"),
    ],
    notes: &[
        "Entra sends changes about every 40 minutes.",
        "?aadOptscim062020 has Entra keep closer to the standard. Without it it works as well.",
        "Test connection looks for somebody who does not exist and expects an empty list, which it gets.",
    ],
    template: None,
};

static PINGONE: Text = Text {
    steps: &[
        "**Integrations**, **Provisioning**, **+**, **New connection**: Select on the **Identity Store** row, then **SCIM Outbound**, Select, Next. Give it a name.",
        "On **Configure authentication** fill in the first fields below and press **Test connection**.",
        "On **Configure preferences** fill in the rest, Save, and turn the connection on.",
        "**Rules**, **+**, **New rule**: choose the connection, a **User filter** such as Enabled equals true, and the **Attribute mapping**. Turn the rule on.",
        "On the rule’s **Group provisioning** choose the groups.",
    ],
    fields: &[
        ("SCIM base URL", "{url}"),
        ("Users resource", "/Users"),
        ("SCIM version", "2.0"),
        ("Groups resource", "/Groups"),
        ("Authentication method", "OAuth 2 Bearer Token"),
        ("OAuth access token", "{token}"),
        ("Auth type header", "Bearer"),
        ("User filter expression", "userName Eq \"%s\""),
        ("User identifier", "userName"),
        ("Actions", "Allow users to be created, updated, disabled and deprovisioned"),
        ("Remove action", "Disable"),
    ],
    mapping: &[
        ("Username", "userName"),
        ("User ID", "externalId"),
        ("Given Name", "name.givenName"),
        ("Family Name", "name.familyName"),
        ("Email Address", "emails[type eq \"work\"].value"),
        ("Title", "title"),
    ],
    notes: &[
        "PingFederate’s SCIM connector asks for the same: SCIM URL, SCIM Version 2.0, OAuth 2 Bearer Token, Access Token, and userName as Unique User Identifier.",
    ],
    template: None,
};

static ONELOGIN: Text = Text {
    steps: &[
        "**Applications**, **Add App**: **SCIM Provisioner with SAML (SCIM v2 Enterprise)**. Name it and save.",
        "On **Configuration**, API Connection: fill in the fields below, paste the template, press **Enable** and save.",
        "On **Parameters** set **SCIM Username** to Email, and add whatever the template names.",
        "On **Provisioning**: **Enable provisioning**; untick the admin approval for Create, Update and Delete user; when users are deleted or lose access: **Suspend**. Save.",
        "On **Users**, or by a role on **Access**, assign the people. Groups come by **Rules**: Set Groups in the app.",
    ],
    fields: &[
        ("SCIM Base URL", "{url}"),
        ("SCIM JSON Template", "The template below"),
        ("SCIM Bearer Token", "{token}"),
        ("Custom Headers", "Nothing"),
    ],
    mapping: &[
        ("{$parameters.scimusername}", "userName"),
        ("{$user.firstname}", "name.givenName"),
        ("{$user.lastname}", "name.familyName"),
        ("{$user.email}", "emails[type eq \"work\"].value"),
        ("{$user.title}", "title"),
        ("{$user.department}", "{enterprise}:department"),
    ],
    notes: &["OneLogin asks for a made-up user first; an empty list is what it wants."],
    template: Some(
        r#"{
  "schemas": [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "{enterprise}"
  ],
  "userName": "{$parameters.scimusername}",
  "externalId": "{$user.id}",
  "name": {
    "givenName": "{$user.firstname}",
    "familyName": "{$user.lastname}"
  },
  "displayName": "{$user.display_name}",
  "title": "{$user.title}",
  "emails": [
    { "value": "{$user.email}", "type": "work", "primary": true }
  ],
  "{enterprise}": {
    "department": "{$user.department}"
  }
}"#,
    ),
};

static JUMPCLOUD: Text = Text {
    steps: &[
        "**SSO Applications**, **Add New Application**, **Custom Application**, Next: **Export users to this app (Identity Management)**. Name it, Save Application, Configure Application.",
        "On **Identity Management** fill in the fields below, **Test Connection**, then **Activate** and Save.",
        "On **User Groups** tick the groups whose people are to come.",
    ],
    fields: &[
        ("API Type, SCIM Version", "SCIM API, SCIM 2.0"),
        ("Base URL", "{url}"),
        ("Token Key", "{token}"),
        ("Test User Email", "An address that nobody has, such as test@ your domain"),
        ("Group Management", "Enable management of User Groups and Group Membership in this application"),
    ],
    mapping: &[
        ("username or email", "userName"),
        ("firstname", "name.givenName"),
        ("lastname", "name.familyName"),
        ("email", "emails[type eq \"work\"].value"),
        ("jobTitle", "title"),
        ("department", "{enterprise}:department"),
    ],
    notes: &[
        "Activating makes, changes and removes a test user and a test group: they show in the trace, and nobody of them stays.",
    ],
    template: None,
};

static GOOGLE: Text = Text {
    steps: &[
        "Admin console, **Apps**, **Web and mobile apps**: open the SAML app that stands for Rollcall.",
        "**Autoprovisioning**, **Configure autoprovisioning**: fill in the fields below, Continue.",
        "**Attribute mapping**: as below, Continue.",
        "**Provisioning scope**: the groups whose people are to come. Without one, everybody for whom the app is on.",
        "**Deprovisioning**: **Suspend** after 24 hours at each of its cases. Finish, and turn **Autoprovisioning** to **Active**.",
    ],
    fields: &[("Access token", "{token}"), ("Endpoint URL", "{url}")],
    mapping: &[
        ("Basic Information > Primary email", "userName"),
        ("Basic Information > First name", "name.givenName"),
        ("Basic Information > Last name", "name.familyName"),
        ("Contact Information > Work email", "emails[type eq \"work\"].value"),
        ("Employee Details > Title", "title"),
        ("Employee Details > Department", "{enterprise}:department"),
    ],
    notes: &[
        "Google offers autoprovisioning for apps of its catalogue. Where an app of your own has no such section, use one of the catalogue that asks for an endpoint URL and a token.",
        "Google sends people only, no groups, and changes every few hours.",
    ],
    template: None,
};

static KEYCLOAK: Text = Text {
    steps: &[
        "Keycloak speaks outbound SCIM by an extension, such as **keycloak-scim**: put its JAR into **/opt/keycloak/providers** and start Keycloak anew.",
        "Admin console, **Realm settings**, **Events**, **Event listeners**: add **scim**. Save.",
        "**User federation**, **Add Scim providers**: fill in the fields below. Save.",
        "**Action**, **Sync all users** sends those who are there already; changes follow by themselves.",
    ],
    fields: &[
        ("SCIM 2.0 endpoint", "{url}"),
        ("Endpoint content type", "application/scim+json"),
        ("Auth mode", "BEARER"),
        ("Auth password/token", "{token}"),
        ("Enable user propagation", "On"),
        ("Enable group propagation", "On"),
        ("Enable import during sync", "Off"),
    ],
    mapping: &[
        ("Username", "userName"),
        ("ID", "externalId"),
        ("First name", "name.givenName"),
        ("Last name", "name.familyName"),
        ("Email", "emails.value"),
        ("Enabled", "active"),
    ],
    notes: &[
        "Other extensions name their fields differently: they need the same address, a bearer token, and application/scim+json.",
    ],
    template: None,
};

static AUTHENTIK: Text = Text {
    steps: &[
        "Admin interface, **Applications**, **Providers**, **Create**: **SCIM Provider**. Fill in the fields below, Finish.",
        "**Applications**, **Applications**: edit (or create) the application, and add the provider under **Backchannel Providers**, not under Provider.",
        "The provider’s page, **Run sync again**, sends everybody now.",
    ],
    fields: &[
        ("URL", "{url}"),
        ("Verify SCIM server’s certificates", "On"),
        ("Authentication Mode", "Static token"),
        ("Token", "{token}"),
        ("Compatibility Mode", "Default"),
        ("User filtering", "Exclude service accounts, and a group if not everybody is to come"),
        ("User Property Mappings", "authentik default SCIM Mapping: User"),
        ("Group Property Mappings", "authentik default SCIM Mapping: Group"),
    ],
    mapping: &[
        ("username", "userName"),
        ("uid", "externalId"),
        ("name", "name, displayName"),
        ("email", "emails.value"),
        ("is_active", "active"),
    ],
    notes: &["authentik sends changes at once, and everybody once an hour."],
    template: None,
};

static OTHER: Text = Text {
    steps: &[
        "Give the client the SCIM URL, and the token as bearer token (RFC 6750).",
        "Let it find people by **userName** or **externalId**, and let it switch **active** off for those who leave.",
        "Try it with the command below. The request shows in the trace within a second.",
    ],
    fields: &[
        ("SCIM URL", "{url}"),
        ("Header Authorization", "Bearer, and the token"),
        ("Content-Type", "application/scim+json or application/json"),
    ],
    mapping: &[
        ("Sign-in name", "userName"),
        ("An id that never changes", "externalId"),
        ("First and last name", "name.givenName, name.familyName"),
        ("Work address", "emails[type eq \"work\"].value"),
        ("Employed", "active"),
    ],
    notes: &["What the server can do stands at {url}/ServiceProviderConfig and {url}/Schemas."],
    template: Some("curl -H 'Authorization: Bearer rc_scim_...' '{url}/Users?count=1'"),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guide_says_where_the_address_and_the_token_go() {
        for (slug, _) in GUIDES {
            let guide = guide(slug, "https://rc.example.com/scim/v2").unwrap();
            let values: Vec<&str> = guide.fields.iter().map(|(_, value)| value.as_str()).collect();
            assert!(guide.address.1.starts_with("https://rc.example.com/scim/v2"), "{slug}");
            assert_eq!(guide.warning, None);
            assert!(values.iter().any(|value| value.contains("token")), "{slug}");
            assert!(guide.steps.len() >= 3 && guide.mapping.len() >= 4, "{slug}");
            let text = format!("{guide:?}");
            assert!(!text.contains("{url}") && !text.contains("{token}") && !text.contains("{enterprise}"), "{slug}");
            assert!(guide.steps.iter().all(|step| step.matches("**").count() % 2 == 0), "{slug}");
        }
        assert_eq!(guide("nobody", ""), None);
    }

    #[test]
    fn an_address_without_https_is_warned_of() {
        let warning = guide("okta", "http://localhost:8080/scim/v2").unwrap().warning.unwrap();
        assert!(
            warning.contains("http://localhost:8080/scim/v2") && warning.contains("ROLLCALL_PUBLIC_URL"),
            "{warning}"
        );
    }
}
