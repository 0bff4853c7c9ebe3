//! A dialog with an address: the server sends it open, its ways out are links.

use super::Icon;
use super::focus::opener;
use leptos::html;
use leptos::prelude::*;

/// A page's content with the dialog that is open over it. While one is open, the content cannot be reached; the shell
/// does the same for what is around the page.
#[component]
pub fn Content(
    /// The dialog, when the address asks for one.
    #[prop(into)]
    dialog: Signal<bool>,
    children: Children,
) -> impl IntoView {
    view! { <div inert=move || dialog.get()>{children()}</div> }
}

/// `close` is where Cancel, × and Escape lead. The `footer` holds the buttons; a submit button names its form by
/// `form`, as the form stands in the children.
#[component]
pub fn Dialog(
    id: &'static str,
    #[prop(into)] title: String,
    #[prop(optional, into)] description: Option<String>,
    #[prop(into)] close: String,
    footer: AnyView,
    #[prop(optional)] wide: bool,
    /// It interrupts: a failure, a question before something that cannot be undone.
    #[prop(optional)]
    alert: bool,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let way_out = NodeRef::<html::A>::new();
    keep_focus(node);
    let leave = move |event: leptos::ev::Event| {
        event.prevent_default();
        if let Some(link) = way_out.get_untracked() {
            link.click();
        }
    };
    let (title_id, text_id) = (format!("{id}-t"), format!("{id}-d"));
    let described_by = description.is_some().then(|| text_id.clone());
    view! {
        <div class="modal-layer">
            <dialog
                class="dialog"
                node_ref=node
                open=true
                aria-modal="true"
                aria-labelledby=format!("{id}-t")
                aria-describedby=described_by
                role=alert.then_some("alertdialog")
                data-size=wide.then_some("lg")
                on:cancel=leave
            >
                <div>
                    <header>
                        <h2 id=title_id>{title}</h2>
                        {description.map(|text| view! { <p id=text_id>{text}</p> })}
                    </header>
                    <section>{children()}</section>
                    <footer>{footer}</footer>
                    <a node_ref=way_out class="btn x" data-variant="ghost" data-size="icon-sm" href=close aria-label="Close">
                        <Icon name="x"/>
                    </a>
                </div>
            </dialog>
        </div>
    }
}

/// In the browser: makes the dialog modal, which moves the focus into it and keeps it there, and gives the focus back
/// to the opener when the dialog goes.
fn keep_focus(node: NodeRef<html::Dialog>) {
    if cfg!(feature = "ssr") {
        // What is local to a thread must not be touched by the other threads that a render moves to.
        return;
    }
    let opened_by = StoredValue::new_local(None);
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        opened_by.set_value(opener());
        if dialog.open() {
            dialog.close();
        }
        // A browser that cannot leaves the dialog as the server sent it: open.
        if dialog.show_modal().is_err() {
            dialog.set_open(true);
        }
    });
    on_cleanup(move || {
        if let Some(element) = opened_by.try_get_value().flatten() {
            // After the dialog has left the page: until then the opener cannot be focused.
            request_animation_frame(move || {
                let _ = element.focus();
            });
        }
    });
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::components::html;

    #[test]
    fn the_server_sends_a_dialog_open_with_a_link_out() {
        let html = html(|| {
            let footer = "Buttons".into_any();
            view! { <Dialog id="x" title="Sure?" description="Why" close="/back" footer=footer>"Body"</Dialog> }
                .into_any()
        });
        assert!(html.contains(" open") && html.contains(r#"aria-modal="true""#), "{html}");
        assert!(html.contains(r#"aria-labelledby="x-t""#) && html.contains(r#"<h2 id="x-t">Sure?"#), "{html}");
        assert!(html.contains(r#"aria-describedby="x-d""#) && html.contains(r#"href="/back""#), "{html}");
        assert!(!html.contains("style="), "{html}");
    }
}
