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

/// A value before and after; the same twice when it was not touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Changed {
    fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

/// What stood there before beside what stands there now. A changed value says so in a word as well.
#[component]
pub fn SideBySide(values: Vec<Changed>) -> impl IntoView {
    let rows = values.into_iter().map(|value| {
        let changed = value.is_changed();
        let before = value.before.map_or_else(nothing, |text| {
            if changed { view! { <del>{text}</del> }.into_any() } else { text.into_any() }
        });
        let after = value.after.map_or_else(nothing, |text| {
            if changed { view! { <ins>{text}</ins> }.into_any() } else { text.into_any() }
        });
        view! {
            <tr>
                <th scope="row" class="mono wrap-anywhere">
                    {value.name}
                    {changed.then(|| view! { " "<span class="tag" data-tone="info">"Changed"</span> })}
                </th>
                <td>{before}</td>
                <td>{after}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" role="region" aria-label="Before and after, table" tabindex="0">
            <table class="diff diff-lg">
                <caption class="vh">"Before and after"</caption>
                <thead><tr>
                    <th scope="col" class="!w-1/4">"Attribute"</th>
                    <th scope="col" class="!w-auto">"Before"</th>
                    <th scope="col" class="!w-auto">"After"</th>
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
