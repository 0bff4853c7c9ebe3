//! What changed, old to new.

use leptos::prelude::*;
use model::log::ModifiedProperty;

/// The modified properties of a log entry. Old and new differ by more than colour: the old is struck through.
#[component]
pub fn ModifiedTable(properties: Vec<ModifiedProperty>) -> impl IntoView {
    let rows = properties.into_iter().map(|property| {
        view! {
            <tr>
                <th scope="row" class="mono">{property.name}</th>
                <td>{property.old.map_or_else(nothing, |old| view! { <del>{old}</del> }.into_any())}</td>
                <td>{property.new.map_or_else(nothing, |new| view! { <ins>{new}</ins> }.into_any())}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" role="region" aria-label="Modified properties, table" tabindex="0">
            <table class="diff diff-lg">
                <caption class="vh">"Modified properties"</caption>
                <thead><tr>
                    <th scope="col">"Zoom attribute"</th>
                    <th scope="col">"Old value"</th>
                    <th scope="col" class="!w-auto">"New value"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn nothing() -> AnyView {
    view! { <span class="none">"not set"</span> }.into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::components::html;

    #[test]
    fn values_from_outside_are_text_and_never_markup() {
        let property =
            ModifiedProperty { name: "title".to_owned(), old: None, new: Some("<script>alert(1)</script>".to_owned()) };
        let html = html(|| view! { <ModifiedTable properties=vec![property]/> }.into_any());
        assert!(html.contains("<ins>&lt;script&gt;") && html.contains("not set"), "{html}");
    }
}
