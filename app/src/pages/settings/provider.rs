//! One provider: its settings, what to paste there, the role mapping, and the test sign-in.

use super::occasion;
use super::roles::RoleMapping;
use crate::api::providers::{
    GetProvider, ProviderDetails, RefreshMetadata, RemoveProvider, SaveProvider, StoredProvider, kind_of,
};
use crate::components::{
    Card, Content, CopyField, Crumb, Dialog, FieldState, PageHead, Query, SubmitButton, SwitchRow, TextArea, TextField,
    follows, keyed_by, page_of,
};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::reading::{read, reread};
use crate::shell::Screen;
use crate::written::Written;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::provider::{Oidc, ProviderKind};

/// `/settings/sign-in/new?kind=`
#[component]
pub fn NewProvider() -> impl IntoView {
    let query = Query::here();
    let kind = Memo::new(move |_| kind_of(query.read().get("kind").unwrap_or_default()));
    let data = read(move || Ok(GetProvider { slug: String::new(), kind: kind.get().as_str().to_owned() }));
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
    let data = reread(move || saved.get(), move || Ok(GetProvider { slug: slug.get(), kind: String::new() }));
    let form = use_form::<SaveProvider>();
    let refresh = use_form::<RefreshMetadata>();
    page_of(data, move |details| {
        let Some(provider) = details.provider.clone() else { return ().into_any() };
        let (may_manage, head) = (details.may_manage, details.head.clone());
        let (label, kind) = (provider.label.clone(), provider.kind);
        let removing = provider;
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
                    <Written html=head/>
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
    let ProviderDetails { provider, public_url, may_manage, facts, guides, .. } = details;
    let stored = provider.as_ref().map_or("corp", |provider| provider.slug.as_str());
    let slug = RwSignal::new(form.value("slug", stored));
    let facts = match refresh {
        Some(refresh) => {
            view! { <FormProblem state=refresh/><Written html=facts class="stack" form=refresh/> }.into_any()
        }
        None => view! { <Written html=facts class="stack"/> }.into_any(),
    };
    let body = may_manage.then(|| view! { <Settings provider kind form/> });
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
                {facts}
            </div>
            <Written html=guides class="stack"/>
        </div>
    }
    .into_any()
}

#[component]
fn Settings(provider: Option<StoredProvider>, kind: ProviderKind, form: FormState<SaveProvider>) -> impl IntoView {
    let stored = provider.as_ref();
    let field =
        |name, get: fn(&StoredProvider) -> &str, otherwise| FieldState::of(form, name, stored.map_or(otherwise, get));
    let label = field("label", |provider| &provider.label, "");
    let slug = field("slug", |provider| &provider.slug, "corp");
    let groups_claim = field("groups_claim", |provider| &provider.groups_claim, "groups");
    let enabled = FieldState::switch(form, "enabled", stored.is_none_or(|provider| provider.enabled));
    let (id, version) = (stored.map(|p| p.id.to_string()), stored.map(|p| p.version));
    let rules = stored.map(|provider| provider.roles.clone()).unwrap_or_default();
    let particular = match kind {
        ProviderKind::Oidc => view! { <OidcFields oidc=provider.and_then(|stored| stored.oidc) form/> }.into_any(),
        ProviderKind::Saml => {
            view! { <SamlFields metadata=provider.map(|stored| stored.metadata_url) form/> }.into_any()
        }
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
fn SamlFields(
    /// The stored address, or that the metadata was pasted.
    metadata: Option<Option<String>>,
    form: FormState<SaveProvider>,
) -> impl IntoView {
    let pasted = metadata == Some(None);
    let url = metadata.flatten().unwrap_or_default();
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

/// The question before a provider is removed.
#[component]
fn Remove(provider: StoredProvider) -> impl IntoView {
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
