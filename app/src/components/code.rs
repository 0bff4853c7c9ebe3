//! Machine text as it is: Zoom's own words, a request, an answer.

use leptos::prelude::*;
use serde_json::Value;

/// A text that may go on in the next line behind the signs between the parts of an address, a path or a schema's name.
pub fn breakable(text: &str) -> Vec<AnyView> {
    let mut pieces = text.split_inclusive([':', '/', '.', '?']).peekable();
    let mut parts = Vec::new();
    while let Some(piece) = pieces.next() {
        parts.push(piece.to_owned().into_any());
        if pieces.peek().is_some_and(|next| !next.starts_with(' ')) {
            parts.push(view! { <wbr/> }.into_any());
        }
    }
    parts
}

/// Text in a fixed-width block.
#[component]
pub fn CodeBlock(#[prop(into)] text: String) -> impl IntoView {
    view! { <code class="code">{text}</code> }
}

/// JSON, indented, with its keys and its numbers set apart.
#[component]
pub fn Json(
    value: Value,
    /// Before the JSON: the HTTP status.
    #[prop(optional, into)]
    lead: Option<String>,
) -> impl IntoView {
    let mut parts = Vec::new();
    write(&value, 0, &mut parts);
    let parts = parts.into_iter().map(|part| match part {
        Part::Plain(text) => text.into_any(),
        Part::Key(text) => view! { <span class="s">{text}</span> }.into_any(),
        Part::Literal(text) => view! { <span class="k">{text}</span> }.into_any(),
    });
    view! {
        <code class="code">
            {lead.map(|lead| view! { <span class="k">{lead}</span>" " })}
            {parts.collect_view()}
        </code>
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Plain(String),
    Key(String),
    Literal(String),
}

/// Deeper than this, a value is written in one line: what Zoom sends is never so deep, and a page must not overflow
/// the stack.
const DEPTH: usize = 32;

fn write(value: &Value, depth: usize, parts: &mut Vec<Part>) {
    let pad = |depth: usize| format!("\n{}", "  ".repeat(depth));
    match value {
        Value::Object(map) if !map.is_empty() && depth < DEPTH => {
            for (n, (key, value)) in map.iter().enumerate() {
                let open = if n == 0 { "{" } else { "," };
                parts.push(Part::Plain(format!("{open}{}", pad(depth + 1))));
                parts.push(Part::Key(Value::from(key.as_str()).to_string()));
                parts.push(Part::Plain(": ".to_owned()));
                write(value, depth + 1, parts);
            }
            parts.push(Part::Plain(format!("{}}}", pad(depth))));
        }
        Value::Array(list) if !list.is_empty() && depth < DEPTH => {
            for (n, value) in list.iter().enumerate() {
                let open = if n == 0 { "[" } else { "," };
                parts.push(Part::Plain(format!("{open}{}", pad(depth + 1))));
                write(value, depth + 1, parts);
            }
            parts.push(Part::Plain(format!("{}]", pad(depth))));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => parts.push(Part::Literal(value.to_string())),
        other => parts.push(Part::Plain(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_put_together_are_the_same_json() {
        let value = serde_json::json!({"a": [1, null, {"b": "x\"<y"}], "c": {}, "d": []});
        let mut parts = Vec::new();
        write(&value, 0, &mut parts);
        let text: String = parts
            .into_iter()
            .map(|part| match part {
                Part::Plain(text) | Part::Key(text) | Part::Literal(text) => text,
            })
            .collect();
        assert_eq!(text, serde_json::to_string_pretty(&value).unwrap());
    }
}
