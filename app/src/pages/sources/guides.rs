//! How to set an identity provider up, step by step, in the provider's own words.

use crate::components::{Card, Disclose};
use leptos::prelude::*;

#[component]
pub fn Guides() -> impl IntoView {
    view! {
        <Card id="guides" title="Step by step">
            <Disclose title="Okta" end="3 min" open=true><Okta/></Disclose>
            <Disclose title="Microsoft Entra ID" end="3 min"><Entra/></Disclose>
            <Disclose title="Any SCIM 2.0 client" end="2 min"><Generic/></Disclose>
        </Card>
    }
}

#[component]
fn Okta() -> impl IntoView {
    view! {
        <ol class="steps">
            <li><div><p>"Applications, "<strong>"Create App Integration"</strong>", SAML 2.0, then on General choose Provisioning: "<strong>"SCIM"</strong>"."</p></div></li>
            <li><div><p>"Provisioning, "<strong>"Integration"</strong>": paste the SCIM URL as base URL, "<code class="mono">"userName"</code>" as unique identifier, choose HTTP Header, and paste the token. Tick Push New Users and Push Profile Updates."</p></div></li>
            <li><div><p><strong>"Test Connector Configuration"</strong>", Save, then under "<strong>"To App"</strong>" allow Create, Update and Deactivate."</p></div></li>
            <li><div><p><strong>"Assignments"</strong>": assign the people. They show under People here within seconds."</p></div></li>
        </ol>
    }
}

#[component]
fn Entra() -> impl IntoView {
    view! {
        <ol class="steps">
            <li><div><p>"Enterprise applications, "<strong>"New application"</strong>", Create your own, Non-gallery."</p></div></li>
            <li><div>
                <p>"Provisioning, Automatic: paste the SCIM URL as "<strong>"Tenant URL"</strong>" and the token as "<strong>"Secret Token"</strong>", then "<strong>"Test Connection"</strong>"."</p>
                <p>"Add "<code class="tag mono">"?aadOptscim062020"</code>" to the Tenant URL for the newer dialect; both are understood."</p>
            </div></li>
            <li><div><p>"Under "<strong>"Users and groups"</strong>" assign the people, then "<strong>"Start provisioning"</strong>". Entra sends changes every 40 minutes; Provision on demand sends one person now."</p></div></li>
        </ol>
    }
}

#[component]
fn Generic() -> impl IntoView {
    view! {
        <ol class="steps">
            <li><div><p>"Give the client the SCIM URL, and the token as "<code class="mono">"Authorization: Bearer"</code>"."</p></div></li>
            <li><div><p>"Users are found by "<code class="mono">"userName"</code>" or "<code class="mono">"externalId"</code>". What the server can do stands at "<code class="mono">"/ServiceProviderConfig"</code>" and "<code class="mono">"/Schemas"</code>" below the SCIM URL."</p></div></li>
            <li><div>
                <p>"Try it:"</p>
                <p><code class="code">"curl -H 'Authorization: Bearer rc_scim_…' SCIM_URL/Users?count=1"</code></p>
            </div></li>
        </ol>
    }
}
