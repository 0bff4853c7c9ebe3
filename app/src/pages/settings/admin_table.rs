//! The administrators in a table: who they are, what they may do, and who says so.

use super::admins::{PAGE, means};
use super::invitation::standing;
use crate::api::admins::AdminRow;
use crate::components::{Badge, Card, Icon, Look, Menu, PersonCell, Table, Time, Tone};
use leptos::prelude::*;
use model::AdminId;

pub(crate) fn table(admins: Vec<AdminRow>, me: AdminId, sends_mail: bool) -> AnyView {
    let count = i64::try_from(admins.len()).unwrap_or(i64::MAX);
    let rows = admins.into_iter().map(move |row| view! { <Row row me sends_mail/> });
    view! {
        <Card id="admins" title="Administrators" count=count>
            <Table caption="Administrators">
                <thead><tr>
                    <th scope="col">"Administrator"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col" class="p2">"Given by"</th>
                    <th scope="col" class="p2">"Last sign-in"</th>
                    <td><span class="vh">"Actions"</span></td>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </Table>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(row: AdminRow, me: AdminId, sends_mail: bool) -> impl IntoView {
    let AdminRow { admin, role_from, may_change, mail } = row;
    let last = match admin.last_sign_in_at {
        Some(at) => view! { <Time at/> }.into_any(),
        None => "never".into_any(),
    };
    let invited = admin.invited.then(|| view! { " "<Badge look=Look::new(Tone::Info, "mail", "Invited")/> });
    let mail = admin.invited.then(|| standing(mail, sends_mail));
    let given = match role_from {
        Some(label) => format!("Groups of {label}"),
        None => "Set here".to_owned(),
    };
    // Until a provider tells a name, the e-mail stands in its place.
    let (name, sub) = match (admin.name.clone(), admin.id == me) {
        (Some(name), true) => (name, format!("You, {}", admin.email)),
        (Some(name), false) => (name, admin.email.clone()),
        (None, true) => (admin.email.clone(), "You".to_owned()),
        (None, false) => (admin.email.clone(), "Name not known yet".to_owned()),
    };
    let id = admin.id;
    let to = move |dialog: &str| format!("{PAGE}?dialog={dialog}&id={id}");
    let menu = may_change.then(|| {
        view! {
            <Menu id=format!("m-{}", admin.id) label=format!("Actions for {}", admin.email)>
                {admin.invited.then(|| view! { <a href=to("invitation")><Icon name="mail"/>"Invitation"</a> })}
                <a href=to("role")><Icon name="pencil"/>"Change role"</a>
                <a href=to("reset")><Icon name="rotate-cw"/>"Reset sign-in"</a>
                <a href=to("remove") class="danger"><Icon name="user-minus"/>"Remove"</a>
            </Menu>
        }
    });
    view! {
        <tr>
            <th scope="row"><PersonCell name=name sub=sub/></th>
            <td>{admin.role.label()}{invited}<span class="sub">{means(admin.role)}</span>{mail}</td>
            <td class="p2 muted">{given}</td>
            <td class="p2 muted nowrap">{last}</td>
            <td class="shrink">{menu}</td>
        </tr>
    }
}
