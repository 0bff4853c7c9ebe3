//! What a provider's page says beside its form: its head, its settings for those who may only look, and what its metadata
//! said.

use crate::api::providers::RefreshMetadata;
use crate::components::{Badge, Callout, Card, Icon, Kv, Look, PageHead, Query, SubmitButton, Time, Tone, exact, pair};
use crate::now::use_now;
use crate::written::WrittenForm;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::provider::{Certificate, Protocol, Provider, ProviderState};
use server_fn::ServerFn;

pub(crate) fn head(provider: &Provider, may_manage: bool) -> AnyView {
    let slug = &provider.slug;
    let actions = may_manage.then(|| {
        view! {
            <a class="btn" data-variant="danger" href=format!("/settings/sign-in/{slug}?dialog=remove")><Icon name="trash-2"/>"Remove"</a>
            <a class="btn" data-variant="outline" href=format!("/auth/{slug}/start?test=1") target="_blank" rel="external noopener"><Icon name="plug-zap"/>"Test sign-in"</a>
        }
        .into_any()
    });
    let kind = provider.protocol.kind().label();
    let state = provider.state(use_now().get_untracked());
    view! {
        <PageHead
            title=provider.label.clone()
            description=format!("{kind}. Changed by {}, {}.", provider.updated_by, exact(provider.updated_at))
            badge=view! { <Badge look=state/> }.into_any()
            actions=actions.unwrap_or_else(|| ().into_any())
        />
    }
    .into_any()
}

/// Without a provider, what somebody sees who may not make one.
pub(crate) fn facts(provider: Option<&Provider>, may_manage: bool) -> AnyView {
    let settings = match provider {
        _ if may_manage => ().into_any(),
        Some(provider) => read_only(provider),
        None => only_owners(),
    };
    let metadata = provider.map(|provider| metadata(provider, may_manage));
    view! { {settings}{metadata} }.into_any()
}

fn only_owners() -> AnyView {
    view! {
        <Callout look=Look::new(Tone::Info, "info", "Read only") title="Only owners change this">
            <p>"Your role lets you look."</p>
        </Callout>
    }
    .into_any()
}

/// The settings for those who only look.
fn read_only(provider: &Provider) -> AnyView {
    let mono = |text: &str| view! { <span class="mono break-all">{text.to_owned()}</span> };
    let mut rows = match &provider.protocol {
        Protocol::Oidc(oidc) => vec![
            pair("Issuer", mono(&oidc.issuer)),
            pair("Client ID", mono(&oidc.client_id)),
            pair("Scopes", mono(&oidc.scopes.join(" "))),
        ],
        Protocol::Saml(saml) => vec![pair("Metadata address", mono(saml.metadata_url.as_deref().unwrap_or("pasted")))],
    };
    rows.push(pair("Groups come in", mono(&provider.groups_claim)));
    rows.extend(provider.roles.iter().map(|rule| pair(format!("Gives {}", rule.role.label()), mono(&rule.value))));
    view! {
        {only_owners()}
        <Card id="settings-h" title="Settings"><section><Kv rows/></section></Card>
    }
    .into_any()
}

/// What a SAML provider's metadata said.
fn metadata(provider: &Provider, may_manage: bool) -> AnyView {
    let Protocol::Saml(saml) = &provider.protocol else { return ().into_any() };
    let now = use_now().get_untracked();
    let early = provider.certificate_begins(now).map(|begin| {
        let title = format!("A signing certificate is not valid before {}", exact(begin));
        view! {
            <Callout look=Look::new(Tone::Warn, "triangle-alert", "Certificate") title>
                <p>"Until then the provider should sign with another one. If it signs with this one already, its clock or ours is wrong."</p>
            </Callout>
        }
    });
    let warning = match (provider.certificates_end(), provider.state(now)) {
        (Some(end), ProviderState::CertificateEnds | ProviderState::CertificateEnded) => {
            let ended = end <= now;
            let title = format!("The signing certificate {} on {}", if ended { "ended" } else { "ends" }, exact(end));
            view! {
                <Callout look=Look::new(Tone::Warn, "triangle-alert", "Certificate") title>
                    <p>"The metadata has no successor yet. Have the provider make a new certificate, then refresh the metadata here."</p>
                </Callout>
            }
            .into_any()
        }
        _ => ().into_any(),
    };
    let rows = vec![
        pair("Entity ID", view! { <span class="mono break-all">{saml.entity_id.clone()}</span> }),
        pair("Sign-on URL", view! { <span class="mono break-all">{saml.sign_on_url.clone()}</span> }),
    ];
    let (id, at) = (provider.id, Query::parse(&format!("/settings/sign-in/{}", provider.slug), ""));
    let refresh = (may_manage && saml.metadata_url.is_some()).then(move || {
        view! {
            <footer>
                <WrittenForm calls=RefreshMetadata::PATH at>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <SubmitButton label="Refresh metadata" icon="rotate-cw" variant="outline" small=true/>
                </WrittenForm>
            </footer>
        }
    });
    let certificates = saml.certificates.clone().into_iter().map(move |shown| certificate(shown, now));
    view! {
        {warning}
        {early}
        <Card id="metadata-h" title="From the metadata">
            <section>
                <Kv rows/>
            </section>
            <ul class="rows border-t border-border">{certificates.collect_view()}</ul>
            {refresh}
        </Card>
    }
    .into_any()
}

fn certificate(certificate: Certificate, now: DateTime<Utc>) -> impl IntoView {
    let look = if certificate.not_after <= now {
        Some(Look::new(Tone::Bad, "circle-alert", "Expired"))
    } else if certificate.not_before > now {
        Some(Look::new(Tone::Warn, "clock", "Not valid yet"))
    } else {
        None
    };
    let badge = look.map(|look| view! { " "<Badge look=look/> });
    view! {
        <li><div>
            <strong class="title">"Signing certificate "{certificate.subject}{badge}</strong>
            <p class="sub">"Ends "<Time at=certificate.not_after/>", "{exact(certificate.not_after)}</p>
            <p class="sub mono break-all">"SHA-256 "{certificate.fingerprint}</p>
        </div></li>
    }
}
