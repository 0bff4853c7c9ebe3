//! What is shown when data was read, and when it could not be.

use crate::call::Answer;
use crate::call::json::{self, Mismatch};
use crate::error::AppError;
use crate::form::Problem;
use crate::reading::{AnswerResource, Reading};
use crate::shell::{PageProblem, answer_with};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// A whole page made of its data; without data, a page that says why, with the error's own status.
pub fn page_of<T: DeserializeOwned>(
    data: Reading<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    draw(data.answer, of_json(view), |problem| view! { <PageProblem problem/> }.into_any())
}

/// What a page is about, inside its frame: the frame does not wait for the data. Without data, the reason in its place,
/// with the error's own status.
pub fn content_of<T: DeserializeOwned>(
    data: Reading<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    draw(data.answer, of_json(view), |problem| {
        answer_with(&problem);
        view! { <Problem problem/> }.into_any()
    })
}

/// A part of a page made of its data; without data, the reason in its place.
pub fn part_of<T: DeserializeOwned>(
    data: Reading<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    draw(data.answer, of_json(view), |problem| view! { <Problem problem/> }.into_any())
}

/// A part of a page that is not there without data.
pub fn if_read<T: DeserializeOwned>(
    data: Reading<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    draw(data.answer, of_json(view), |_| ().into_any())
}

type View = Arc<dyn Fn(&Value) -> Result<AnyView, Mismatch> + Send + Sync>;

/// All that is different for each type; the rest is the same code for all.
fn of_json<T: DeserializeOwned>(view: impl Fn(T) -> AnyView + Send + Sync + 'static) -> View {
    Arc::new(move |data| json::of(data).map(&view))
}

fn shown(answer: Answer, view: &View, without: fn(AppError) -> AnyView) -> AnyView {
    answer.parse().and_then(|data| Ok(view(&data)?)).unwrap_or_else(without)
}

/// On the server the answer waits for the data, and makes the view once: a closure would be called again and again to
/// see what it waits for, and each view it makes would count its parts anew (see the test `hydration`).
#[cfg(feature = "ssr")]
fn draw(data: AnswerResource, view: View, without: fn(AppError) -> AnyView) -> AnyView {
    let ready = Suspend::new(async move { shown(data.await, &view, without) });
    view! { <Transition>{ready}</Transition> }.into_any()
}

/// In the browser the old view stays until the new data is there.
#[cfg(not(feature = "ssr"))]
fn draw(data: AnswerResource, view: View, without: fn(AppError) -> AnyView) -> AnyView {
    let ready = move || {
        let view = view.clone();
        Suspend::new(async move { shown(data.await, &view, without) })
    };
    view! { <Transition>{ready}</Transition> }.into_any()
}
