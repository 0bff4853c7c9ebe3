//! One person: who it is, what each source says, and why the Zoom account is as it is.

use super::profile::{Profile, Records};
use super::provisioning::{Links, Newest};
use super::retry::Retried;
use crate::api::links::RetryLink;
use crate::api::people::{GetPerson, GetProvisioning};
use crate::components::{Badge, Crumb, PageHead, PageMark, page_of, part_of, use_id};
use crate::error::AppError;
use crate::form::use_form;
use crate::live::use_live;
use crate::reading::{read, reread};
use crate::shell::Screen;
use leptos::prelude::*;
use model::PersonId;
use model::person::{Person, PersonSummary};

#[component]
pub fn PersonPage() -> impl IntoView {
    let id = use_id::<PersonId>();
    let live = use_live();
    let known = move || id.get().ok_or_else(|| AppError::no("person"));
    let data = read(move || Ok(GetPerson { id: known()? }));
    let provisioning = reread(move || live.get(), move || Ok(GetProvisioning { person: known()? }));
    // Outside of what is read anew, so that its answer stays on the page.
    let retry = use_form::<RetryLink>();
    page_of(data, move |person| {
        let Person { summary, profile, records, created_at } = person;
        let name = summary.display_name.clone();
        let (first, id) = (name.clone(), summary.id);
        view! {
            <Screen title=name.clone() crumbs=vec![Crumb::link("People", "/people"), Crumb::here(name)]>
                <Head person=summary/>
                <Retried person=id form=retry/>
                <div class="cols">
                    <div class="stack">
                        {part_of(provisioning, move |provisioning| {
                            let may_retry = provisioning.may_retry;
                            view! {
                                <Links person=id name=first.clone() links=provisioning.links retry=may_retry.then_some(retry)/>
                                <Newest person=id rows=provisioning.log/>
                            }
                            .into_any()
                        })}
                    </div>
                    <aside class="stack" aria-label="Sources and profile">
                        <Records records/>
                        <Profile profile since=created_at/>
                    </aside>
                </div>
            </Screen>
        }
        .into_any()
    })
}

#[component]
fn Head(person: PersonSummary) -> impl IntoView {
    let mut parts: Vec<String> = [person.title, person.department].into_iter().flatten().collect();
    if person.gone {
        parts.push("no source knows this person any more".to_owned());
    }
    let about = view! {
        {parts.into_iter().map(|part| format!("{part} · ")).collect_view()}
        <span class="mono">{person.user_name}</span>
    }
    .into_any();
    let badge = view! { <Badge look=person.state/> }.into_any();
    view! { <PageHead title=person.display_name.clone() mark=PageMark::Person(person.display_name) badge=badge about=about/> }
}
