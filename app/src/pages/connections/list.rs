//! All connections.

use crate::api::connections::ListConnections;
use crate::components::{Crumb, Icon, PageHead, part_of};
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::Screen;
use crate::written::Written;
use leptos::prelude::*;

#[component]
pub(super) fn Connections() -> impl IntoView {
    let live = use_live();
    let data = reread(move || live.get(), || Ok(ListConnections {}));
    let cards = part_of(data, |html| view! { <Written html/> }.into_any());
    view! {
        <Screen title="Connections" crumbs=vec![Crumb::link("Overview", "/"), Crumb::here("Connections")]>
            <PageHead
                title="Connections"
                description="The Zoom accounts that Rollcall keeps equal to the directory."
                actions=view! { <a class="btn" href="/connections/new"><Icon name="plus"/>"Add a connection"</a> }.into_any()
            />
            {cards}
        </Screen>
    }
}
