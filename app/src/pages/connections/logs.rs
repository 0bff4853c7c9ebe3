//! The Logs tab: the provisioning log of this connection.

use super::frame::{TabKind, tab_page, use_place};
use crate::pages::logs::LogList;
use leptos::prelude::*;

#[component]
pub(super) fn LogsTab() -> impl IntoView {
    let place = use_place(TabKind::Logs);
    tab_page(
        place,
        Signal::stored(false),
        |page| view! { <LogList connection=page.connection.id/> }.into_any(),
        |_| ().into_any(),
    )
}
