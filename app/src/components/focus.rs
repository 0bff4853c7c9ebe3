//! Where the focus goes when what had it is gone, or when something is to be read first.

use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement};

/// Gives the focus to an element when it comes into the page, if `wanted` then.
pub fn focus_when_shown(node: NodeRef<Div>, wanted: impl Fn() -> bool + Clone + 'static) {
    Effect::new(move |_| {
        let Some(node) = node.get() else { return };
        let wanted = wanted.clone();
        // It is made before the page takes it in, and some are made in vain.
        request_animation_frame(move || {
            if node.is_connected() && wanted() {
                let _ = node.focus();
            }
        });
    });
}

/// Gives the focus to the element of this id when it comes into the page.
pub fn focus_on(id: String) {
    Effect::new(move |_| {
        let id = id.clone();
        request_animation_frame(move || {
            let found = document().get_element_by_id(&id);
            if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
                let _ = element.focus();
            }
        });
    });
}

/// The element that somebody has just used to open something. Behind a menu it is the menu's button: the menu closes,
/// and what is in it cannot have the focus any more.
pub(super) fn opener() -> Option<HtmlElement> {
    let used = document().active_element()?;
    button_of_menu(&used).unwrap_or(used).dyn_into().ok()
}

fn button_of_menu(item: &Element) -> Option<Element> {
    let menu = item.closest(".menu").ok()??;
    document().query_selector(&format!("[popovertarget='{}']", menu.id())).ok()?
}
