//! Administrators: who they are, what they may do, and the dialogs that change it.

use super::invitation::Again;
use super::tabs;
use crate::api::admins::{AdminList, ChangeRole, InviteAdmin, ListAdmins, RemoveAdmin, ResetAdmin};
use crate::components::{
    Content, Crumb, Dialog, FieldState, Icon, PageHead, Query, SelectField, SubmitButton, TextField, content_of,
    follows, if_read,
};
use crate::form::{FormProblem, PostForm, use_form};
use crate::live::use_live;
use crate::reading::reread;
use crate::shell::Screen;
use crate::written::Written;
use leptos::prelude::*;
use model::{AdminId, Administrator, Role};

pub(super) const PAGE: &str = "/settings/admins";

/// What each role may do, in a sentence.
pub(super) const fn means(role: Role) -> &'static str {
    match role {
        Role::Owner => "everything",
        Role::Admin => "everything but owners, sign-in providers and keys",
        Role::Operator => "look, retry, assign and unassign",
        Role::Auditor => "look and export, change nothing",
    }
}

#[component]
pub fn Admins() -> impl IntoView {
    let query = Query::here();
    let dialog = Memo::new(move |_| query.read().get("dialog").map(str::to_owned));
    let asked = Memo::new(move |_| query.read().parsed::<AdminId>("id"));
    // A dialog that closes may have changed something; one that opens has not, and its form is being filled.
    let closed = Memo::new(move |before: Option<&u32>| {
        let open = dialog.read().is_some();
        before.map_or(0, |count| count.wrapping_add(u32::from(!open)))
    });
    let live = use_live();
    // A mail goes its way while the page is open, but no form is taken away from whoever fills it.
    let beat = Memo::new(move |before: Option<&u32>| match (dialog.read().is_some(), before) {
        (true, Some(before)) => *before,
        _ => live.get(),
    });
    let data = reread(move || (closed.get(), beat.get()), || Ok(ListAdmins {}));
    let invite = if_read(data, |list| {
        let link = view! { <a class="btn" href="/settings/admins?dialog=invite"><Icon name="plus"/>"Invite"</a> };
        (!list.may_give.is_empty()).then_some(link).into_any()
    });
    let over = if_read(data, move |AdminList { admins, may_give, sends_mail, address, .. }| {
        follows(move || {
            let found = asked.get().and_then(|id| admins.iter().find(|row| row.admin.id == id));
            let admin = found.map(|row| row.admin.clone());
            let mail = found.and_then(|row| row.mail.clone());
            let address = (!sends_mail).then(|| address.clone());
            match (dialog.get().as_deref(), admin) {
                (Some("invite"), _) if !may_give.is_empty() => {
                    view! { <Invite may_give=may_give.clone() address/> }.into_any()
                }
                (Some("invitation"), Some(admin)) if admin.invited => view! { <Again admin mail address/> }.into_any(),
                (Some("role"), Some(admin)) => view! { <Change admin may_give=may_give.clone()/> }.into_any(),
                (Some("reset"), Some(admin)) => view! { <Reset admin/> }.into_any(),
                (Some("remove"), Some(admin)) => view! { <Remove admin/> }.into_any(),
                _ => ().into_any(),
            }
        })
    });
    view! {
        <Screen title="Administrators" crumbs=vec![Crumb::here("Settings"), Crumb::here("Administrators")]>
            <Content dialog=Signal::derive(move || dialog.read().is_some())>
                <PageHead
                    title="Administrators"
                    description="Who may do what here. Roles come from this list, or from groups by a provider’s role mapping."
                    actions=invite.into_any()
                />
                {tabs("Administrators")}
                {content_of(data, |list| view! { <Written html=list.html/> }.into_any())}
            </Content>
            {over}
        </Screen>
    }
}

fn options(roles: &[Role]) -> Vec<(String, String)> {
    roles.iter().map(|role| (role.as_str().to_owned(), format!("{}: {}", role.label(), means(*role)))).collect()
}

#[component]
fn Invite(
    may_give: Vec<Role>,
    /// Where they sign in, when no mail tells them.
    address: Option<String>,
) -> impl IntoView {
    let form = use_form::<InviteAdmin>();
    let footer = view! {
        <a class="btn" data-variant="outline" href=PAGE>"Cancel"</a>
        <SubmitButton label="Invite" form="invite" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="ia"
            title="Invite an administrator"
            description="The first sign-in with this e-mail, verified by a provider, becomes this administrator. Later the e-mail counts for nothing any more."
            close=PAGE
            footer=footer
        >
            <PostForm state=form id="invite" class="form">
                <FormProblem state=form/>
                <TextField field=FieldState::of(form, "email", "") label="E-mail" kind="email" placeholder="ada@example.com"/>
                <SelectField field=FieldState::of(form, "role", Role::Auditor.as_str()) label="Role" options=options(&may_give)/>
                <p class="hint">{match address {
                    Some(address) => format!("No mail is sent, as no mail server is set. Tell them to sign in at {address}."),
                    None => "A mail tells them where to sign in.".to_owned(),
                }}</p>
            </PostForm>
        </Dialog>
    }
}

#[component]
fn Change(admin: Administrator, may_give: Vec<Role>) -> impl IntoView {
    let form = use_form::<ChangeRole>();
    let footer = view! {
        <a class="btn" data-variant="outline" href=PAGE>"Cancel"</a>
        <SubmitButton label="Change role" form="change-role" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let hint = if admin.role_from.is_some() {
        "So far the role comes from groups. From now on it stays as it is set here."
    } else {
        "It holds from the next request on."
    };
    view! {
        <Dialog id="cr" title=format!("Role of {}", admin.email) close=PAGE footer=footer>
            <PostForm state=form id="change-role" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=admin.id.to_string()/>
                <SelectField field=FieldState::of(form, "role", admin.role.as_str()) label="Role" options=options(&may_give) hint=hint/>
            </PostForm>
        </Dialog>
    }
}

#[component]
fn Reset(admin: Administrator) -> impl IntoView {
    let form = use_form::<ResetAdmin>();
    let footer = view! {
        <a class="btn" data-variant="outline" href=PAGE>"Cancel"</a>
        <SubmitButton label="Reset sign-in" form="reset" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="ra"
            title=format!("Reset the sign-in of {}?", admin.email)
            description="For somebody whose account at the provider is another one now."
            close=PAGE
            footer=footer
            alert=true
        >
            <PostForm state=form id="reset" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=admin.id.to_string()/>
                <p>"The linked account is forgotten and the sessions end. The next sign-in with this e-mail, verified by a provider, becomes this administrator. The role stays; one that groups give is read anew."</p>
            </PostForm>
        </Dialog>
    }
}

#[component]
fn Remove(admin: Administrator) -> impl IntoView {
    let form = use_form::<RemoveAdmin>();
    let footer = view! {
        <a class="btn" data-variant="outline" href=PAGE>"Cancel"</a>
        <SubmitButton label="Remove" form="remove" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="rm"
            title=format!("Remove {}?", admin.email)
            description="From the next request on, whoever it is gets in no more."
            close=PAGE
            footer=footer
            alert=true
        >
            <PostForm state=form id="remove" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=admin.id.to_string()/>
                <p>"What was done by that name stays in the audit log. If one of their groups gives a role, the next sign-in makes them an administrator again: take them out of the group as well."</p>
            </PostForm>
        </Dialog>
    }
}
