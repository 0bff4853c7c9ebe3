//! Whoever no source knows any more: who deleted them, and until when it can be taken back.

use crate::components::{Callout, Day, Icon, Look, Tone};
use crate::now::use_now;
use leptos::prelude::*;
use model::PersonId;
use model::person::{Person, RecordSummary};

/// Above the page of somebody who is deleted.
pub(super) fn notice(person: &Person, may_manage: bool) -> AnyView {
    if !person.summary.gone {
        return ().into_any();
    }
    let id = person.summary.id;
    let found: Vec<RecordSummary> = person.restorable(use_now().get_untracked()).into_iter().cloned().collect();
    let look = Look::new(Tone::Idle, "trash-2", "Deleted");
    if found.is_empty() {
        return view! {
            <div class="flash"><Callout look title="No source knows this person any more.">
                <p>
                    "This was more than 30 days ago, so it cannot be restored. When a source sends the same user name again, it is this person, with the Zoom account that is linked."
                </p>
            </Callout></div>
        }
        .into_any();
    }
    let rows = found.into_iter().map(|record| line(id, record, may_manage)).collect_view();
    view! {
        <div class="flash"><Callout look title="No source knows this person any more.">{rows}</Callout></div>
    }
    .into_any()
}

fn line(person: PersonId, record: RecordSummary, may_manage: bool) -> AnyView {
    let (Some(at), Some(end)) = (record.deleted_at, record.restorable_until()) else { return ().into_any() };
    let restore = may_manage.then(|| {
        let href = format!("/people/{person}?dialog=restore&record={}", record.id);
        let label = format!("Restore what {} deleted", record.source_name);
        view! {
            <p class="mt-2">
                <a class="btn" data-variant="outline" data-size="sm" href=href aria-label=label><Icon name="rotate-cw"/>"Restore"</a>
            </p>
        }
    });
    view! {
        <p>"Deleted by "<strong>{record.source_name}</strong>" on "<Day at/>". It can be restored until "<Day at=end/>"."</p>
        {restore}
    }
    .into_any()
}
