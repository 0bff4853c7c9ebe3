//! One person: who it is, what each source says, and why the Zoom account is as it is.

use super::deleted::Restore;
use super::join::{Join, Separate};
use super::others::Find;
use super::retry::Retried;
use crate::api::joined::ListSimilar;
use crate::api::links::RetryLink;
use crate::api::people::{AboutPerson, GetPerson, GetProvisioning};
use crate::components::{Content, Crumb, Query, follows, page_of, part_of, use_id};
use crate::error::AppError;
use crate::form::use_form;
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::Screen;
use crate::written::Written;
use leptos::prelude::*;
use model::{PersonId, RecordId};

#[component]
pub fn PersonPage() -> impl IntoView {
    let id = use_id::<PersonId>();
    let live = use_live();
    let query = Query::here();
    let dialog = Memo::new(move |_| query.read().get("dialog").map(str::to_owned));
    // A dialog that closes may have changed the person; one that opens has not.
    let closed = Memo::new(move |before: Option<&u32>| {
        let open = dialog.read().is_some();
        before.map_or(0, |count| count.wrapping_add(u32::from(!open)))
    });
    // Times move on and sources tell more while the page is open, but no form is taken away from whoever fills it.
    let beat = Memo::new(move |before: Option<&u32>| match (dialog.read().is_some(), before) {
        (true, Some(before)) => *before,
        _ => live.get(),
    });
    let known = move || id.get().ok_or_else(|| AppError::no("person"));
    let data = reread(move || (beat.get(), closed.get()), move || Ok(GetPerson { id: known()? }));
    let similar = reread(move || (beat.get(), closed.get()), move || Ok(ListSimilar { person: known()? }));
    let provisioning = reread(move || (live.get(), closed.get()), move || Ok(GetProvisioning { person: known()? }));
    // Outside of what is read anew, so that its answer stays on the page.
    let retry = use_form::<RetryLink>();
    page_of(data, move |about| {
        let AboutPerson { id, name, gone, head, sources, groups, profile, .. } = about.clone();
        let over = follows(move || over(&about, dialog.get().as_deref(), &query.read()));
        let others = (!gone).then(|| part_of(similar, |html| view! { <Written html/> }.into_any()));
        view! {
            <Screen title=name.clone() crumbs=vec![Crumb::link("People", "/people"), Crumb::here(name)]>
                <Content dialog=Signal::derive(move || dialog.read().is_some())>
                    <Written html=head/>
                    <Retried person=id form=retry/>
                    <div class="cols">
                        {part_of(provisioning, move |html| view! { <Written html class="stack" form=retry/> }.into_any())}
                        <aside class="stack" aria-label="Sources, groups and profile">
                            <Written html=sources/>
                            {others}
                            <Written html=groups/>
                            <Written html=profile/>
                        </aside>
                    </div>
                </Content>
                {over}
            </Screen>
        }
        .into_any()
    })
}

/// The dialog the address asks for, for those who may do what it does.
fn over(about: &AboutPerson, dialog: Option<&str>, query: &Query) -> AnyView {
    let Some(dialog) = dialog.filter(|_| about.may_manage) else { return ().into_any() };
    let (id, name) = (about.id, about.name.clone());
    let record = query.parsed::<RecordId>("record");
    let named = about.records.iter().find(|it| Some(it.id) == record);
    match (dialog, query.parsed::<PersonId>("other"), named) {
        ("find", ..) => view! { <Find person=id name/> }.into_any(),
        ("join", Some(other), _) => view! { <Join person=id other/> }.into_any(),
        ("separate", _, Some(record)) => view! { <Separate record=record.id/> }.into_any(),
        ("restore", _, Some(record)) => view! { <Restore person=id record=record.clone()/> }.into_any(),
        _ => ().into_any(),
    }
}
