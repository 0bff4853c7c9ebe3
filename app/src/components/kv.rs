//! Names and values: a definition list.

use leptos::prelude::*;

/// A name and its value, for [`Kv`].
pub fn pair(name: impl Into<String>, value: impl IntoView + 'static) -> (String, AnyView) {
    (name.into(), value.into_any())
}

#[component]
pub fn Kv(rows: Vec<(String, AnyView)>) -> impl IntoView {
    let rows = rows.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> });
    view! { <dl class="kv">{rows.collect_view()}</dl> }
}
