//! One group: where it comes from, who is in it, and the way back when it was deleted.

use crate::api::groups::{RestoreQuestion, ShownGroup};
use crate::components::{Callout, Day, Empty, Icon, Look, PageHead, Pager, PersonCell, Query, Table, Tone, plural};
use crate::written::Html;
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use model::Page;
use model::group::{GroupSummary, Member, MemberIs};

/// A group with a page of its members.
pub(crate) fn page(
    group: GroupSummary,
    members: Page<Member>,
    may_restore: bool,
    now: DateTime<Utc>,
    query: &Query,
) -> ShownGroup {
    let title = group.display_name.clone();
    let may_restore = may_restore && group.restorable_until().is_some_and(|end| end > now);
    let restore = may_restore.then(|| RestoreQuestion {
        source: group.source_name.clone(),
        members: plural(group.members, "member", "members"),
    });
    let view = || {
        let about = about(&group);
        let deleted = group.deleted_at.is_some().then(|| deleted(&group, may_restore));
        view! {
            <PageHead title=group.display_name about=about/>
            {deleted}
            <section class="card" aria-label="Members">{list(members, query)}</section>
        }
        .into_any()
    };
    ShownGroup { title, html: Html::of(view), restore }
}

fn about(group: &GroupSummary) -> AnyView {
    let members = plural(group.members, "member", "members");
    let (source, href) = (group.source_name.clone(), format!("/sources/{}", group.source_id));
    let external_id = group.external_id.clone().map(|id| view! { " · externalId "<span class="mono">{id}</span> });
    view! { {members}" · from "<a class="link" href=href>{source}</a>{external_id} }.into_any()
}

/// What was deleted can be restored, by those who may.
fn deleted(group: &GroupSummary, may_restore: bool) -> AnyView {
    let (Some(at), Some(end)) = (group.deleted_at, group.restorable_until()) else { return ().into_any() };
    let restore = may_restore.then(|| {
        let href = format!("/groups/{}?dialog=restore", group.id);
        view! { <p class="mt-2"><a class="btn" data-variant="outline" data-size="sm" href=href><Icon name="rotate-cw"/>"Restore"</a></p> }
    });
    view! {
        <div class="flash">
            <Callout look=Look::new(Tone::Idle, "trash-2", "Deleted") title=format!("{} has deleted this group.", group.source_name)>
                <p>"Deleted on "<Day at/>". It can be restored until "<Day at=end/>"."</p>
                {restore}
            </Callout>
        </div>
    }
    .into_any()
}

fn list(page: Page<Member>, query: &Query) -> AnyView {
    if page.rows.is_empty() {
        let text = "The source has sent the group without members, or those it had are deleted.";
        return view! { <Empty icon="users-round" title="Nobody is in this group" text=text actions=().into_any()/> }
            .into_any();
    }
    let shown = plural(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), "member", "members");
    let rows = page.rows.into_iter().map(row).collect_view();
    view! {
        <Table caption="Members">
            <thead><tr><th scope="col">"Member"</th><th scope="col" class="p2">"Kind"</th></tr></thead>
            <tbody>{rows}</tbody>
        </Table>
        <Pager query=query.clone() previous=page.previous next=page.next text=format!("{shown} on this page")/>
    }
    .into_any()
}

fn row(member: Member) -> AnyView {
    match member.is {
        MemberIs::Person { id, user_name } => view! {
            <tr>
                <th scope="row"><PersonCell name=member.name sub=user_name href=format!("/people/{id}")/></th>
                <td class="p2 muted">"Person"</td>
            </tr>
        }
        .into_any(),
        MemberIs::Group { id } => view! {
            <tr>
                <th scope="row"><a class="link" href=format!("/groups/{id}")>{member.name}</a></th>
                <td class="p2 muted">"Group"</td>
            </tr>
        }
        .into_any(),
    }
}
