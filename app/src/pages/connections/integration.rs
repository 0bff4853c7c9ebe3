//! The Integration tab: credentials and Test connection.

use super::frame::{TabKind, known, tab_page, use_place};
use super::guide::Guide;
use super::integration_form::{IntegrationForm, use_secret_is_lost};
use super::not_now::NotNow;
use super::test_result::{TestFailed, TestResult};
use crate::api::connections::GetConnection;
use crate::api::connections::integration::SaveConnection;
use crate::components::{Query, part_of};
use crate::form::use_form;
use crate::reading::reread;
use leptos::prelude::*;

#[component]
pub(super) fn IntegrationTab() -> impl IntoView {
    let place = use_place(TabKind::Integration);
    let form = use_form::<SaveConnection>();
    let secret_is_lost = use_secret_is_lost();
    let query = Query::here();
    let failed = Memo::new(move |_| query.read().get("dialog") == Some("test-failed"));
    // Read anew when something was saved, tested or switched, and at no other time: a form is being filled here.
    let occasion = Memo::new(move |_| {
        let query = query.read();
        ["saved", "tested", "provisioning"].map(|name| query.get(name).map(str::to_owned))
    });
    let settings = reread(move || occasion.get(), move || Ok(GetConnection { id: known(place.id.get())? }));
    let body = move |_| {
        let form_and_test = part_of(settings, move |page| {
            let stored = page.connection.clone();
            let test = stored.test.clone();
            // A new version is a new form: no field keeps what was typed for the old one, the secret before all.
            view! {
                <For each=move || [stored.clone()] key=|stored| (stored.id, stored.version, stored.enabled) let:stored>
                    <IntegrationForm form stored=Some(stored) may_manage=page.may.manage secret_is_lost/>
                </For>
                <TestResult test/>
            }
            .into_any()
        });
        view! { <div class="cols" data-side="wide"><div class="stack">{form_and_test}</div><Guide/></div> }.into_any()
    };
    let dialogs = move |_| {
        let dialog = part_of(settings, move |page| {
            let failure = page.connection.test.and_then(|test| test.failure);
            let id = page.connection.id;
            view! {
                <Show when=move || failed.get()>
                    {match failure.clone() {
                        Some(failure) => view! { <TestFailed id failure/> }.into_any(),
                        None => {
                            let close = format!("/connections/{id}/integration");
                            view! { <NotNow text="The newest test of these settings did not fail." close/> }.into_any()
                        }
                    }}
                </Show>
            }
            .into_any()
        });
        dialog.into_any()
    };
    tab_page(place, failed.into(), body, dialogs)
}
