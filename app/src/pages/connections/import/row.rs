//! One account: what it is, whose it may be, and why.

use crate::components::{Badge, Look, PersonCell, Tone, plural};
use leptos::prelude::*;
use model::import::{Account, AccountsShown, Compared, Proposal};
use model::person::PersonState;

/// `ticked` is nothing where nobody may tick.
pub(super) fn row(account: Account, ticked: Option<bool>, choose: bool) -> AnyView {
    let id = account.id;
    let name = if account.display_name.is_empty() { "No name".to_owned() } else { account.display_name.clone() };
    let sub = if account.user_name.is_empty() { "No address".to_owned() } else { account.user_name.clone() };
    let check = ticked.map(|ticked| {
        view! {
            <td class="shrink">
                <input class="check" type="checkbox" name="accounts[]" value=id.to_string() checked=ticked aria-label=format!("Select {name}")/>
            </td>
        }
    });
    // It sends who is ticked along, who stays so behind the dialog. On a phone it stands below the person: the table is
    // as wide as the page.
    let button = |class: &'static str| {
        view! {
            <button class=class data-variant="outline" data-size="sm" name="change" value=id.to_string() aria-label=format!("Change {name}")>"Change"</button>
        }
    };
    let change = choose.then(|| view! { <td class="shrink p2">{button("btn")}</td> });
    let below = choose.then(|| button("btn mt-1.5 md:hidden"));
    let license = match (account.user_type.clone(), account.active) {
        (license, Some(false)) => format!("{} · inactive", license.unwrap_or_default()),
        (license, _) => license.unwrap_or_else(|| "–".to_owned()),
    };
    // Where its column has no room.
    let inactive =
        (account.active == Some(false)).then(|| view! { <span class="sub lg:hidden">"Inactive in Zoom"</span> });
    let look = look_of(&account);
    let person = person(&account);
    view! {
        <tr>
            {check}
            <th scope="row">
                <span class="font-[550]">{name}</span>
                <span class="sub wrap-anywhere">{sub}</span>
                {inactive}
                <span class="mt-1 block md:hidden"><Badge look/></span>
            </th>
            <td class="p3 muted">{license}</td>
            <td class="shrink p2"><Badge look/></td>
            <td>{person}{below}</td>
            {change}
        </tr>
    }
    .into_any()
}

fn look_of(account: &Account) -> Look {
    if account.linked {
        return match (account.gone, account.held) {
            (true, _) => Look::new(Tone::Warn, "user-x", "Gone from Zoom"),
            (false, true) => Look::new(Tone::Hold, "pause", "Not started"),
            (false, false) => Look::new(Tone::Ok, "link", "Linked"),
        };
    }
    if account.ignored_by.is_some() {
        return Look::new(Tone::Idle, "ban", "Ignored");
    }
    match account.proposal {
        Some(Proposal::Exact) => Look::new(Tone::Ok, "equal", "EXACT"),
        Some(Proposal::Partial) => Look::new(Tone::Warn, "circle-question-mark", "PARTIAL"),
        Some(Proposal::New) => Look::new(Tone::Info, "user-plus", "NEW"),
        Some(Proposal::Chosen) => Look::new(Tone::Ok, "user-check", "CHOSEN"),
        None => Look::new(Tone::Idle, "clock", AccountsShown::Unmatched.label()),
    }
}

fn person(account: &Account) -> AnyView {
    let unsure = account.person.is_none().then_some(account.why.as_ref()).flatten().map(|why| {
        let rule: Vec<&str> = why.all_of.iter().map(|attribute| attribute.label()).collect();
        let rule = rule.join(" and ").to_lowercase();
        match why.people {
            _ if why.elsewhere => format!("The person with the same {rule} was chosen for another account."),
            0 | 1 => format!(
                "{} could be this person by {rule}. Choose which.",
                plural(i64::from(why.accounts), "account", "accounts")
            ),
            n => format!("{} could be it by {rule}. Choose one.", plural(i64::from(n), "person", "people")),
        }
    });
    if let Some(text) = unsure {
        return view! { <span class="font-[520]">"Nobody chosen"</span><span class="sub">{text}</span> }.into_any();
    }
    let Some(person) = account.person.clone() else {
        let (title, text) = match (account.proposal, account.user_name.is_empty()) {
            _ if account.ignored_by.is_some() => ("–", "It stays as it is in Zoom until that is undone."),
            (Some(Proposal::New), true) => {
                ("Nobody", "Without an address nobody can be made of it. Choose a person, or ignore it.")
            }
            (Some(Proposal::New), false) => ("New person", "Confirming makes a person of it."),
            _ => ("–", "The next import looks whose it is."),
        };
        return view! { <span class="font-[520]">{title}</span><span class="sub">{text}</span> }.into_any();
    };
    let chosen =
        (account.proposal == Some(Proposal::Chosen)).then(|| view! { <span class="sub">"Chosen by hand"</span> });
    let lines = if account.held { differences(&account.differences) } else { because(&account.compared) };
    let sub = match person.state {
        PersonState::Active => person.user_name,
        other => format!("{} · {}", person.user_name, other.label()),
    };
    view! {
        <PersonCell name=person.display_name sub href=format!("/people/{}", person.id)/>
        <div class="md:ps-9.5">{chosen}{lines}</div>
    }
    .into_any()
}

/// The values that the rule compared.
fn because(compared: &[Compared]) -> AnyView {
    let lines = compared.iter().map(|line| {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let (zoom, directory) = (value(&line.zoom), value(&line.directory));
        let text = if zoom == directory {
            format!("Same {}: {zoom}", line.attribute.to_lowercase())
        } else {
            format!("{}: {zoom} in Zoom, {directory} here", line.attribute)
        };
        view! { <span class="sub wrap-anywhere">{text}</span> }
    });
    lines.collect_view().into_any()
}

/// What starting would change.
fn differences(differences: &[Compared]) -> AnyView {
    if differences.is_empty() {
        return view! { <span class="sub">"No difference"</span> }.into_any();
    }
    let lines = differences.iter().map(|line| {
        let old = match line.zoom.clone() {
            Some(old) => view! { <del>{old}</del> }.into_any(),
            None => "not known from Zoom".into_any(),
        };
        let new = line.directory.clone().filter(|text| !text.is_empty()).unwrap_or_else(|| "empty".to_owned());
        view! { <span class="sub wrap-anywhere">{line.attribute.clone()}": "{old}" → "<ins>{new}</ins></span> }
    });
    lines.collect_view().into_any()
}
