//! One group: where it comes from, who is in it, and the way back when it was deleted.

use crate::api::groups::{GetGroup, RestoreGroup, ShownGroup};
use crate::components::{
    Callout, Content, Crumb, Day, Dialog, Empty, Icon, Look, PageHead, Pager, PersonCell, Query, SubmitButton, Table,
    Tone, follows, page_of, plural, use_id,
};
use crate::error::AppError;
use crate::form::{FormProblem, PostForm, use_form};
use crate::live::use_live;
use crate::now::use_now;
use crate::reading::reread;
use crate::shell::Screen;
use leptos::prelude::*;
use model::group::{GroupSummary, Member, MemberIs};
use model::{GroupId, Page};

#[component]
pub fn GroupPage() -> impl IntoView {
    let (id, query, live) = (use_id::<GroupId>(), Query::here(), use_live());
    let dialog = Memo::new(move |_| query.read().get("dialog") == Some("restore"));
    // What is looked at stays as it is while there is a question over it.
    let news = Memo::new(move |before: Option<&u32>| {
        let open = dialog.get();
        match before {
            Some(before) if open => *before,
            _ => {
                live.track();
                before.map_or(0, |news| news.wrapping_add(1))
            }
        }
    });
    let data = reread(
        move || news.get(),
        move || {
            let query = query.read();
            let id = id.get().ok_or_else(|| AppError::no("group"))?;
            Ok(GetGroup { id, after: query.text("after"), before: query.text("before") })
        },
    );
    page_of(data, move |ShownGroup { group, members, may_restore }| {
        let name = group.display_name.clone();
        let about = about(&group);
        let may_restore = may_restore && restorable(&group);
        let deleted = group.deleted_at.is_some().then(|| deleted(&group, may_restore));
        let over = follows(move || match dialog.get() && may_restore {
            true => view! { <Restore group=group.clone()/> }.into_any(),
            false => ().into_any(),
        });
        view! {
            <Screen title=name.clone() crumbs=vec![Crumb::link("Groups", "/groups"), Crumb::here(name.clone())]>
                <Content dialog=Signal::derive(move || dialog.get() && may_restore)>
                    <PageHead title=name about=about/>
                    {deleted}
                    <section class="card" aria-label="Members">{list(members, query.get_untracked())}</section>
                </Content>
                {over}
            </Screen>
        }
        .into_any()
    })
}

fn about(group: &GroupSummary) -> AnyView {
    let members = plural(group.members, "member", "members");
    let (source, href) = (group.source_name.clone(), format!("/sources/{}", group.source_id));
    let external_id = group.external_id.clone().map(|id| view! { " · externalId "<span class="mono">{id}</span> });
    view! { {members}" · from "<a class="link" href=href>{source}</a>{external_id} }.into_any()
}

/// Whether it is deleted, and not for too long.
fn restorable(group: &GroupSummary) -> bool {
    group.restorable_until().is_some_and(|end| end > use_now().get_untracked())
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

/// The question before a group is restored.
#[component]
fn Restore(group: GroupSummary) -> impl IntoView {
    let form = use_form::<RestoreGroup>();
    let close = format!("/groups/{}", group.id);
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Restore" icon="rotate-cw" form="restore" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let (source, members) = (group.source_name, plural(group.members, "member", "members"));
    view! {
        <Dialog
            id="rg"
            title=format!("Restore {}?", group.display_name)
            description=format!("{source} sees the group again over SCIM, under the id from before and with the {members} it has still.")
            close=close
            footer=footer
        >
            <PostForm state=form id="restore" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=group.id.to_string()/>
                <p>{format!("{source} may delete the group again with its next push: put it right there as well.")}</p>
            </PostForm>
        </Dialog>
    }
}

fn list(page: Page<Member>, query: Query) -> AnyView {
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
        <Pager query=query previous=page.previous next=page.next text=format!("{shown} on this page")/>
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
