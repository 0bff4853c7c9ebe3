//! Other people who may be the same human, and those whom the search for one finds.

use crate::components::{Card, Icon, PersonCell};
use leptos::prelude::*;
use model::PersonId;
use model::person::{Likeness, PersonSummary, Similar};

/// Who may be the same, and why; with a way to look for somebody else.
pub(crate) fn similar(person: PersonId, found: Vec<Similar>, may_manage: bool) -> AnyView {
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

pub(crate) fn results(person: PersonId, people: Vec<PersonSummary>) -> AnyView {
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
