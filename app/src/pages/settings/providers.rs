//! The identity providers that administrators sign in with.

use super::tabs;
use crate::api::providers::{ListProviders, ProviderList};
use crate::components::{
    Badge, Callout, Card, Crumb, Empty, Icon, Look, PageHead, Table, Time, Tone, content_of, if_read,
};
use crate::now::use_now;
use crate::reading::read;
use crate::shell::Screen;
use leptos::prelude::*;
use model::provider::{Protocol, Provider, ProviderState};

impl From<ProviderState> for Look {
    fn from(state: ProviderState) -> Self {
        let (tone, icon) = match state {
            ProviderState::On => (Tone::Ok, "circle-check"),
            ProviderState::Off => (Tone::Idle, "pause"),
            ProviderState::CertificateEnds => (Tone::Warn, "triangle-alert"),
            ProviderState::CertificateEnded => (Tone::Bad, "circle-alert"),
        };
        Self::new(tone, icon, state.label())
    }
}

#[component]
pub fn Providers() -> impl IntoView {
    let data = read(|| Ok(ListProviders {}));
    let actions = if_read(data, |list| list.may_manage.then(add).into_any()).into_any();
    let body = content_of(
        data,
        |ProviderList { providers, may_manage }| {
            if providers.is_empty() { nobody(may_manage.then(add)) } else { table(providers) }
        },
    );
    view! {
        <Screen title="Sign-in" crumbs=vec![Crumb::here("Settings"), Crumb::here("Sign-in")]>
            <PageHead title="Sign-in" description="How administrators reach Rollcall. People of the directory are not administrators." actions/>
            {tabs("Sign-in")}
            {body}
        </Screen>
    }
}

fn add() -> AnyView {
    view! {
        <a class="btn" data-variant="outline" href="/settings/sign-in/new?kind=saml"><Icon name="plus"/>"Add SAML"</a>
        <a class="btn" href="/settings/sign-in/new?kind=oidc"><Icon name="plus"/>"Add OpenID Connect"</a>
    }
    .into_any()
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
