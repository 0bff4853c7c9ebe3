//! All connections, one card each: is it on, and how does it stand.

use super::frame::state_of;
use super::strip::{StateStrip, total};
use crate::components::{Badge, Empty, Icon, Look, Tone};
use leptos::prelude::*;
use model::connection::ConnectionSummary;

#[component]
pub(crate) fn ConnectionCards(connections: Vec<ConnectionSummary>, may_add: bool) -> impl IntoView {
    if connections.is_empty() {
        let add = || view! { <a class="btn" href="/connections/new"><Icon name="plus"/>"Add a connection"</a> };
        let actions = may_add.then(add).into_any();
        return view! {
            <section class="card">
                <Empty
                    icon="video"
                    title="No Zoom account is connected"
                    text="A connection is one Zoom account: its credentials, what Rollcall may do there, and who gets an account. It starts switched off, so nothing in Zoom changes before you say so."
                    actions=actions
                />
            </section>
        }
        .into_any();
    }
    connections.into_iter().map(|connection| view! { <ConnectionCard connection/> }).collect_view().into_any()
}

/// The page of all connections.
pub(crate) fn all(connections: Vec<ConnectionSummary>, may_add: bool) -> AnyView {
    view! { <div class="stack"><ConnectionCards connections may_add/></div> }.into_any()
}

#[component]
fn ConnectionCard(connection: ConnectionSummary) -> impl IntoView {
    let id = connection.id;
    let heading = format!("connection-{id}");
    // The list does not know why settings are not valid: never tested, or a test that failed.
    let look = match connection.enabled || connection.valid {
        true => state_of(connection.enabled, connection.valid, true),
        false => Look::new(Tone::Warn, "circle-dashed", "Not ready"),
    };
    let labelled = heading.clone();
    let hint = (!connection.description.is_empty()).then_some(connection.description);
    let body = if total(connection.links) == 0 {
        view! {
            <section>
                <p class="hint">"Nobody is on this connection yet. "
                    <a class="link" href=format!("/connections/{id}")>"See what is next"</a>
                </p>
            </section>
        }
        .into_any()
    } else {
        view! { <section><StateStrip id links=connection.links enabled=connection.enabled/></section> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby=labelled>
            <header>
                <h2 id=heading><a class="plain hover:underline" href=format!("/connections/{id}")>{connection.name}</a></h2>
                <Badge look=look/>
                {hint.map(|hint| view! { <span class="hint">{hint}</span> })}
                <span class="end">
                    <a class="btn" data-variant="outline" data-size="sm" href=format!("/connections/{id}")>"Open"</a>
                </span>
            </header>
            {body}
        </section>
    }
}
