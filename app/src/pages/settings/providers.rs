//! The identity providers that administrators sign in with.

use super::tabs;
use crate::api::providers::ListProviders;
use crate::components::{Crumb, Icon, Look, PageHead, Tone, content_of, if_read};
use crate::reading::read;
use crate::shell::Screen;
use crate::written::Written;
use leptos::prelude::*;
use model::provider::ProviderState;

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
    let body = content_of(data, |list| view! { <Written html=list.html/> }.into_any());
    view! {
        <Screen title="Sign-in" crumbs=vec![Crumb::here("Settings"), Crumb::here("Sign-in")]>
            <PageHead title="Sign-in" description="How administrators reach Rollcall. People of the directory are not administrators." actions/>
            {tabs("Sign-in")}
            {body}
        </Screen>
    }
}

pub(super) fn add() -> AnyView {
    view! {
        <a class="btn" data-variant="outline" href="/settings/sign-in/new?kind=saml"><Icon name="plus"/>"Add SAML"</a>
        <a class="btn" href="/settings/sign-in/new?kind=oidc"><Icon name="plus"/>"Add OpenID Connect"</a>
    }
    .into_any()
}
