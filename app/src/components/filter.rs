//! The filters of a list: a form that only reads, so its state stands in the address.

use super::field::ErrorLine;
use super::{Icon, Query};
use leptos::prelude::*;
use std::sync::Arc;

/// The form; its children are the fields. What the address says beside them (a tab, a sort) is kept, the page is not.
#[component]
pub fn FilterBar(
    #[prop(into)] label: String,
    query: Query,
    /// The parameters the form's own fields set.
    fields: &'static [&'static str],
    /// At the right: how many there are, a second form's button.
    #[prop(optional)]
    end: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let kept = query.without(fields).without(&["after", "before"]);
    let hidden = kept.pairs().to_vec().into_iter().map(|(name, value)| {
        view! { <input type="hidden" name=name value=value/> }
    });
    view! {
        <form method="get" class="filterbar" role="search" aria-label=label>
            {hidden.collect_view()}
            {children()}
            <button type="submit" class="btn" data-variant="outline">"Apply"</button>
            {end.map(|end| view! { <span class="end muted text-sm num">{end}</span> })}
        </form>
    }
}

/// The free text of a filter form.
#[component]
pub fn SearchBox(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: Option<String>,
) -> impl IntoView {
    view! {
        <div class="grow">
            <label class="vh" for=name>{label.clone()}</label>
            <Icon name="search"/>
            <input class="input" type="search" id=name name=name placeholder=label value=value/>
        </div>
    }
}

/// One choice of a filter form; the first option is no choice.
#[component]
pub fn FilterSelect(
    name: &'static str,
    #[prop(into)] label: String,
    /// What no choice is called: "Any status".
    any: &'static str,
    /// Values with what a person reads.
    options: Vec<(String, String)>,
    #[prop(optional, into)] value: Option<String>,
) -> impl IntoView {
    let chosen = value.unwrap_or_default();
    let none = chosen.is_empty();
    let options = options.into_iter().map(|(option, text)| {
        let selected = option == chosen;
        view! { <option value=option selected=selected>{text}</option> }
    });
    view! {
        <select class="select" id=name name=name aria-label=label>
            <option value="" selected=none>{any}</option>
            {options.collect_view()}
        </select>
    }
}

/// A day of a filter form.
#[component]
pub fn FilterDate(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: Option<String>,
    /// What is wrong with it.
    #[prop(optional_no_strip)]
    error: Option<&'static str>,
) -> impl IntoView {
    let wrong = error.is_some();
    view! {
        <div class="filterdate">
            <label for=name>{label}</label>
            <input
                class="input"
                type="date"
                id=name
                name=name
                value=value
                aria-invalid=wrong.then_some("true")
                aria-describedby=wrong.then(|| format!("{name}-e"))
            />
            <ErrorLine name error=Arc::new(move || error.map(str::to_owned))/>
        </div>
    }
}

/// A filter that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The parameter that following the chip takes away.
    pub name: &'static str,
    pub text: String,
}

/// The filters that are on: each a link to the list without it. Nothing when none is.
#[component]
pub fn Chips(query: Query, chips: Vec<Chip>) -> impl IntoView {
    if chips.is_empty() {
        return ().into_any();
    }
    let base = query.without(&["after", "before"]);
    let names: Vec<&str> = chips.iter().map(|chip| chip.name).collect();
    let clear = base.without(&names).href();
    let chips = chips.into_iter().map(|chip| {
        view! {
            <a class="chip" href=base.without(&[chip.name]).href()>
                <span>{chip.text}</span><Icon name="x"/><span class="vh">"Remove this filter"</span>
            </a>
        }
    });
    view! { <div class="chips"><span>"Filters:"</span>{chips.collect_view()}<a class="link" href=clear>"Clear all"</a></div> }
        .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::components::html;

    #[test]
    fn a_filter_form_keeps_what_its_fields_do_not_set() {
        let query = Query::parse("/logs", "person=p1&status=failure&after=k");
        let html = html(|| {
            let options = vec![("failure".to_owned(), "Failure".to_owned())];
            view! {
                <FilterBar label="Filter" query fields=&["status"]>
                    <FilterSelect name="status" label="Status" any="Any" options value="failure"/>
                </FilterBar>
            }
            .into_any()
        });
        assert!(html.contains(r#"<input type="hidden" name="person" value="p1">"#), "{html}");
        assert!(!html.contains("name=\"after\"") && html.matches("name=\"status\"").count() == 1, "{html}");
        assert!(html.contains(r#"<option value="failure" selected>Failure"#), "{html}");
    }

    #[test]
    fn a_chip_takes_its_own_filter_away() {
        let query = Query::parse("/logs", "q=ada&status=failure&after=k");
        let html = html(|| {
            let chips = vec![Chip { name: "q", text: "Contains ada".to_owned() }];
            view! { <Chips query chips/> }.into_any()
        });
        assert!(html.contains(r#"href="/logs?status=failure" class="chip""#), "{html}");
    }
}
