//! Zoom's groups in a table, as the server writes it.

use crate::api::imports::groups::LinkZoomGroup;
use crate::components::{Card, Empty, Look, Query, Status, Table, Tone, grouped, plural};
use crate::written::WrittenForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use model::ConnectionId;
use model::import::ZoomGroup;

/// `all` accounts there are, of which `known` were read one by one.
pub(crate) fn table(
    id: ConnectionId,
    groups: Vec<ZoomGroup>,
    (all, known): (i64, i64),
    at: &Query,
    may: bool,
) -> AnyView {
    let count = i64::try_from(groups.len()).unwrap_or(i64::MAX);
    if groups.is_empty() {
        return view! {
            <section class="card"><Empty
                icon="users"
                title="No group is known"
                text="An import reads Zoom's groups after its accounts. Zoom has none, or no import has come that far yet."
            /></section>
        }
        .into_any();
    }
    let hint = format!(
        "Zoom never shows who is in a group. Members are counted among the {} of {} read one by one.",
        grouped(known),
        plural(all, "account", "accounts")
    );
    let rows = groups.into_iter().map(|group| row(id, group, at, may)).collect_view();
    let change = may.then(|| view! { <td><span class="vh">"Link"</span></td> });
    view! {
        <Card id="zoom-groups" title="Zoom's groups" count hint>
            <Table caption="Zoom's groups">
                <thead><tr>
                    <th scope="col">"Zoom group"</th>
                    <th scope="col" class="p3">"Members known"</th>
                    <th scope="col" class="p2">"Link"</th>
                    <th scope="col">"Group in Rollcall"</th>
                    {change}
                </tr></thead>
                <tbody>{rows}</tbody>
            </Table>
        </Card>
    }
    .into_any()
}

fn row(id: ConnectionId, group: ZoomGroup, at: &Query, may: bool) -> AnyView {
    let look = match (group.gone, group.linked, &group.group) {
        (true, ..) => Look::new(Tone::Warn, "user-x", "Gone from Zoom"),
        (false, true, Some(_)) => Look::new(Tone::Ok, "link", "Linked"),
        (false, true, None) => Look::new(Tone::Warn, "user-x", "Gone from the directory"),
        (false, false, Some(_)) => Look::new(Tone::Info, "equal", "Same name"),
        (false, false, None) => Look::new(Tone::Idle, "circle-dashed", "Not linked"),
    };
    let name = group.display_name;
    let there = match group.group.clone() {
        Some(group) => view! {
            <a class="link" href=format!("/groups/{}", group.id)>{group.display_name}</a><span class="sub">{group.source}</span>
        }
        .into_any(),
        None => view! { <span class="muted">"–"</span> }.into_any(),
    };
    let zoom_group = group.id.to_string();
    let this = zoom_group.clone();
    let send = |wants: &'static str, label: &'static str, group: Option<String>| {
        let aria = format!("{label} {name}");
        view! {
            <WrittenForm calls=LinkZoomGroup::PATH at=at.clone()>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="zoom_group" value=this.clone()/>
                {group.map(|group| view! { <input type="hidden" name="group" value=group/> })}
                <button class="btn" data-variant="outline" data-size="sm" name="wants" value=wants aria-label=aria>{label}</button>
            </WrittenForm>
        }
        .into_any()
    };
    let form = match (group.linked, &group.group) {
        (true, _) => Some(send("unlink", "Unlink", None)),
        (false, Some(there)) => Some(send("link", "Link", Some(there.id.to_string()))),
        (false, None) => None,
    };
    let change = (!group.linked).then(|| {
        let href = at.with("change", zoom_group).href();
        let label = format!("Choose for {name}");
        view! { <a class="btn" data-variant="outline" data-size="sm" href=href aria-label=label>"Choose"</a> }
    });
    let actions =
        may.then(|| view! { <td class="shrink"><span class="flex gap-2 max-md:flex-col">{form}{change}</span></td> });
    view! {
        <tr>
            <th scope="row">
                <span class="font-[550] wrap-anywhere">{name.clone()}</span>
                <span class="mt-1 block md:hidden"><Status look/></span>
            </th>
            <td class="p3 num">{grouped(group.accounts)}</td>
            <td class="shrink p2"><Status look/></td>
            <td>{there}</td>
            {actions}
        </tr>
    }
    .into_any()
}
