//! How to register Rollcall at an identity provider, step by step, in the provider's own words.

use crate::components::{Card, Disclose};
use leptos::prelude::*;
use model::provider::ProviderKind;

type Guide = (&'static str, &'static [&'static str]);

const OIDC: &[Guide] = &[
    (
        "Okta",
        &[
            "Applications, Create App Integration, OIDC – OpenID Connect, Web Application.",
            "Paste the Redirect URI as Sign-in redirect URI and, if you like, the Sign-out redirect URI. Assign the group of your administrators.",
            "Copy Client ID and Client secret from General. The issuer is https://your-domain.okta.com.",
            "Sign On, OpenID Connect ID Token: set a Groups claim filter: groups, Matches regex, or the prefix of your groups.",
        ],
    ),
    (
        "Microsoft Entra ID",
        &[
            "App registrations, New registration: Accounts in this organizational directory only. Redirect URI: Web, paste it.",
            "Certificates & secrets: New client secret; copy its Value. The Client ID is the Application (client) ID on Overview.",
            "The issuer is https://login.microsoftonline.com/TENANT-ID/v2.0, with the Directory (tenant) ID.",
            "Token configuration: Add groups claim, Security groups. Values are object ids: enter those under Roles from groups. Take groups out of the scopes.",
            "Entra marks no address as verified, and without that nobody comes in for the first time. Add the optional claim xms_edov.",
        ],
    ),
    (
        "Google",
        &[
            "Google Cloud console, APIs & Services, OAuth consent screen: Internal. Credentials, Create credentials, OAuth client ID, Web application.",
            "Paste the Redirect URI under Authorized redirect URIs; copy Client ID and Client secret.",
            "The issuer is https://accounts.google.com. Take groups out of the scopes: Google sends none, so invite administrators by e-mail.",
        ],
    ),
    (
        "Keycloak",
        &[
            "Clients, Create client: OpenID Connect. Client authentication on, Standard flow only. Paste the Redirect URI under Valid redirect URIs.",
            "Copy the secret from Credentials. The issuer is https://your-host/realms/REALM.",
            "Client scopes, the client’s dedicated scope, Add mapper, Group Membership: token claim name groups, Full group path off, ID token on.",
        ],
    ),
    (
        "authentik",
        &[
            "Applications, Create with provider, OAuth2/OpenID: client type Confidential; paste the Redirect URI as Strict.",
            "Copy Client ID and Client Secret. The issuer stands on the provider’s page as OpenID Configuration Issuer.",
            "Groups come in the claim groups with the scope profile; take groups out of the scopes.",
        ],
    ),
];

const SAML: &[Guide] = &[
    (
        "Okta",
        &[
            "Applications, Create App Integration, SAML 2.0. Paste the ACS URL as Single sign-on URL and the Entity ID as Audience URI.",
            "Name ID format: EmailAddress or Persistent. Under Group Attribute Statements add groups, Matches regex, or the prefix of your groups.",
            "Sign On, SAML Signing Certificates, Actions, View IdP metadata: copy that address into Metadata address.",
        ],
    ),
    (
        "Microsoft Entra ID",
        &[
            "Enterprise applications, New application, Create your own, Non-gallery. Single sign-on, SAML.",
            "Basic SAML Configuration: paste the Entity ID as Identifier and the ACS URL as Reply URL.",
            "Attributes & Claims: Add a group claim; its name is http://schemas.microsoft.com/ws/2008/06/identity/claims/groups, and its values are object ids.",
            "SAML Certificates: copy the App Federation Metadata Url into Metadata address.",
        ],
    ),
    (
        "Google",
        &[
            "Admin console, Apps, Web and mobile apps, Add app, Add custom SAML app. Download the metadata and paste it here.",
            "Paste ACS URL and Entity ID; Name ID format EMAIL, Name ID Basic Information > Primary email.",
            "Attribute mapping, Group membership: choose the groups, App attribute groups.",
        ],
    ),
    (
        "Keycloak",
        &[
            "Clients, Import client: load our metadata from the Entity ID’s address. Client signature required: off. Encrypt assertions: off. Sign assertions: on.",
            "The metadata’s address is https://your-host/realms/REALM/protocol/saml/descriptor.",
            "Client scopes, the client’s dedicated scope, Add mapper, Group list: group attribute name groups, Full group path off.",
        ],
    ),
    (
        "authentik",
        &[
            "Applications, Create with provider, SAML: paste the ACS URL, Service Provider Binding Post, and the Entity ID as Audience.",
            "Choose a Signing Certificate and Sign assertions. Related objects, Metadata: copy its download address into Metadata address.",
            "Groups come in the attribute http://schemas.xmlsoap.org/claims/Group.",
        ],
    ),
];

pub(crate) fn guides(kind: ProviderKind) -> AnyView {
    let guides = match kind {
        ProviderKind::Oidc => OIDC,
        ProviderKind::Saml => SAML,
    };
    let guides = guides.iter().map(|(name, steps)| {
        let steps = steps.iter().map(|step| view! { <li><div><p>{*step}</p></div></li> }).collect_view();
        view! { <Disclose title=*name><ol class="steps">{steps}</ol></Disclose> }
    });
    view! { <Card id="guides" title="Step by step">{guides.collect_view()}</Card> }.into_any()
}
