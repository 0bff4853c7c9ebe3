//! Whoever is linked and not started: what starting would change.

use crate::api::connections::May;
use crate::api::imports::{Difference, Differences};
use crate::components::{Badge, Card, Icon, Kv, Look, Tone, pair, plural};
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
    let text = format!("{} Nothing has been sent yet.", said(&found));
    view! {
        <Card id="held-h" title=format!("{people} linked and not started") end=view! { {start} }.into_any()>
            <section>
                <p>{text}</p>
                {attributes(id, found.attributes)}
                <p class="mt-2"><a class="link" href=format!("/connections/{id}/import?show=held")>"Look at each difference"</a></p>
            </section>
        </Card>
    }
    .into_any()
}

/// For how many people something is sent.
pub(super) fn said(found: &Differences) -> String {
    let people = |people| plural(people, "person", "people");
    match (found.differing, found.filled) {
        (0, 0) => "Zoom and the directory say the same of all of them: starting changes nothing.".to_owned(),
        (n, 0) => format!("For {}, Zoom and the directory differ.", people(n)),
        (0, n) => format!("For {}, only what Zoom lacks or does not show is sent.", people(n)),
        (n, m) => format!(
            "For {}, Zoom and the directory differ; for {} more, only what Zoom lacks or does not show is sent.",
            people(n),
            people(m)
        ),
    }
}

/// For how many people each attribute differs; who loses something by it is marked.
pub(super) fn attributes(id: ConnectionId, all: Vec<Difference>) -> AnyView {
    if all.is_empty() {
        return ().into_any();
    }
    let rows = all.into_iter().map(|one| {
        let people = plural(one.people, "person", "people");
        if !one.loss {
            return pair(one.what, view! { <span class="num">{people}</span> });
        }
        let who = format!("/connections/{id}/import?show=leaving");
        let look = Look::new(Tone::Bad, "user-x", "Locked out");
        pair(one.what, view! { <a class="link num" href=who>{people}</a>" "<Badge look/> })
    });
    let rows = rows.collect();
    view! { <div class="mt-2"><Kv rows/></div> }.into_any()
}
