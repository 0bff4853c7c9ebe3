//! What to paste into the identity provider, and how to set each one up, in its own words.

use crate::api::guides::{GUIDES, GetGuide, Guide};
use crate::components::{
    Callout, Card, CodeBlock, CopyField, Look, Query, Tab, TabNav, Table, Tone, breakable, part_of,
};
use crate::reading::read;
use leptos::prelude::*;

/// The card with a tab for each provider; the one that was recognised is open, unless the address says another.
#[component]
pub(super) fn Setup(recognised: Option<String>, query: Memo<Query>) -> impl IntoView {
    let slug = Memo::new(move |_| {
        let query = query.read();
        let named = |asked: Option<&str>| GUIDES.iter().find(|(slug, _)| Some(*slug) == asked);
        named(query.get("guide")).or_else(|| named(recognised.as_deref())).unwrap_or(&GUIDES[0]).0
    });
    let guide = read(move || Ok(GetGuide { slug: slug.get().to_owned() }));
    // Without script a tab is another page, which is to begin here; with it the page stays where it is.
    let anchor = RwSignal::new("#setup");
    Effect::new(move |_| anchor.set(""));
    let tabs = move || {
        let (here, anchor) = (query.get(), anchor.get());
        let tab = |(word, name): &(&'static str, &'static str)| {
            Tab::new(name, format!("{}{anchor}", here.with("guide", *word).href()), slug.get() == *word)
        };
        view! { <TabNav label="Identity providers" tabs=GUIDES.iter().map(tab).collect() inside=true/> }
    };
    view! {
        <Card id="setup" title="Set up your identity provider">
            <div class="px-4.5 pt-2">{tabs}</div>
            {part_of(guide, |guide| view! { <Steps guide/> }.into_any())}
        </Card>
    }
}

#[component]
fn Steps(guide: Guide) -> impl IntoView {
    let warning = guide.warning.map(|warning| {
        let look = Look::new(Tone::Warn, "triangle-alert", "Warning");
        view! { <Callout look title="This portal’s address has no https."><p class="wrap-anywhere">{warning}</p></Callout> }
    });
    let steps = guide.steps.iter().map(|step| view! { <li><div><p>{marked(step)}</p></div></li> }).collect_view();
    let notes = guide.notes.iter().map(|note| view! { <p class="muted text-sm">{marked(note)}</p> }).collect_view();
    let (label, address) = guide.address;
    view! {
        <section class="grid gap-4">{warning}<ol class="steps">{steps}</ol>{notes}</section>
        <section><CopyField id="scim-url" label=label value=address hint="The same for every source: the token says which one it opens."/></section>
        {pairs("Fields", &guide.name, ["Field", "What goes into it"], guide.fields, None)}
        {guide.template.map(|template| view! {
            <section><h3 class="mb-2">"To paste"</h3><CodeBlock text=template/></section>
        })}
        {pairs("Attributes", &guide.name, ["Attribute there", "Goes to"], guide.mapping, Some("mono"))}
    }
}

/// A table of two columns, as wide as those of the other one.
fn pairs(
    what: &'static str,
    provider: &str,
    [left, right]: [&'static str; 2],
    rows: Vec<(String, String)>,
    class: Option<&'static str>,
) -> impl IntoView {
    let rows = rows.into_iter().map(move |(name, value)| {
        view! { <tr><th scope="row">{breakable(&name)}</th><td class=class>{breakable(&value)}</td></tr> }
    });
    view! {
        <div class="pairs">
            <h3>{what}</h3>
            <Table caption=format!("{what} of {provider}")>
                <thead><tr><th scope="col">{left}</th><th scope="col">{right}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </Table>
        </div>
    }
}

/// A text in which what stands between two `**` is strong.
fn marked(text: &str) -> Vec<AnyView> {
    let parts = text.split("**").enumerate().filter(|(_, part)| !part.is_empty());
    parts
        .map(|(n, part)| {
            let part = breakable(part);
            if n % 2 == 1 { view! { <strong>{part}</strong> }.into_any() } else { part.into_any() }
        })
        .collect()
}
