//! The page of a test sign-in.

use crate::api::providers::GetTest;
use crate::components::{Crumb, Query, page_of};
use crate::error::AppError;
use crate::reading::read;
use crate::shell::Screen;
use crate::written::{Titled, Written};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

#[component]
pub fn TestPage() -> impl IntoView {
    let slug = use_params_map().read_untracked().get("slug").unwrap_or_default();
    let query = Query::here();
    let back = format!("/settings/sign-in/{slug}");
    let data = read(move || {
        let id = query.read().parsed::<Uuid>("id").ok_or_else(|| AppError::no("test"))?;
        Ok(GetTest { slug: slug.clone(), id })
    });
    page_of(data, move |Titled { title, html }| {
        let crumbs = vec![
            Crumb::here("Settings"),
            Crumb::link("Sign-in", "/settings/sign-in"),
            Crumb::link(title, back.clone()),
            Crumb::here("Test sign-in"),
        ];
        view! { <Screen title="Test sign-in" crumbs=crumbs><Written html/></Screen> }.into_any()
    })
}
