//! The overview: all connections, what is still to set up, what was done last.

#[cfg(feature = "ssr")]
pub(crate) mod body;

use crate::api::overview::GetOverview;
use crate::components::{Crumb, PageHead, part_of};
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::Screen;
use crate::written::Written;
use leptos::prelude::*;

#[component]
pub fn Overview() -> impl IntoView {
    let live = use_live();
    let data = reread(move || live.get(), || Ok(GetOverview {}));
    view! {
        <Screen title="Overview" crumbs=vec![Crumb::here("Overview")]>
            <PageHead title="Overview" description="From your identity sources to Zoom: what is connected, and how it stands."/>
            {part_of(data, |html| view! { <Written html/> }.into_any())}
        </Screen>
    }
}
