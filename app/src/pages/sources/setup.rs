//! What to paste into the identity provider, and how to set each one up, in its own words.

use crate::api::guides::{GUIDES, GetGuide, Guide};
use crate::components::{Card, CodeBlock, CopyField, Query, Tab, TabNav, Table, part_of};
use crate::reading::read;
use leptos::prelude::*;

/// The card with a tab for each provider; the one that was recognised is open, unless the address says another.
#[component]
pub(super) fn Setup(
    scim_url: String,
    client: Option<String>,
    /// The source's: many are called as their provider.
    name: String,
    query: Memo<Query>,
) -> impl IntoView {
    let recognised = client.as_deref().and_then(slug_of).or_else(|| slug_of(&name)).unwrap_or(GUIDES[0].0);
    let slug = Memo::new(move |_| {
        let query = query.read();
        let asked = query.get("guide").and_then(|asked| GUIDES.iter().find(|(slug, _)| *slug == asked));
        asked.map_or(recognised, |(slug, _)| slug)
    });
    let guide = read(move || Ok(GetGuide { slug: slug.get().to_owned() }));
    let tabs = move || {
        let here = query.get();
        let tab = |(word, name): &(&'static str, &'static str)| {
            Tab::new(name, format!("{}#setup", here.with("guide", *word).href()), slug.get() == *word)
        };
        view! { <TabNav label="Identity providers" tabs=GUIDES.iter().map(tab).collect()/> }
    };
    view! {
        <Card id="setup" title="Set up your identity provider">
            <section class="form">
                <CopyField id="scim-url" label="SCIM URL" value=scim_url hint="The same for every source: the token says which one it opens."/>
            </section>
            <div class="px-4.5 pt-2">{tabs}</div>
            {part_of(guide, |guide| view! { <Steps guide/> }.into_any())}
        </Card>
    }
}

/// The guide of a client that was recognised.
fn slug_of(client: &str) -> Option<&'static str> {
    let client = client.to_lowercase();
    let start = |name: &str| client.starts_with(name);
    Some(match () {
        () if start("okta") => "okta",
        () if start("microsoft entra") || start("entra") => "entra",
        () if start("ping") => "pingone",
        () if start("onelogin") => "onelogin",
        () if start("jumpcloud") => "jumpcloud",
        () if start("google") => "google",
        () if start("keycloak") => "keycloak",
        () if start("authentik") => "authentik",
        () => return None,
    })
}

#[component]
fn Steps(guide: Guide) -> impl IntoView {
    let steps = guide.steps.iter().map(|step| view! { <li><div><p>{marked(step)}</p></div></li> }).collect_view();
    let fields = guide.fields.into_iter().map(|(field, value)| {
        let machine = value.starts_with("http") || value.starts_with('/') || value.starts_with("userName");
        let class = if machine { "mono wrap-anywhere" } else { "wrap-anywhere" };
        view! { <tr><th scope="row" class="wrap-anywhere">{field}</th><td class=class>{value}</td></tr> }
    });
    let mapping = guide.mapping.into_iter().map(|(theirs, ours)| {
        view! { <tr><th scope="row" class="wrap-anywhere">{theirs}</th><td class="mono wrap-anywhere">{ours}</td></tr> }
    });
    let notes = (!guide.notes.is_empty()).then(|| {
        guide.notes.iter().map(|note| view! { <p class="muted text-sm mt-2">{marked(note)}</p> }).collect_view()
    });
    let (fields_of, attributes_of) = (format!("Fields of {}", guide.name), format!("Attributes of {}", guide.name));
    view! {
        <section><ol class="steps">{steps}</ol>{notes}</section>
        <Table caption=fields_of>
            <thead><tr><th scope="col">"Field"</th><th scope="col">"What goes into it"</th></tr></thead>
            <tbody>{fields.collect_view()}</tbody>
        </Table>
        {guide.template.map(|template| view! {
            <section><h3 class="mb-2">"To paste"</h3><CodeBlock text=template/></section>
        })}
        <Table caption=attributes_of>
            <thead><tr><th scope="col">"Attribute there"</th><th scope="col">"Goes to"</th></tr></thead>
            <tbody>{mapping.collect_view()}</tbody>
        </Table>
    }
}

/// A text in which what stands between two `**` is strong.
fn marked(text: &str) -> Vec<AnyView> {
    let parts = text.split("**").enumerate().filter(|(_, part)| !part.is_empty());
    parts
        .map(|(n, part)| {
            let part = part.to_owned();
            if n % 2 == 1 { view! { <strong>{part}</strong> }.into_any() } else { part.into_any() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recognised_client_opens_its_guide() {
        assert_eq!(slug_of("Microsoft Entra ID (aadOptscim062020)"), Some("entra"));
        assert_eq!(slug_of("PingFederate"), Some("pingone"));
        assert_eq!(slug_of("entra, Berlin"), Some("entra"));
        assert_eq!(slug_of("curl"), None);
    }
}
