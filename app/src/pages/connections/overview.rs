//! The Overview tab: how everybody stands, what needs attention, how fast changes arrive.

use super::frame::{TabKind, known, tab_page, use_place};
use super::not_now::{NOT_ALLOWED, NotNow};
use super::turn_on::TurnOn;
use crate::api::connections::{GetStanding, RetryCause, SwitchConnection};
use crate::components::{Query, part_of};
use crate::form::{FormProblem, use_form};
use crate::live::use_live;
use crate::reading::reread;
use crate::written::Written;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

#[component]
pub(super) fn OverviewTab() -> impl IntoView {
    let place = use_place(TabKind::Overview);
    let (switch, retry) = (use_form::<SwitchConnection>(), use_form::<RetryCause>());
    let query = Query::here();
    let (location, live) = (use_location(), use_live());
    let asks = Memo::new(move |_| query.read().get("dialog") == Some("turn-on"));
    let standing =
        reread(move || (location.search.get(), live.get()), move || Ok(GetStanding { id: known(place.id.get())? }));
    let body = move |_| {
        part_of(standing, move |standing| {
            view! { <FormProblem state=retry/><Written html=standing.html form=retry/> }.into_any()
        })
        .into_any()
    };
    let dialogs = move |_| {
        part_of(standing, move |standing| {
            if !asks.get() {
                return ().into_any();
            }
            let close = format!("/connections/{}", standing.connection.id);
            let text = if !standing.may.manage {
                NOT_ALLOWED
            } else if standing.connection.enabled {
                "Provisioning is on already."
            } else if !standing.connection.is_valid() {
                "Provisioning stays off until a connection test succeeds. Test the connection on the Integration tab."
            } else {
                return view! { <TurnOn standing form=switch/> }.into_any();
            };
            view! { <NotNow text close/> }.into_any()
        })
        .into_any()
    };
    tab_page(place, asks.into(), body, dialogs)
}
