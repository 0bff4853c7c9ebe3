//! The providers in a table, or what to do while there is none.

use super::providers::add;
use crate::components::{Badge, Callout, Card, Empty, Look, Table, Time, Tone};
use crate::now::use_now;
use leptos::prelude::*;
use model::provider::{Protocol, Provider};

pub(crate) fn all(providers: Vec<Provider>, may_manage: bool) -> AnyView {
    if providers.is_empty() { nobody(may_manage.then(add)) } else { table(providers) }
}

fn nobody(actions: Option<AnyView>) -> AnyView {
    let actions = actions.unwrap_or_else(|| ().into_any());
    view! {
        <div class="stack">
            <section class="card">
                <Empty
                    icon="log-in"
                    title="Administrators sign in with one-time links so far"
                    text="Add your company’s identity provider (Okta, Microsoft Entra ID, Google, Keycloak, authentik, or any other that speaks OpenID Connect or SAML 2.0). Then invite people, or let a group of theirs give the role."
                    actions=actions
                />
            </section>
            <Callout look=Look::new(Tone::Info, "info", "One-time links") title="The one-time link goes on working">
                <p>"Whoever can run "<code class="mono">"rollcall setup-link"</code>" on the server gets in as an owner. Its use is in the audit log."</p>
            </Callout>
        </div>
    }
    .into_any()
}

fn table(providers: Vec<Provider>) -> AnyView {
    let count = i64::try_from(providers.len()).unwrap_or(i64::MAX);
    let now = use_now().get_untracked();
    let rows = providers.into_iter().map(move |provider| {
        let last = match provider.last_sign_in_at {
            Some(at) => view! { <Time at/> }.into_any(),
            None => "never".into_any(),
        };
        let party = match &provider.protocol {
            Protocol::Oidc(oidc) => oidc.issuer.clone(),
            Protocol::Saml(saml) => saml.entity_id.clone(),
        };
        let ends = match provider.certificates_end() {
            Some(at) => view! { <Time at/> }.into_any(),
            None => "–".into_any(),
        };
        let state = provider.state(now);
        view! {
            <tr>
                <th scope="row">
                    <a class="plain font-[550] hover:underline" href=format!("/settings/sign-in/{}", provider.slug)>{provider.label.clone()}</a>
                    <span class="sub break-all">{party}</span>
                </th>
                <td class="p2 nowrap">{provider.protocol.kind().label()}</td>
                <td><Badge look=state/></td>
                <td class="p2 muted nowrap">{ends}</td>
                <td class="p3 r num">{provider.roles.len()}</td>
                <td class="p2 muted nowrap">{last}</td>
            </tr>
        }
    });
    view! {
        <Card id="providers" title="Providers" count=count>
            <Table caption="Providers">
                <thead><tr>
                    <th scope="col">"Provider"</th>
                    <th scope="col" class="p2">"Protocol"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col" class="p2">"Certificate ends"</th>
                    <th scope="col" class="p3 r">"Groups with a role"</th>
                    <th scope="col" class="p2">"Last sign-in"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </Table>
        </Card>
    }
    .into_any()
}
