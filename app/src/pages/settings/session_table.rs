//! Who is signed in where, each session with the button that ends it.

use crate::api::sessions::EndSession;
use crate::components::{Badge, Card, Look, Query, SubmitButton, Table, Time, Tone};
use crate::written::WrittenForm;
use leptos::prelude::*;
use model::session::SessionSummary;
use server_fn::ServerFn;

/// The open sessions; `this` is the one that asks.
pub(crate) fn table(sessions: Vec<SessionSummary>, this: String, everybody: bool) -> AnyView {
    let title = if everybody { "Everybody’s open sessions" } else { "Your open sessions" };
    let count = i64::try_from(sessions.len()).unwrap_or(i64::MAX);
    let rows = sessions.into_iter().map(move |session| {
        let here = session.id == this;
        view! { <Row session here/> }
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
fn Row(session: SessionSummary, here: bool) -> impl IntoView {
    let device = device(session.origin.agent.as_deref().unwrap_or_default());
    let by = session.origin.provider_label.clone().unwrap_or_else(|| "One-time link".to_owned());
    let address = session.origin.address.clone().unwrap_or_else(|| "unknown".to_owned());
    let mark = here.then(|| view! { " "<Badge look=Look::new(Tone::Ok, "check", "This one")/> });
    let end = (!here).then(|| {
        view! {
            <WrittenForm calls=EndSession::PATH at=Query::parse("/settings/sessions", "")>
                <input type="hidden" name="id" value=session.id.clone()/>
                <SubmitButton label="End" variant="outline" small=true/>
            </WrittenForm>
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
