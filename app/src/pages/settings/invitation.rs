//! The mail of an open invitation: how it stands, and the dialog that sends it again.

use crate::api::admins::SendInvitation;
use crate::components::{CopyField, Dialog, SubmitButton, Time};
use crate::form::{FormProblem, PostForm, use_form};
use leptos::prelude::*;
use model::Administrator;
use model::mail::{Mail, MailState};

const PAGE: &str = "/settings/admins";

/// One line for the list.
pub(super) fn standing(mail: Option<Mail>, sends_mail: bool) -> AnyView {
    let line = match mail {
        Some(Mail { state: MailState::Sent, ended_at: Some(at), .. }) => view! { "Mailed "<Time at/> }.into_any(),
        _ if !sends_mail => "No mail is sent: no mail server is set".into_any(),
        Some(Mail { state: MailState::Failed, problem, .. }) => {
            format!("Not mailed. {}", problem.unwrap_or_default()).into_any()
        }
        Some(Mail { problem: Some(problem), due_at: Some(at), .. }) => {
            view! { "Not mailed yet. "{problem}" Next try: "<Time at/> }.into_any()
        }
        Some(_) => "The mail is on its way".into_any(),
        None => "Not mailed".into_any(),
    };
    view! { <span class="sub">{line}</span> }.into_any()
}

/// How an invitation stands, the address to pass on, and the button that mails it again.
#[component]
pub(super) fn Again(
    admin: Administrator,
    mail: Option<Mail>,
    /// Where they sign in, when no mail tells them.
    address: Option<String>,
) -> impl IntoView {
    let form = use_form::<SendInvitation>();
    let sends_mail = address.is_none();
    let send = sends_mail.then(|| {
        let pending = Signal::derive(move || form.pending());
        view! { <SubmitButton label="Send again" form="invitation" pending/> }
    });
    let footer = view! { <a class="btn" data-variant="outline" href=PAGE>"Close"</a>{send} }.into_any();
    let pass_on = address.map(|value| {
        let hint = "Pass it on yourself, or have ROLLCALL_SMTP_URL set on the server.";
        view! { <CopyField id="address" label="Where they sign in" value hint/> }
    });
    view! {
        <Dialog id="in" title=format!("Invitation of {}", admin.email) close=PAGE footer=footer>
            <PostForm state=form id="invitation" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="id" value=admin.id.to_string()/>
                <p>{standing(mail, sends_mail)}</p>
                {pass_on}
            </PostForm>
        </Dialog>
    }
}
