//! All connections.

use super::cards::ConnectionCards;
use crate::api::overview::GetOverview;
use crate::components::{Crumb, Icon, PageHead, part_of};
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::Screen;
use leptos::prelude::*;

#[component]
pub(super) fn Connections() -> impl IntoView {
    let live = use_live();
    let data = reread(move || live.get(), || Ok(GetOverview {}));
    let cards = part_of(data, |overview| {
        view! { <ConnectionCards connections=overview.connections may_add=overview.may.manage/> }.into_any()
    });
    view! {
        <Screen title="Connections" crumbs=vec![Crumb::link("Overview", "/"), Crumb::here("Connections")]>
            <PageHead
                title="Connections"
                description="The Zoom accounts that Rollcall keeps equal to the directory."
                actions=view! { <a class="btn" href="/connections/new"><Icon name="plus"/>"Add a connection"</a> }.into_any()
            />
            <div class="stack">{cards}</div>
        </Screen>
    }
}
