//! What a person's page says of who it is.

use super::profile::{Groups, Profile, Records};
use super::{notice, standing};
use crate::api::people::{AboutPerson, RecordName};
use crate::components::{Badge, PageHead, PageMark};
use crate::written::Html;
use leptos::prelude::*;
use model::PersonId;
use model::group::OfPerson;
use model::person::{Person, PersonSummary};

/// `manager` is the person whose id a source gives as the manager's; of more than these groups, there are `more`.
pub(crate) fn about(
    person: Person,
    manager: Option<(PersonId, String)>,
    groups: Vec<OfPerson>,
    more: bool,
    may_manage: bool,
) -> AboutPerson {
    let deleted = |person: &Person| notice::notice(person, may_manage);
    let head = Html::of(|| view! { <Head person=person.summary.clone()/>{deleted(&person)} }.into_any());
    let Person { summary, profile, records, held, created_at } = person;
    let id = summary.id;
    let names = records.iter().map(|record| RecordName {
        id: record.id,
        user_name: record.user_name.clone(),
        source_name: record.source_name.clone(),
    });
    AboutPerson {
        id,
        name: summary.display_name,
        gone: summary.gone,
        records: names.collect(),
        head,
        sources: Html::of(|| view! { <Records person=id records may_manage/> }.into_any()),
        groups: Html::of(|| view! { <Groups groups more/> }.into_any()),
        profile: Html::of(|| view! { <Profile profile held manager since=created_at/> }.into_any()),
        may_manage,
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
