//! Whoever is linked and not started: what starting would change.

use crate::api::connections::May;
use crate::api::imports::Differences;
use crate::components::{Card, Icon, Kv, pair, plural};
use leptos::prelude::*;
use model::ConnectionId;

/// Nothing while nobody waits.
pub(super) fn card(id: ConnectionId, found: Differences, may: May) -> AnyView {
    if found.people == 0 {
        return ().into_any();
    }
    let people = plural(found.people, "person is", "people are");
    let start = may.manage.then(|| {
        view! {
            <a class="btn" data-size="sm" href=format!("/connections/{id}/import?show=held&dialog=start")>
                <Icon name="circle-play"/>"Start provisioning"
            </a>
        }
    });
    let text = match found.differing {
        0 => "Zoom and the directory say the same of all of them: starting changes nothing.".to_owned(),
        n => {
            format!("For {}, Zoom and the directory differ. Nothing has been sent yet.", plural(n, "person", "people"))
        }
    };
    view! {
        <Card id="held-h" title=format!("{people} linked and not started") end=view! { {start} }.into_any()>
            <section>
                <p>{text}</p>
                {attributes(found.attributes)}
                <p class="mt-2"><a class="link" href=format!("/connections/{id}/import?show=held")>"Look at each difference"</a></p>
            </section>
        </Card>
    }
    .into_any()
}

/// For how many people each attribute differs.
pub(super) fn attributes(all: Vec<(String, i64)>) -> AnyView {
    if all.is_empty() {
        return ().into_any();
    }
    let people = |people| view! { <span class="num">{plural(people, "person", "people")}</span> };
    let rows = all.into_iter().map(|(attribute, count)| pair(attribute, people(count))).collect();
    view! { <div class="mt-2"><Kv rows/></div> }.into_any()
}
