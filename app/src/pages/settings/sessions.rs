//! Who is signed in where, and ending it.

use super::{occasion, tabs};
use crate::api::sessions::{EndSession, EndSessions, ListSessions, SessionList};
use crate::components::{
    Badge, Card, Content, Crumb, Dialog, Icon, Look, PageHead, Query, SubmitButton, Table, Time, Tone, content_of,
    follows, if_read,
};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::reading::reread;
use crate::shell::Screen;
use leptos::prelude::*;
use model::session::SessionSummary;

const PAGE: &str = "/settings/sessions";

#[component]
pub fn Sessions() -> impl IntoView {
    let query = Query::here();
    let dialog = Memo::new(move |_| query.read().get("dialog") == Some("everybody"));
    let one = use_form::<EndSession>();
    let mine = use_form::<EndSessions>();
    let ended = occasion(query, "ended");
    let data = reread(move || ended.get(), || Ok(ListSessions {}));
    let actions = view! {
        {if_read(data, |list| list.everybody.then(all_out).into_any())}
        <PostForm state=mine id="mine">
            <input type="hidden" name="whose" value="mine"/>
            <SubmitButton label="End my other sessions" variant="outline" pending=Signal::derive(move || mine.pending())/>
        </PostForm>
    }
    .into_any();
    let over = if_read(data, move |SessionList { everybody, .. }| {
        follows(move || match dialog.get() && everybody {
            true => view! { <Everybody/> }.into_any(),
            false => ().into_any(),
        })
    });
    view! {
        <Screen title="Sessions" crumbs=vec![Crumb::here("Settings"), Crumb::here("Sessions")]>
            <Content dialog=dialog>
                <PageHead
                    title="Sessions"
                    description="Where somebody is signed in. A session ends after 30 minutes without a request, and after 12 hours anyway."
                    actions
                />
                {tabs("Sessions")}
                <FormProblem state=one/>
                <FormProblem state=mine/>
                {content_of(data, move |list| table(list, one))}
            </Content>
            {over}
        </Screen>
    }
}

fn all_out() -> impl IntoView {
    view! {
        <a class="btn" data-variant="danger" href="/settings/sessions?dialog=everybody"><Icon name="log-out"/>"Sign everybody out"</a>
    }
}

fn table(SessionList { sessions, this, everybody, .. }: SessionList, form: FormState<EndSession>) -> AnyView {
    let title = if everybody { "Everybody’s open sessions" } else { "Your open sessions" };
    let count = i64::try_from(sessions.len()).unwrap_or(i64::MAX);
    let rows = sessions.into_iter().map(move |session| {
        let here = session.id == this;
        view! { <Row session here form/> }
    });
    view! {
        <Card id="sessions" title=title count=count>
            <Table caption="Sessions">
                <thead><tr>
                    <th scope="col">"Administrator"</th>
                    <th scope="col" class="p2">"Device"</th>
                    <th scope="col" class="p2">"Address"</th>
                    <th scope="col" class="p3">"Signed in"</th>
                    <th scope="col">"Last seen"</th>
                    <td><span class="vh">"Actions"</span></td>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </Table>
        </Card>
    }
    .into_any()
}

#[component]
fn Row(session: SessionSummary, here: bool, form: FormState<EndSession>) -> impl IntoView {
    let device = device(session.origin.agent.as_deref().unwrap_or_default());
    let by = session.origin.provider_label.clone().unwrap_or_else(|| "One-time link".to_owned());
    let address = session.origin.address.clone().unwrap_or_else(|| "unknown".to_owned());
    let mark = here.then(|| view! { " "<Badge look=Look::new(Tone::Ok, "check", "This one")/> });
    let end = (!here).then(|| {
        view! {
            <PostForm state=form>
                <input type="hidden" name="id" value=session.id.clone()/>
                <SubmitButton label="End" variant="outline" small=true/>
            </PostForm>
        }
    });
    view! {
        <tr>
            <th scope="row"><span class="font-[550] break-all">{session.email}</span>{mark}<span class="sub">{by}</span></th>
            <td class="p2" title=session.origin.agent>{device}</td>
            <td class="p2 mono">{address}</td>
            <td class="p3 muted nowrap"><Time at=session.created_at/></td>
            <td class="muted nowrap"><Time at=session.last_seen_at/></td>
            <td class="shrink">{end}</td>
        </tr>
    }
}

/// Browser and system, as far as a browser says (`User-Agent`, RFC 9110, section 10.1.5).
fn device(agent: &str) -> String {
    let named =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = named(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = named(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown".to_owned(),
    }
}

/// The question before everybody is signed out.
#[component]
fn Everybody() -> impl IntoView {
    let form = use_form::<EndSessions>();
    let footer = view! {
        <a class="btn" data-variant="outline" href=PAGE>"Cancel"</a>
        <SubmitButton label="Sign everybody out" form="everybody" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="eb"
            title="Sign everybody out?"
            description="All sessions but this one end, on every server. What somebody is typing is lost."
            close=PAGE
            footer=footer
            alert=true
        >
            <PostForm state=form id="everybody" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="whose" value="everybody"/>
                <p>"Administrators can sign in again at once, unless they are removed or their provider lets them in no more. SCIM tokens and provisioning go on."</p>
            </PostForm>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::device;

    #[test]
    fn a_browser_is_named_as_people_know_it() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0";
        assert_eq!(device(edge), "Edge on Windows");
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(device(iphone), "Safari on iPhone");
        assert_eq!(device("curl/8.0"), "Unknown");
    }
}
