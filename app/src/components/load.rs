//! What is shown when data was read, and when it could not be.

use crate::error::AppError;
use crate::form::Problem;
use crate::shell::PageProblem;
use leptos::prelude::*;

/// A whole page made of its data; without data, a page that says why, with the error's own status.
pub fn page_of<T, F>(data: Resource<Result<T, AppError>>, view: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    read(data, move |outcome| match outcome {
        Ok(data) => view(data),
        Err(problem) => view! { <PageProblem problem/> }.into_any(),
    })
}

/// A part of a page made of its data; without data, the reason in its place.
pub fn part_of<T, F>(data: Resource<Result<T, AppError>>, view: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    read(data, move |outcome| match outcome {
        Ok(data) => view(data),
        Err(problem) => view! { <Problem problem/> }.into_any(),
    })
}

/// On the server the answer waits for the data; in the browser the old view stays until the new data is there.
fn read<T, F>(data: Resource<Result<T, AppError>>, view: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(Result<T, AppError>) -> AnyView + Clone + Send + Sync + 'static,
{
    let ready = move || {
        let view = view.clone();
        Suspend::new(async move { view(data.await) })
    };
    view! { <Transition>{ready}</Transition> }
}
