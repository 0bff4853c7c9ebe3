//! The questions before two people become one, and before one becomes two: what will hold, and what happens in Zoom.

use crate::api::joined::{GetJoin, GetSeparation, JoinQuestion, LinkPeople, ON, SeparateQuestion, SeparateRecord};
use crate::components::{Callout, Dialog, Look, SubmitButton, Tone, part_of};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::reading::read;
use crate::written::Written;
use leptos::prelude::*;
use model::person::JoinedLink;
use model::{PersonId, RecordId};

/// Before the other one is linked to this person.
#[component]
pub(super) fn Join(person: PersonId, other: PersonId) -> impl IntoView {
    let form = use_form::<LinkPeople>();
    let data = read(move || Ok(GetJoin { person, other }));
    part_of(data, move |preview| view! { <Question preview form/> }.into_any())
}

#[component]
fn Question(preview: JoinQuestion, form: FormState<LinkPeople>) -> impl IntoView {
    let JoinQuestion { stays, goes, held, links, refusal } = preview;
    let close = format!("/people/{}", stays.id);
    let may = refusal.is_none();
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        {may.then(|| view! {
            <SubmitButton label="Link the two" icon="link" form="join" pending=Signal::derive(move || form.pending())/>
        })}
    }
    .into_any();
    let (first, second) = (stays.name, goes.name);
    let names = format!("{first} ({}) and {second} ({})", stays.sources, goes.sources);
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
                <Written html=held/>
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

/// Before a record becomes a person of its own.
#[component]
pub(super) fn Separate(record: RecordId) -> impl IntoView {
    let form = use_form::<SeparateRecord>();
    let data = read(move || Ok(GetSeparation { record }));
    part_of(data, move |SeparateQuestion { person, title, description, happens, may }| {
        let close = format!("/people/{person}");
        let footer = view! {
            <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
            {may.then(|| view! {
                <SubmitButton label="Separate" icon="user-minus" form="separate" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
            })}
        }
        .into_any();
        view! {
            <Dialog id="sp" title description close footer alert=true>
                <PostForm state=form id="separate" class="form">
                    <FormProblem state=form/>
                    <input type="hidden" name="record" value=record.to_string()/>
                    <p>{happens}</p>
                </PostForm>
            </Dialog>
        }
        .into_any()
    })
}
