//! The questions before two people become one, and before one becomes two: what will hold, and what happens in Zoom.

use super::profile::flatten;
use crate::api::joined::{GetJoin, GetSeparation, LinkPeople, ON, SeparateRecord};
use crate::components::{Callout, Dialog, Kv, Look, SubmitButton, Tone, pair, part_of};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::reading::read;
use leptos::prelude::*;
use model::person::{Held, JoinPreview, JoinedLink, PersonSummary, SeparatePreview};
use model::source::LinkRule;
use model::{PersonId, RecordId};
use serde_json::{Value, json};

/// Before the other one is linked to this person.
#[component]
pub(super) fn Join(person: PersonId, other: PersonId) -> impl IntoView {
    let form = use_form::<LinkPeople>();
    let data = read(move || Ok(GetJoin { person, other }));
    part_of(data, move |preview| view! { <Question preview form/> }.into_any())
}

#[component]
fn Question(preview: JoinPreview, form: FormState<LinkPeople>) -> impl IntoView {
    let changes = changes(&preview);
    let JoinPreview { stays, goes, held, links, refusal, .. } = preview;
    let close = format!("/people/{}", stays.id);
    let may = refusal.is_none();
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        {may.then(|| view! {
            <SubmitButton label="Link the two" icon="link" form="join" pending=Signal::derive(move || form.pending())/>
        })}
    }
    .into_any();
    let (first, second) = (stays.display_name.clone(), goes.display_name.clone());
    let names = format!("{} and {}", of_sources(&first, &stays.sources), of_sources(&second, &goes.sources));
    let refused = refusal.map(|why| {
        let look = Look::new(Tone::Hold, "octagon-alert", "Not now");
        view! { <Callout look title="The two cannot be linked now."><p>{why}</p></Callout> }
    });
    let zoom = links.into_iter().map(|link| on_connection(link, (stays.id, &first), (goes.id, &second), form));
    let zoom: Vec<AnyView> = zoom.collect();
    let zoom = (!zoom.is_empty()).then(|| view! { <div id="keep" class="grid gap-3" tabindex="-1">{zoom}</div> });
    view! {
        <Dialog
            id="jn"
            title="Link the two?"
            description=format!("{names} become one person. It can be undone with Separate, record by record.")
            close=close
            footer=footer
            wide=true
        >
            <PostForm state=form id="join" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="person" value=stays.id.to_string()/>
                <input type="hidden" name="other" value=goes.id.to_string()/>
                {refused}
                {zoom}
                {may.then_some(changes)}
                {attributes(held)}
            </PostForm>
        </Dialog>
    }
}

/// What happens on one connection, or the choice between two accounts.
fn on_connection(
    link: JoinedLink,
    (first, first_name): (PersonId, &str),
    (second, second_name): (PersonId, &str),
    form: FormState<LinkPeople>,
) -> AnyView {
    let connection = link.connection_name;
    let (Some(of_first), Some(of_second)) = (&link.stays, &link.goes) else {
        let text = match (link.stays, link.goes) {
            (Some(id), _) => format!("{connection}: the Zoom account {id} of {first_name} stays linked."),
            (None, Some(id)) => format!("{connection}: the Zoom account {id} of {second_name} is the one of both now."),
            (None, None) => format!("{connection}: nobody of the two has a Zoom account yet. They get one together."),
        };
        return view! { <p>{text}</p> }.into_any();
    };
    let name = format!("keep[{ON}{}]", link.connection_id);
    let sent = form.value(&name, "");
    let choice = |person: PersonId, who: &str, account: &str| {
        let id = format!("keep-{}-{person}", link.connection_id);
        let checked = sent == person.to_string();
        view! {
            <span class="check-line">
                <input class="check" type="radio" id=id.clone() name=name.clone() value=person.to_string() checked=checked/>
                <label for=id>"The account of "{who.to_owned()}": "<span class="mono">{account.to_owned()}</span></label>
            </span>
        }
    };
    view! {
        <fieldset class="fieldset">
            <legend>{format!("Both have a Zoom account on {connection}. Which one stays linked?")}</legend>
            {choice(first, first_name, of_first)}
            {choice(second, second_name, of_second)}
            <p class="hint">
                "The other one is left in Zoom as it is, with its licence, and Rollcall does not change it any more. Delete it in Zoom when nobody needs it."
            </p>
        </fieldset>
    }
    .into_any()
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

/// Before a record becomes a person of its own.
#[component]
pub(super) fn Separate(record: RecordId) -> impl IntoView {
    let form = use_form::<SeparateRecord>();
    let data = read(move || Ok(GetSeparation { record }));
    part_of(data, move |preview| view! { <Apart preview form/> }.into_any())
}

/// The person's shown name may be another source's: whoever is taken out is called as their own source does.
#[component]
fn Apart(preview: SeparatePreview, form: FormState<SeparateRecord>) -> impl IntoView {
    let SeparatePreview { person, record, name, remains, rule, takes } = preview;
    let close = format!("/people/{}", person.id);
    let may = remains.is_some();
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        {may.then(|| view! {
            <SubmitButton label="Separate" icon="user-minus" form="separate" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
        })}
    }
    .into_any();
    let source = record.source_name;
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
    view! {
        <Dialog id="sp" title=format!("Separate {name} ({source})?") description=description close=close footer=footer alert=true>
            <PostForm state=form id="separate" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="record" value=record.id.to_string()/>
                <p>{happens}</p>
            </PostForm>
        </Dialog>
    }
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
