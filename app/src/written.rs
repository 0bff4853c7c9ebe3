//! Views that the server alone writes: whatever is read and followed, or ticked, and nothing that is filled in. A server function
//! answers with such a view as [`Html`], which the browser puts in as it is ([`Written`]). So neither the view nor the
//! types of what it shows are in what a browser downloads, where each page would weigh kilobytes.
//!
//! The page is whole in the server's answer, and the script leaves it as it stands when it takes the page over. Links in
//! it lead on as everywhere: the router listens to the whole document. A form in it goes to the state it is given
//! ([`Written`]'s `form`). What else needs script, such as a copy button, stands beside it in the page's own view.

use crate::components::{Query, part_of};
use crate::error::AppError;
use crate::form::Form;
use crate::live::use_live;
use crate::reading::reread;
use leptos::prelude::*;
use model::Cursor;
use serde::{Deserialize, Serialize};
use server_fn::ServerFn;

/// HTML of one of our views. Nobody else's: it is shown unescaped, as a view has escaped it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Html {
    Text(String),
    /// What the page itself shows, which need not be in it twice: its place there.
    InPage(usize),
}

/// A page that is such a view, with the title that the frame around it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Titled {
    pub title: String,
    pub html: Html,
}

/// Shows what the server wrote.
#[component]
pub fn Written(
    html: Html,
    #[prop(optional)] class: Option<&'static str>,
    /// The state of the forms in it, which all call the same function ([`WrittenForm`]).
    #[prop(optional, into)]
    form: Option<Form>,
) -> impl IntoView {
    let submit = move |event| form.iter().for_each(|form| form.submit(&event));
    let busy = move || form.and_then(|form| form.pending().then_some("true"));
    #[cfg(feature = "ssr")]
    {
        let _ = submit;
        view! { <div class=class aria-busy=busy inner_html=html.text()></div> }
    }
    #[cfg(not(feature = "ssr"))]
    {
        let (page, node) = (use_context(), NodeRef::new());
        node.on_load(move |element: HtmlDivElement| browser::put(page, html, element.into()));
        view! { <div class=class aria-busy=busy on:submit=submit node_ref=node></div> }
    }
}

/// A list that the page's address describes: its filters, its rows, and the ways on. Its first page is written anew
/// whenever something happens.
pub fn list_of<S>(ask: impl Fn(Query) -> S + Send + Sync + 'static) -> impl IntoView
where
    S: ServerFn<Output = Html, Error = AppError> + Serialize + Clone + Send + Sync + 'static,
{
    let (query, live) = (Query::here(), use_live());
    let newest = Memo::new(move |_| if query.read().cursor() == Cursor::First { live.get() } else { 0 });
    let data = reread(move || newest.get(), move || Ok(ask(query.get())));
    part_of(data, |html| view! { <Written html/> }.into_any())
}

/// Gives the page a place for what is written. Called once, by the app.
pub fn provide_page() {
    provide_context(Page::default());
}

#[cfg(feature = "ssr")]
use server::Page;
#[cfg(feature = "ssr")]
pub use server::WrittenForm;

#[cfg(feature = "ssr")]
mod server {
    use super::Html;
    use crate::call::as_written;
    use crate::components::Query;
    use crate::form::post_address;
    use leptos::prelude::*;

    /// What this answer's page shows so far.
    #[derive(Clone, Copy, Default)]
    pub(super) struct Page(StoredValue<Vec<String>>);

    impl Page {
        /// `None` when the page has gone meanwhile: nobody will see it.
        fn keep(self, text: &str) -> Option<Html> {
            self.0.try_update_value(|texts| {
                texts.push(text.to_owned());
                Html::InPage(texts.len() - 1)
            })
        }
    }

    impl Html {
        /// Writes a view. It has the page's time, and no other context of a page: it may be asked for by script alone.
        pub(crate) fn of(view: impl FnOnce() -> AnyView) -> Self {
            let text = Owner::new().with(|| {
                crate::now::provide_servers();
                as_written(&view().to_html())
            });
            let kept = use_context::<Page>().and_then(|page| page.keep(&text));
            kept.unwrap_or(Self::Text(text))
        }

        /// Nothing when the page has gone meanwhile.
        pub(super) fn text(self) -> String {
            let place = match self {
                Self::Text(text) => return text,
                Self::InPage(place) => place,
            };
            let found = use_context::<Page>().and_then(|page| page.0.try_with_value(|texts| texts.get(place).cloned()));
            found.flatten().unwrap_or_default()
        }
    }

    /// A form in a written view that calls the server function of this path and leads back to the page at `at`. Script
    /// sends it by the state that [`super::Written`] has.
    #[component]
    pub fn WrittenForm(calls: &'static str, at: Query, children: Children) -> impl IntoView {
        let address = at.href();
        let (path, search) = address.split_once('?').unwrap_or((&address, ""));
        view! { <form method="post" action=post_address(path, search, calls) novalidate=true>{children()}</form> }
    }
}

#[cfg(not(feature = "ssr"))]
use browser::Page;
#[cfg(not(feature = "ssr"))]
use leptos::web_sys::HtmlDivElement;

#[cfg(not(feature = "ssr"))]
mod browser {
    use super::Html;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::{Element, HtmlElement, HtmlInputElement, Node};
    use std::collections::BTreeMap;

    /// The elements that the server's page had, by their places.
    #[derive(Clone, Copy)]
    pub(super) struct Page(StoredValue<BTreeMap<usize, HtmlElement>, LocalStorage>);

    impl Default for Page {
        fn default() -> Self {
            Self(StoredValue::new_local(BTreeMap::new()))
        }
    }

    /// An element that stands in the page is left as it is. One that is made anew from the same answer is not it.
    pub(super) fn put(page: Option<Page>, html: Html, element: HtmlElement) {
        match (html, page) {
            (Html::Text(text), _) => show(&element, &text),
            (Html::InPage(place), Some(Page(elements))) => elements.update_value(|elements| {
                let first = elements.entry(place).or_insert_with(|| element.clone());
                if *first != element {
                    show(&element, &first.inner_html());
                }
            }),
            (Html::InPage(_), None) => {}
        }
    }

    fn show(element: &HtmlElement, html: &str) {
        let Ok(next) = document().create_element("div") else { return };
        next.set_inner_html(html);
        children(element, &next);
    }

    /// Makes the children of one those of the other. What is the same already stays, with the focus in it, what is
    /// selected, opened or typed there.
    fn children(shown: &Node, next: &Node) {
        let mut place = shown.first_child();
        while let Some(new) = next.first_child() {
            let Some(old) = place else {
                drop(shown.append_child(&new));
                place = None;
                continue;
            };
            place = old.next_sibling();
            if old.node_name() == new.node_name() {
                drop(next.remove_child(&new));
                if !old.is_equal_node(Some(&new)) {
                    become_like(&old, &new);
                }
            } else {
                drop(shown.replace_child(&new, &old));
            }
        }
        while let Some(old) = place {
            place = old.next_sibling();
            drop(shown.remove_child(&old));
        }
    }

    /// For two of the same kind.
    fn become_like(old: &Node, new: &Node) {
        match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
            (Some(old), Some(new)) => {
                attributes(old, new);
                children(old, new);
            }
            _ => old.set_node_value(new.node_value().as_deref()),
        }
    }

    fn attributes(old: &Element, new: &Element) {
        let sent = |element: &Element| (element.get_attribute("value"), element.has_attribute("checked"));
        let before = sent(old);
        for name in names(old) {
            // What is open was opened by whoever looks.
            if name != "open" && !new.has_attribute(&name) {
                drop(old.remove_attribute(&name));
            }
        }
        for name in names(new) {
            drop(old.set_attribute(&name, &new.get_attribute(&name).unwrap_or_default()));
        }
        // What was ticked by hand belongs to the value that stood there, and not to the place.
        if before != sent(new)
            && let Some(input) = old.dyn_ref::<HtmlInputElement>()
        {
            input.set_checked(new.has_attribute("checked"));
        }
    }

    fn names(element: &Element) -> Vec<String> {
        element.get_attribute_names().iter().filter_map(|name| name.as_string()).collect()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn name(text: &'static str) -> Html {
        Html::of(|| view! { <b>{text}</b> }.into_any())
    }

    #[test]
    fn script_gets_the_view_itself_and_the_servers_page_has_it_once() {
        assert_eq!(name("Ada"), Html::Text("<b>Ada<!></b>".to_owned()));
        Owner::new().with(|| {
            provide_page();
            let (ada, grace) = (name("Ada"), name("Grace"));
            assert_eq!((&ada, &grace), (&Html::InPage(0), &Html::InPage(1)));
            let html = view! { <Written html=grace/><Written html=ada class="stack"/> }.to_html();
            assert_eq!(html, r#"<div class=""><b>Grace<!></b></div><div class="stack"><b>Ada<!></b></div><!>"#);
        });
    }

    #[test]
    fn what_comes_from_outside_is_text_and_turns_nothing() {
        let hostile = name("<script>\u{202E}</script>");
        assert_eq!(hostile, Html::Text("<b>&lt;script&gt;\u{FFFD}&lt;/script&gt;<!></b>".to_owned()));
    }

    #[test]
    fn a_form_in_it_posts_to_the_page_it_stands_on() {
        let html = Html::of(|| {
            let at = Query::parse("/groups/1", "after=k&do=other");
            view! { <WrittenForm calls="/api/restore_group1" at>"Restore"</WrittenForm> }.into_any()
        });
        let Html::Text(html) = html else { panic!("there is no page") };
        assert!(
            html.contains(r#"method="post" action="/groups/1?after=k&amp;do=restore_group1" novalidate"#),
            "{html}"
        );
    }
}
