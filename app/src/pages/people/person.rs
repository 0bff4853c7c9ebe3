//! One person: who it is, what each source says, and why the Zoom account is as it is.

use super::deleted::{Restore, notice};
use super::join::{Join, Separate};
use super::others::{Find, Similars};
use super::profile::{Groups, Profile, Records};
use super::provisioning::{Links, Newest};
use super::retry::Retried;
use super::standing;
use crate::api::joined::ListSimilar;
use crate::api::links::RetryLink;
use crate::api::people::{AboutPerson, GetPerson, GetProvisioning};
use crate::components::{Badge, Content, Crumb, PageHead, PageMark, Query, follows, page_of, part_of, use_id};
use crate::error::AppError;
use crate::form::use_form;
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::Screen;
use leptos::prelude::*;
use model::person::{Person, PersonSummary};
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
    let known = move || id.get().ok_or_else(|| AppError::no("person"));
    let data = reread(move || closed.get(), move || Ok(GetPerson { id: known()? }));
    let similar = reread(move || closed.get(), move || Ok(ListSimilar { person: known()? }));
    let provisioning = reread(move || (live.get(), closed.get()), move || Ok(GetProvisioning { person: known()? }));
    // Outside of what is read anew, so that its answer stays on the page.
    let retry = use_form::<RetryLink>();
    page_of(data, move |AboutPerson { person, manager, groups, more_groups, may_manage }| {
        let deleted = notice(&person, may_manage);
        let whole = person.clone();
        let over = follows(move || over(&whole, dialog.get().as_deref(), &query.read(), may_manage));
        let Person { summary, profile, records, held, created_at } = person;
        let name = summary.display_name.clone();
        let (first, id, gone) = (name.clone(), summary.id, summary.gone);
        let others = (!gone).then(|| view! { <Similars person=id data=similar may_manage/> });
        view! {
            <Screen title=name.clone() crumbs=vec![Crumb::link("People", "/people"), Crumb::here(name)]>
                <Content dialog=Signal::derive(move || dialog.read().is_some())>
                    <Head person=summary/>
                    {deleted}
                    <Retried person=id form=retry/>
                    <div class="cols">
                        <div class="stack">
                            {part_of(provisioning, move |provisioning| {
                                let may_retry = provisioning.may_retry;
                                view! {
                                    <Links person=id name=first.clone() links=provisioning.links gone retry=may_retry.then_some(retry)/>
                                    <Newest person=id name=first.clone() rows=provisioning.log/>
                                }
                                .into_any()
                            })}
                        </div>
                        <aside class="stack" aria-label="Sources, groups and profile">
                            <Records person=id records may_manage/>
                            {others}
                            <Groups groups more=more_groups/>
                            <Profile profile held manager since=created_at/>
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
fn over(person: &Person, dialog: Option<&str>, query: &Query, may_manage: bool) -> AnyView {
    let Some(dialog) = dialog.filter(|_| may_manage) else { return ().into_any() };
    let (id, name) = (person.summary.id, person.summary.display_name.clone());
    let record = query.parsed::<RecordId>("record");
    let named = person.records.iter().find(|it| Some(it.id) == record);
    match (dialog, query.parsed::<PersonId>("other"), named) {
        ("find", ..) => view! { <Find person=id name/> }.into_any(),
        ("join", Some(other), _) => view! { <Join person=id other/> }.into_any(),
        ("separate", _, Some(record)) => view! { <Separate record=record.id/> }.into_any(),
        ("restore", _, Some(record)) => view! { <Restore person=id record=record.clone()/> }.into_any(),
        _ => ().into_any(),
    }
}

#[component]
fn Head(person: PersonSummary) -> impl IntoView {
    let look = standing(&person);
    let parts: Vec<String> = [person.title, person.department].into_iter().flatten().collect();
    let badge = view! { <Badge look/> }.into_any();
    let about = view! {
        {parts.into_iter().map(|part| format!("{part} · ")).collect_view()}
        <span class="mono">{person.user_name}</span>
    }
    .into_any();
    view! { <PageHead title=person.display_name.clone() mark=PageMark::Person(person.display_name) badge=badge about=about/> }
}
