//! The Integration tab: credentials and Test connection.

use super::frame::{TabKind, known, tab_page, use_place};
use super::integration_form::{IntegrationForm, use_secret_is_lost};
use super::not_now::NotNow;
use super::test_result::{TestFailed, TestResult};
use crate::api::connections::integration::SaveConnection;
use crate::api::connections::{GetConnection, GetZoomGuide};
use crate::components::{Query, follows, keyed_by, part_of};
use crate::form::use_form;
use crate::reading::{read, reread};
use crate::written::Written;
use leptos::prelude::*;
use model::connection::Connection;

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
    let guide = read(|| Ok(GetZoomGuide {}));
    let body = move |_| {
        let form_and_test = part_of(settings, move |page| {
            let (stored, may_manage) = (page.connection, page.may.manage);
            let test = stored.test.clone();
            let version = |stored: &Connection| (stored.id, stored.version, stored.enabled);
            let form = keyed_by(stored, version, move |stored| {
                view! { <IntegrationForm form stored=Some(stored) may_manage secret_is_lost/> }.into_any()
            });
            view! { {form}<TestResult test/> }.into_any()
        });
        let guide = part_of(guide, |html| view! { <Written html/> }.into_any());
        view! { <div class="cols" data-side="wide"><div class="stack">{form_and_test}</div>{guide}</div> }.into_any()
    };
    let dialogs = move |_| {
        let dialog = part_of(settings, move |page| {
            let failure = page.connection.test.and_then(|test| test.failure);
            let id = page.connection.id;
            follows(move || match (failed.get(), failure.clone()) {
                (false, _) => ().into_any(),
                (true, Some(failure)) => view! { <TestFailed id failure/> }.into_any(),
                (true, None) => {
                    let close = format!("/connections/{id}/integration");
                    view! { <NotNow text="The newest test of these settings did not fail." close/> }.into_any()
                }
            })
        });
        dialog.into_any()
    };
    tab_page(place, failed.into(), body, dialogs)
}
