//! Other people who may be the same human, and the search for one.

use crate::api::joined::ListOthers;
use crate::components::{Card, Dialog, Icon, PersonCell, Query, part_of};
use crate::reading::{Reading, read};
use leptos::prelude::*;
use model::PersonId;
use model::person::{Likeness, PersonSummary, Similar};

/// Who may be the same, and why; with a way to look for somebody else.
#[component]
pub(super) fn Similars(person: PersonId, data: Reading<Vec<Similar>>, may_manage: bool) -> impl IntoView {
    part_of(data, move |found| {
        let find = may_manage.then(|| {
            view! {
                <footer>
                    <a class="btn" data-variant="outline" data-size="sm" href=format!("/people/{person}?dialog=find")>
                        <Icon name="link"/>"Link another"
                    </a>
                </footer>
            }
        });
        let body = if found.is_empty() {
            view! {
                <section><p class="muted">
                    "Nobody else has this e-mail, user name or employee number."
                </p></section>
            }
            .into_any()
        } else {
            let rows = found.into_iter().map(|similar| row(person, similar, may_manage)).collect_view();
            view! { <ul class="rows" data-actions=true>{rows}</ul> }.into_any()
        };
        view! { <Card id="similar" title="Other people who may be the same">{body}{find}</Card> }.into_any()
    })
}

fn row(person: PersonId, Similar { person: other, because }: Similar, may_manage: bool) -> AnyView {
    let why: Vec<&str> = because.into_iter().map(Likeness::label).collect();
    let link = may_manage.then(|| {
        let label = format!("Link {} from {}", other.display_name, other.sources.join(", "));
        view! {
            <span class="actions">
                <a class="btn" data-variant="outline" data-size="sm" href=join_address(person, other.id) aria-label=label>"Link"</a>
            </span>
        }
    });
    let sub = format!("{} · {}", other.sources.join(", "), why.join(", "));
    let href = format!("/people/{}", other.id);
    view! { <li class="items-center!"><div class="body"><PersonCell name=other.display_name sub href/></div>{link}</li> }
        .into_any()
}

fn join_address(person: PersonId, other: PersonId) -> String {
    format!("/people/{person}?dialog=join&other={other}")
}

/// The search for whom to link: a form that only reads, and its results as links to the question.
#[component]
pub(super) fn Find(person: PersonId, name: String) -> impl IntoView {
    let query = Query::here();
    let asked = Memo::new(move |_| query.read().get("find").map(str::to_owned).unwrap_or_default());
    let found = read(move || Ok(ListOthers { person, q: asked.get() }));
    let close = format!("/people/{person}");
    let footer = view! { <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a> }.into_any();
    view! {
        <Dialog
            id="fo"
            title=format!("Link {name} to another person")
            description="For one human whom two sources tell of. The next step shows what it does, before anything is done."
            close=close
            footer=footer
        >
            <form method="get" class="form" role="search" aria-label="Find people">
                <input type="hidden" name="dialog" value="find"/>
                <div class="field">
                    <label for="find">"Find people"</label>
                    <div class="flex gap-2">
                        <input class="input" type="search" id="find" name="find" value=asked.get_untracked() aria-describedby="find-h" autocomplete="off"/>
                        <button type="submit" class="btn" data-variant="outline"><Icon name="search"/>"Find"</button>
                    </div>
                    <p class="hint" id="find-h">"Searches name, user name, e-mail and department. The first 10 are shown."</p>
                </div>
            </form>
            {part_of(found, move |people| results(person, people))}
        </Dialog>
    }
}

fn results(person: PersonId, people: Vec<PersonSummary>) -> AnyView {
    if people.is_empty() {
        return view! { <p class="hint mt-3">"Nobody is found. Look for another part of the name."</p> }.into_any();
    }
    let rows = people.into_iter().map(|other| {
        let href = join_address(person, other.id);
        let sub = format!("{} · {}", other.user_name, other.sources.join(", "));
        view! { <li><PersonCell name=other.display_name sub href/></li> }
    });
    view! { <ul class="rows picks card mt-3">{rows.collect_view()}</ul> }.into_any()
}
