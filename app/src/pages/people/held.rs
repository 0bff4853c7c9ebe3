//! What the questions say before two people become one, and before one becomes two.

use super::profile::flatten;
use crate::api::joined::SeparateQuestion;
use crate::components::{Kv, pair};
use leptos::prelude::*;
use model::person::{Held, JoinPreview, PersonSummary, SeparatePreview};
use model::source::LinkRule;
use serde_json::{Value, json};

/// What two people who become one are then: what changes for each, when it can be done, and what holds.
pub(crate) fn joined(preview: JoinPreview) -> AnyView {
    let changes = preview.refusal.is_none().then(|| changes(&preview));
    view! { {changes}{attributes(preview.held)} }.into_any()
}

/// "Ada Lovelace (HR, Okta)": two people may be called the same.
fn of_sources(name: &str, sources: &[String]) -> String {
    format!("{name} ({})", sources.join(", "))
}

/// What each of the two is not, and the one of both is: the name that is shown, and attributes.
fn changes(preview: &JoinPreview) -> AnyView {
    let JoinPreview { stays, goes, becomes, changes_of_stays, changes_of_goes, .. } = preview;
    let renamed = [stays, goes].iter().any(|person| person.display_name != *becomes);
    let shown = renamed.then(|| view! { <p>"The one person is shown as "<strong>{becomes.clone()}</strong>"."</p> });
    let line = |person: &PersonSummary, names: &[String]| {
        let names = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        view! { <p>{format!("{}: {names}", of_sources(&person.display_name, &person.sources))}</p> }
    };
    view! {
        <section aria-labelledby="changes" class="grid gap-2 text-sm">
            <h3 id="changes" class="font-[550]">"What changes for each"</h3>
            {shown}
            {line(stays, changes_of_stays)}
            {line(goes, changes_of_goes)}
        </section>
    }
    .into_any()
}

/// What is asked before a record becomes a person of its own. The person's shown name may be another source's: whoever is
/// taken out is called as their own source does.
pub(crate) fn apart(preview: SeparatePreview) -> SeparateQuestion {
    let SeparatePreview { person, record, name, remains, rule, takes } = preview;
    let (may, source) = (remains.is_some(), record.source_name);
    let (description, happens) = match remains {
        None => (format!("{source} alone knows {name}: there is nothing to separate."), String::new()),
        Some(remains) => {
            let stays = of_sources(&remains.name, &remains.sources);
            let takes = if takes.is_empty() {
                format!("Zoom accounts and assignments stay with {stays}.")
            } else {
                let takes = takes.join(", ");
                format!(
                    "The assignment and the Zoom account on {takes} came with this record, and go with {name} ({source})."
                )
            };
            let description = format!(
                "What {source} says becomes a person of its own: {name}, user name {}. What remains is {stays}, user name {}.",
                record.user_name, remains.user_name
            );
            (description, format!("{takes} No account is deleted.{}", again(rule)))
        }
    };
    let title = format!("Separate {name} ({source})?");
    SeparateQuestion { person: person.id, title, description, happens, may }
}

/// When the rule would link the two again; nothing where there is none.
const fn again(rule: LinkRule) -> &'static str {
    match rule {
        LinkRule::Off => "",
        LinkRule::UserName => {
            " The rule for equal user names links the two again only when one of their user names changes."
        }
        LinkRule::Email => {
            " The rule for equal e-mail addresses links the two again only when one of their addresses changes."
        }
    }
}

/// Which source's value will hold, and what others say instead.
fn attributes(held: Vec<Held>) -> AnyView {
    let rows = held.into_iter().map(|held| {
        let value = words(&held.name, &held.value);
        let others = held.others.iter().map(|(source, value)| format!("{source} says {}", words(&held.name, value)));
        let others = others.map(|other| view! { <span class="hint block">{other}</span> }).collect_view();
        pair(held.name, view! { {value}" "<span class="tag">{held.source_name}</span>{others} })
    });
    view! {
        <section aria-labelledby="will-hold">
            <h3 id="will-hold" class="font-[550] mb-2">"What will hold"</h3>
            <Kv rows=rows.collect()/>
            <p class="hint mt-2">"The first source that gives an attribute decides, in the order of the Sources page."</p>
        </section>
    }
    .into_any()
}

/// A value as words; a complex one by its parts.
fn words(name: &str, value: &Value) -> String {
    let parts = flatten(&json!({ name: value }));
    match parts.as_slice() {
        [] => match value {
            Value::String(text) => text.clone(),
            Value::Bool(true) => "Yes".to_owned(),
            Value::Bool(false) => "No".to_owned(),
            _ => String::new(),
        },
        [(only, text)] if only == name => text.clone(),
        parts => {
            let short = |part: &str| part.strip_prefix(name).unwrap_or(part).trim_start_matches('.').to_owned();
            parts.iter().map(|(part, text)| format!("{} {text}", short(part))).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_words() {
        assert_eq!(words("title", &json!("Analyst")), "Analyst");
        assert_eq!(words("active", &json!(true)), "Yes");
        assert_eq!(words("name", &json!({"familyName": "L", "givenName": "A"})), "familyName L, givenName A");
        assert_eq!(words("emails", &json!([{"value": "a@x", "type": "work"}])), "a@x (work)");
        assert_eq!(words("userName", &json!("ada")), "ada");
    }
}
