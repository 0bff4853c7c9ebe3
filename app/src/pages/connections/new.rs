//! A new connection: the form, with the guide for Zoom's side beside it.

use super::integration_form::{IntegrationForm, use_secret_is_lost};
use crate::api::connections::integration::SaveConnection;
use crate::api::connections::{GetZoomGuide, MayMakeConnection};
use crate::components::{Crumb, PageHead, PageMark, page_of, part_of};
use crate::form::use_form;
use crate::reading::read;
use crate::shell::Screen;
use crate::written::Written;
use leptos::prelude::*;

#[component]
pub(super) fn NewConnection() -> impl IntoView {
    let form = use_form::<SaveConnection>();
    let secret_is_lost = use_secret_is_lost();
    let allowed = read(|| Ok(MayMakeConnection {}));
    let guide = read(|| Ok(GetZoomGuide {}));
    page_of(allowed, move |()| {
        view! {
        <Screen title="Add a connection" crumbs=vec![Crumb::link("Overview", "/"), Crumb::here("Add a connection")]>
            <PageHead
                title="Add a connection"
                description="One Zoom account. It starts switched off: nothing in Zoom changes before you have tested it and turned it on."
                mark=PageMark::Icon("video")
            />
            <div class="cols" data-side="wide">
                <div class="stack"><IntegrationForm form stored=None may_manage=true secret_is_lost/></div>
                {part_of(guide, |html| view! { <Written html/> }.into_any())}
            </div>
        </Screen>
    }
    .into_any()
    })
}
