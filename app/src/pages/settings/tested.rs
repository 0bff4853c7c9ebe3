//! What a test sign-in brought back: what the provider said, and what would come of it.

use crate::components::{Callout, Card, Kv, Look, PageHead, Table, Tone, exact, pair};
use crate::written::{Html, Titled};
use leptos::prelude::*;
use model::provider::{Claims, TestOutcome, Verdict};

/// The page of a test of the provider at `slug`; its title is the provider's name.
pub(crate) fn page(slug: &str, TestOutcome { label, at, outcome }: TestOutcome) -> Titled {
    let title = label.clone();
    let view = || {
        let again = view! {
            <a class="btn" data-variant="outline" href=format!("/auth/{slug}/start?test=1") rel="external">"Test again"</a>
        }
        .into_any();
        let body = match outcome {
            Ok((claims, verdict)) => view! { {said(verdict)}{brought(claims)} }.into_any(),
            Err(why) => view! {
                <Callout look=Look::new(Tone::Bad, "circle-x", "Refused") title="The provider’s answer is not taken" role="alert">
                    <p>{why}</p>
                </Callout>
            }
            .into_any(),
        };
        view! {
            <PageHead title=format!("Test of {label}") description=format!("{}. No session was opened and nothing was changed.", exact(at)) actions=again/>
            <div class="stack">{body}</div>
        }
        .into_any()
    };
    Titled { title, html: Html::of(view) }
}

fn said(verdict: Verdict) -> AnyView {
    match verdict {
        Verdict::In { email, role, rule, how } => {
            let by = match rule {
                Some(rule) => format!("The value {rule} gives the role {}.", role.label()),
                None => format!("The role {} was given under Administrators.", role.label()),
            };
            view! {
                <Callout look=Look::new(Tone::Ok, "circle-check", "In") title=format!("{email} gets in as {}", role.label())>
                    <p>{how}" "{by}</p>
                </Callout>
            }
            .into_any()
        }
        Verdict::Refused(why) => view! {
            <Callout look=Look::new(Tone::Warn, "shield-alert", "Not let in") title="The provider vouches, but this person is not let in">
                <p>{why}</p>
            </Callout>
        }
        .into_any(),
    }
}

fn brought(claims: Claims) -> AnyView {
    let mono = |text: String| view! { <span class="mono break-all">{text}</span> };
    let email = match (claims.email, claims.email_verified) {
        (Some(email), true) => format!("{email}, verified"),
        (Some(email), false) => format!("{email}, not said to be verified"),
        (None, _) => "none".to_owned(),
    };
    let rows = vec![
        pair("Provider", mono(claims.issuer)),
        pair("Account (sub, NameID)", mono(claims.subject)),
        pair("E-mail", email),
    ];
    let all = claims.all.into_iter().map(|(name, values)| {
        let values = values.into_iter().map(|value| view! { <li class="mono break-all">{value}</li> }).collect_view();
        view! { <tr><th scope="row" class="mono break-all">{name}</th><td><ul>{values}</ul></td></tr> }
    });
    view! {
        <Card id="who" title="Who it is"><section><Kv rows/></section></Card>
        <Card id="claims" title="Everything the provider said">
            <Table caption="Claims">
                <thead><tr><th scope="col">"Claim or attribute"</th><th scope="col">"Values"</th></tr></thead>
                <tbody>{all.collect_view()}</tbody>
            </Table>
        </Card>
    }
    .into_any()
}
