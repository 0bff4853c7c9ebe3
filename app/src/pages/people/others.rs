//! The search for another person who is the same human.

use crate::api::joined::ListOthers;
use crate::components::{Dialog, Icon, Query, part_of};
use crate::reading::read;
use crate::written::Written;
use leptos::prelude::*;
use model::PersonId;

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
            {part_of(found, |html| view! { <Written html/> }.into_any())}
        </Dialog>
    }
}
