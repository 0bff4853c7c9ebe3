//! One group: where it comes from, who is in it, and the way back when it was deleted.

use crate::api::groups::{GetGroup, RestoreGroup, ShownGroup};
use crate::components::{
    Callout, Crumb, Empty, Look, PageHead, Pager, PersonCell, Query, SubmitButton, Table, Time, Tone, page_of, plural,
    use_id,
};
use crate::error::AppError;
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::Screen;
use leptos::prelude::*;
use model::group::{GroupSummary, Member, MemberIs};
use model::{GroupId, Page};

#[component]
pub fn GroupPage() -> impl IntoView {
    let (id, query, live) = (use_id::<GroupId>(), Query::here(), use_live());
    // Outside of what is read anew, so that its answer stays on the page.
    let restore = use_form::<RestoreGroup>();
    let data = reread(
        move || (live.get(), restore.version()),
        move || {
            let query = query.read();
            let id = id.get().ok_or_else(|| AppError::no("group"))?;
            Ok(GetGroup { id, after: query.text("after"), before: query.text("before") })
        },
    );
    page_of(data, move |ShownGroup { group, members, may_restore }| {
        let name = group.display_name.clone();
        let about = about(&group);
        let deleted = group.deleted_at.is_some().then(|| deleted(&group, may_restore, restore));
        view! {
            <Screen title=name.clone() crumbs=vec![Crumb::link("Groups", "/groups"), Crumb::here(name.clone())]>
                <PageHead title=name about=about/>
                <FormProblem state=restore/>
                {deleted}
                <section class="card" aria-label="Members">{list(members, query.get_untracked())}</section>
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

/// What was deleted can be restored, by those who may.
fn deleted(group: &GroupSummary, may_restore: bool, form: FormState<RestoreGroup>) -> AnyView {
    let at = group.deleted_at.unwrap_or(group.updated_at);
    let (id, source) = (group.id.to_string(), group.source_name.clone());
    let button = may_restore.then(|| {
        view! {
            <PostForm state=form>
                <input type="hidden" name="id" value=id/>
                <SubmitButton label="Restore" icon="rotate-cw" variant="outline" small=true pending=Signal::derive(move || form.pending())/>
            </PostForm>
        }
    });
    view! {
        <div class="flash">
            <Callout look=Look::new(Tone::Idle, "trash-2", "Deleted") title=format!("{source} has deleted this group.")>
                <p>"Deleted "<Time at/>". It is kept for 30 days. Restored, the source sees it again with the id and the members it had; the source may delete it again with its next push."</p>
                <div class="mt-2">{button}</div>
            </Callout>
        </div>
    }
    .into_any()
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
