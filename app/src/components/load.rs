//! What is shown when data was read, and when it could not be.

use crate::call::Answer;
use crate::form::Problem;
use crate::reading::{AnswerResource, Reading};
use crate::shell::{PageProblem, answer_with};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// A whole page made of its data; without data, a page that says why, with the error's own status.
pub fn page_of<T: DeserializeOwned>(
    data: Reading<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    shown(data.answer, move |answer| match answer.read() {
        Ok(data) => view(data),
        Err(problem) => view! { <PageProblem problem/> }.into_any(),
    })
}

/// What a page is about, inside its frame: the frame does not wait for the data. Without data, the reason in its place,
/// with the error's own status.
pub fn content_of<T: DeserializeOwned>(
    data: Reading<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    shown(data.answer, move |answer| match answer.read() {
        Ok(data) => view(data),
        Err(problem) => {
            answer_with(&problem);
            view! { <Problem problem/> }.into_any()
        }
    })
}

/// A part of a page made of its data; without data, the reason in its place.
pub fn part_of<T: DeserializeOwned>(
    data: Reading<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    shown(data.answer, move |answer| match answer.read() {
        Ok(data) => view(data),
        Err(problem) => view! { <Problem problem/> }.into_any(),
    })
}

/// A part of a page that is not there without data.
pub fn if_read<T: DeserializeOwned>(
    data: Reading<T>,
    view: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    shown(data.answer, move |answer| answer.read().map_or_else(|_| ().into_any(), &view))
}

fn shown(data: AnswerResource, view: impl Fn(Answer) -> AnyView + Send + Sync + 'static) -> AnyView {
    draw(data, Arc::new(view))
}

/// On the server the answer waits for the data, and makes the view once: a closure would be called again and again to
/// see what it waits for, and each view it makes would count its parts anew (see the test `hydration`).
#[cfg(feature = "ssr")]
fn draw(data: AnswerResource, view: Arc<dyn Fn(Answer) -> AnyView + Send + Sync>) -> AnyView {
    let ready = Suspend::new(async move { view(data.await) });
    view! { <Transition>{ready}</Transition> }.into_any()
}

/// In the browser the old view stays until the new data is there.
#[cfg(not(feature = "ssr"))]
fn draw(data: AnswerResource, view: Arc<dyn Fn(Answer) -> AnyView + Send + Sync>) -> AnyView {
    let ready = move || {
        let view = view.clone();
        Suspend::new(async move { view(data.await) })
    };
    view! { <Transition>{ready}</Transition> }.into_any()
}
