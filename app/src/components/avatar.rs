//! A person in a row: initials on a colour that stays the same, name, and a second line.

use leptos::prelude::*;

/// Initials on one of five colours; hidden from assistive technology, as the name stands beside it.
#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    /// For the head of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! {
        <span class="avatar" data-hue=hue(&name) data-size=large.then_some("lg") aria-hidden="true">
            {initials(&name)}
        </span>
    }
}

/// Avatar, name and a second line; a link when there is a page to go to.
#[component]
pub fn PersonCell(
    #[prop(into)] name: String,
    #[prop(into)] sub: String,
    #[prop(optional, into)] href: Option<String>,
) -> impl IntoView {
    let inner = view! {
        <Avatar name=name.clone()/>
        <span><span class="name">{name}</span><span class="sub">{sub}</span></span>
    };
    match href {
        Some(href) => view! { <a class="person" href=href>{inner}</a> }.into_any(),
        None => view! { <span class="person">{inner}</span> }.into_any(),
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let last = letters.next_back();
    let text: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if text.is_empty() { "?".to_owned() } else { text }
}

/// One of the five colours, by FNV-1a over the name: the same on the server, in the browser and tomorrow.
fn hue(name: &str) -> String {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash % 5 + 1).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_last_name() {
        assert_eq!(initials("Pavel Novák"), "PN");
        assert_eq!(initials("fatima zahra benali"), "FB");
        assert_eq!(initials("Öz"), "Ö");
        assert_eq!(initials("(…)"), "?");
    }

    #[test]
    fn hues_are_stable_and_between_one_and_five() {
        assert_eq!(hue("Pavel Novák"), hue("Pavel Novák"));
        let hues: std::collections::BTreeSet<_> = ('a'..='z').map(|c| hue(&c.to_string())).collect();
        assert_eq!(hues.into_iter().collect::<Vec<_>>(), ["1", "2", "3", "4", "5"]);
    }
}
