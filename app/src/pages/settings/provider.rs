//! One provider: its settings, what to paste there, the role mapping, and the test sign-in.

use super::guides::Guides;
use super::occasion;
use super::roles::RoleMapping;
use crate::api::providers::{GetProvider, ProviderDetails, RefreshMetadata, RemoveProvider, SaveProvider, kind_of};
use crate::components::{
    Badge, Callout, Card, Content, CopyField, Crumb, Dialog, FieldState, Icon, Kv, Look, PageHead, Query, SubmitButton,
    SwitchRow, TextArea, TextField, Time, Tone, exact, follows, keyed_by, page_of, pair,
};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::now::use_now;
use crate::reading::{read, reread};
use crate::shell::Screen;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::provider::{Certificate, Oidc, Protocol, Provider, ProviderKind, ProviderState, Saml};

/// `/settings/sign-in/new?kind=`
#[component]
pub fn NewProvider() -> impl IntoView {
    let query = Query::here();
    let kind = Memo::new(move |_| kind_of(query.read().get("kind").unwrap_or_default()));
    let data = read(|| Ok(GetProvider { slug: String::new() }));
    let form = use_form::<SaveProvider>();
    page_of(data, move |details| {
        let kind = kind.get_untracked();
        let title = format!("Add {}", kind.label());
        view! {
            <Screen title=title.clone() crumbs=vec![Crumb::here("Settings"), Crumb::link("Sign-in", "/settings/sign-in"), Crumb::here(title.clone())]>
                <PageHead title=title description="What is entered is checked at the provider before it is saved."/>
                {settings(details, kind, form, None)}
            </Screen>
        }
        .into_any()
    })
}

/// `/settings/sign-in/{slug}`
#[component]
pub fn ProviderPage() -> impl IntoView {
    let params = use_params_map();
    let query = Query::here();
    let dialog = Memo::new(move |_| query.read().get("dialog") == Some("remove"));
    let slug = Memo::new(move |_| params.read().get("slug").unwrap_or_default());
    let saved = occasion(query, "saved");
    let data = reread(move || saved.get(), move || Ok(GetProvider { slug: slug.get() }));
    let form = use_form::<SaveProvider>();
    let refresh = use_form::<RefreshMetadata>();
    page_of(data, move |details| {
        let Some(provider) = details.provider.clone() else { return ().into_any() };
        let may_manage = details.may_manage;
        let (label, slug) = (provider.label.clone(), provider.slug.clone());
        let state = provider.state(use_now().get_untracked());
        let actions = may_manage.then(|| {
            view! {
                <a class="btn" data-variant="danger" href=format!("/settings/sign-in/{slug}?dialog=remove")><Icon name="trash-2"/>"Remove"</a>
                <a class="btn" data-variant="outline" href=format!("/auth/{slug}/start?test=1") target="_blank" rel="external noopener"><Icon name="plug-zap"/>"Test sign-in"</a>
            }
            .into_any()
        });
        let kind = provider.protocol.kind();
        let removing = provider.clone();
        let version =
            |details: &ProviderDetails| details.provider.as_ref().map(|provider| (provider.id, provider.version));
        let body = keyed_by(details, version, move |details| settings(details, kind, form, Some(refresh)));
        let over = follows(move || match dialog.get() && may_manage {
            true => view! { <Remove provider=removing.clone()/> }.into_any(),
            false => ().into_any(),
        });
        view! {
            <Screen title=label.clone() crumbs=vec![Crumb::here("Settings"), Crumb::link("Sign-in", "/settings/sign-in"), Crumb::here(label.clone())]>
                <Content dialog=dialog>
                    <PageHead
                        title=label
                        description=format!("{}. Changed by {}, {}.", kind.label(), provider.updated_by, exact(provider.updated_at))
                        badge=view! { <Badge look=state/> }.into_any()
                        actions=actions.unwrap_or_else(|| ().into_any())
                    />
                    {body}
                </Content>
                {over}
            </Screen>
        }
        .into_any()
    })
}

/// What has to be pasted at the provider, and the form; beside them, how others do it.
fn settings(
    details: ProviderDetails,
    kind: ProviderKind,
    form: FormState<SaveProvider>,
    refresh: Option<FormState<RefreshMetadata>>,
) -> AnyView {
    let ProviderDetails { provider, public_url, may_manage } = details;
    let stored = provider.as_ref().map_or("corp", |provider| provider.slug.as_str());
    let slug = RwSignal::new(form.value("slug", stored));
    let certificates = match (&provider, refresh) {
        (Some(provider), Some(refresh)) => metadata(provider, may_manage, refresh),
        _ => ().into_any(),
    };
    let body = match provider {
        provider if may_manage => view! { <Settings provider kind form/> }.into_any(),
        Some(provider) => read_only(&provider),
        None => only_owners(),
    };
    // The name in addresses, as it is typed.
    let follow = move |event: leptos::ev::Event| {
        if event_target::<leptos::web_sys::HtmlInputElement>(&event).name() == "slug" {
            slug.set(event_target_value(&event));
        }
    };
    view! {
        <div class="cols" on:input=follow>
            <div class="stack">
                {move || view! { <Paste kind slug=slug.get() public_url=public_url.clone()/> }}
                {body}
                {certificates}
            </div>
            <div class="stack"><Guides kind/></div>
        </div>
    }
    .into_any()
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

#[component]
fn Settings(provider: Option<Provider>, kind: ProviderKind, form: FormState<SaveProvider>) -> impl IntoView {
    let stored = provider.as_ref();
    let field = |name, get: fn(&Provider) -> &str, otherwise| FieldState::of(form, name, stored.map_or(otherwise, get));
    let label = field("label", |provider| &provider.label, "");
    let slug = field("slug", |provider| &provider.slug, "corp");
    let groups_claim = field("groups_claim", |provider| &provider.groups_claim, "groups");
    let enabled = FieldState::switch(form, "enabled", stored.is_none_or(|provider| provider.enabled));
    let (id, version) = (stored.map(|p| p.id.to_string()), stored.map(|p| p.version));
    let rules = stored.map(|provider| provider.roles.clone()).unwrap_or_default();
    let particular = match (kind, provider.map(|provider| provider.protocol)) {
        (ProviderKind::Oidc, Some(Protocol::Oidc(oidc))) => view! { <OidcFields oidc=Some(oidc) form/> }.into_any(),
        (ProviderKind::Oidc, _) => view! { <OidcFields oidc=None form/> }.into_any(),
        (ProviderKind::Saml, Some(Protocol::Saml(saml))) => view! { <SamlFields saml=Some(saml) form/> }.into_any(),
        (ProviderKind::Saml, _) => view! { <SamlFields saml=None form/> }.into_any(),
    };
    view! {
        <PostForm state=form id="provider" class="stack">
            <FormProblem state=form/>
            {id.map(|id| view! { <input type="hidden" name="id" value=id/> })}
            {version.map(|version| view! { <input type="hidden" name="version" value=version.to_string()/> })}
            <input type="hidden" name="kind" value=kind.as_str()/>
            <Card id="settings-h" title="Settings">
                <section class="form">
                    <div class="grid-2">
                        <TextField
                            field=label
                            label="Button text"
                            placeholder="Continue with Okta"
                            hint="On the sign-in page."
                        />
                        <TextField
                            field=slug
                            label="Name in addresses"
                            mono=true
                            hint="Part of the addresses above: set it before you paste them."
                        />
                    </div>
                    {particular}
                </section>
                <SwitchRow
                    field=enabled
                    label="Offered on the sign-in page"
                    hint="Off: nobody signs in by it; Test sign-in still works."
                />
            </Card>
            <Card id="roles-h" title="Roles from groups" hint="Read anew at each sign-in">
                <section class="form">
                    <TextField
                        field=groups_claim
                        label=if kind == ProviderKind::Oidc { "Groups claim" } else { "Groups attribute" }
                        mono=true
                        hint="Its values are compared with the rows below, letter by letter."
                    />
                    <RoleMapping rules form/>
                </section>
                <footer><SubmitButton label="Check and save" pending=Signal::derive(move || form.pending())/></footer>
            </Card>
        </PostForm>
    }
}

#[component]
fn OidcFields(oidc: Option<Oidc>, form: FormState<SaveProvider>) -> impl IntoView {
    let stored = oidc.unwrap_or_else(|| Oidc {
        issuer: String::new(),
        client_id: String::new(),
        scopes: ["email", "profile", "groups"].map(str::to_owned).to_vec(),
        secret_ends_in: None,
    });
    let secret = match stored.secret_ends_in.as_deref() {
        Some("") => "Stored".to_owned(),
        Some(end) => format!("Stored, ends in {end}"),
        None => String::new(),
    };
    view! {
        <TextField
            field=FieldState::of(form, "issuer", &stored.issuer)
            label="Issuer"
            kind="url"
            mono=true
            placeholder="https://example.okta.com"
            hint="The discovery document is read from here, at /.well-known/openid-configuration."
        />
        <div class="grid-2">
            <TextField field=FieldState::of(form, "client_id", &stored.client_id) label="Client ID" mono=true/>
            <TextField
                field=FieldState::of(form, "client_secret", "")
                label="Client secret"
                kind="password"
                placeholder=secret
                hint="Kept encrypted, never shown again."
            />
        </div>
        <TextField
            field=FieldState::of(form, "scopes", &stored.scopes.join(" "))
            label="Scopes"
            mono=true
            hint="With spaces between them; openid is always added. Leave groups out where the provider does not know it (Google, Microsoft Entra ID)."
        />
    }
}

#[component]
fn SamlFields(saml: Option<Saml>, form: FormState<SaveProvider>) -> impl IntoView {
    let pasted = saml.as_ref().is_some_and(|saml| saml.metadata_url.is_none());
    let url = saml.and_then(|saml| saml.metadata_url).unwrap_or_default();
    let hint = if pasted {
        "What was pasted before stays until something else is pasted or an address is entered."
    } else {
        "In place of the address. XML that begins with EntityDescriptor; several signing certificates are fine."
    };
    view! {
        <TextField
            field=FieldState::of(form, "metadata_url", &url)
            label="Metadata address"
            kind="url"
            mono=true
            optional=true
            placeholder="https://login.example.com/metadata.xml"
            hint="Read now, and again when you press Refresh."
        />
        <TextArea field=FieldState::of(form, "metadata", "") label="Or paste the metadata" optional=true hint=hint from_file=".xml,application/xml,text/xml"/>
    }
}

/// The addresses that the provider has to be given.
#[component]
fn Paste(kind: ProviderKind, slug: String, public_url: String) -> impl IntoView {
    let at = |step: &str| format!("{public_url}/auth/{slug}/{step}");
    let fields = match kind {
        ProviderKind::Oidc => view! {
            <CopyField id="p-redirect" label="Redirect URI" value=at("callback") hint="Okta: Sign-in redirect URI. Entra: Redirect URI (Web). Google: Authorized redirect URI."/>
            <CopyField id="p-signout" label="Sign-out redirect URI" value=format!("{public_url}/login?signed_out=1") hint="Optional: where the provider sends people after signing them out."/>
        }
        .into_any(),
        ProviderKind::Saml => view! {
            <CopyField id="p-acs" label="ACS URL" value=at("acs") hint="Okta: Single sign-on URL. Entra: Reply URL."/>
            <CopyField id="p-entity" label="Entity ID" value=at("metadata") hint="Okta: Audience URI. Entra: Identifier. Our metadata can be loaded from this address."/>
        }
        .into_any(),
    };
    view! { <Card id="paste" title="Paste at the provider"><section class="form">{fields}</section></Card> }
}

/// What a SAML provider's metadata said.
fn metadata(provider: &Provider, may_manage: bool, form: FormState<RefreshMetadata>) -> AnyView {
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
    let id = provider.id;
    let refresh = (may_manage && saml.metadata_url.is_some()).then(move || {
        view! {
            <footer>
                <PostForm state=form id="refresh">
                    <input type="hidden" name="id" value=id.to_string()/>
                    <SubmitButton label="Refresh metadata" icon="rotate-cw" variant="outline" small=true pending=Signal::derive(move || form.pending())/>
                </PostForm>
            </footer>
        }
    });
    let certificates = saml.certificates.clone().into_iter().map(move |shown| certificate(shown, now));
    view! {
        {warning}
        {early}
        <Card id="metadata-h" title="From the metadata">
            <section>
                <FormProblem state=form/>
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

/// The question before a provider is removed.
#[component]
fn Remove(provider: Provider) -> impl IntoView {
    let form = use_form::<RemoveProvider>();
    let close = format!("/settings/sign-in/{}", provider.slug);
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Remove provider" form="remove" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="rp"
            title=format!("Remove {}?", provider.label)
            description="Nobody signs in by it from now on. This cannot be undone."
            close=close
            footer=footer
            alert=true
        >
            <PostForm state=form id="remove" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=provider.id.to_string()/>
                <p>"The sessions it opened end, and who was linked to which account is forgotten. The administrators stay, and whoever was invited has to be invited again. Switching it off keeps all that."</p>
            </PostForm>
        </Dialog>
    }
}
