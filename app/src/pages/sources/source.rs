//! One source: how its client gets on, its tokens, how to set the provider up, and what it sends.

use super::setup::Setup;
use super::tokens::{Created, GenerateDialog, RevokeDialog, RotateDialog, Tokens};
use super::trace::Trace;
use super::traffic::TrafficStrip;
use crate::api::sources::{GetSource, SourceDetails};
use crate::api::tokens::{GenerateToken, NewToken, RotateToken};
use crate::components::{Content, Crumb, Empty, Icon, PageHead, Query, follows, page_of, plural, use_id};
use crate::error::AppError;
use crate::form::use_form;
use crate::reading::read;
use crate::shell::Screen;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::SourceId;
use model::source::SourceKind;

#[component]
pub(super) fn SourcePage() -> impl IntoView {
    let id = use_id::<SourceId>();
    let query = Query::here();
    // Outside of what is read anew, so that the new token stays on the page.
    let (generate, rotate) = (use_form::<GenerateToken>(), use_form::<RotateToken>());
    // Ids grow: the newest of both.
    let made = Memo::new(move |_| generate.success().into_iter().chain(rotate.success()).max_by_key(|made| made.id));
    let dialog = open_dialog(query, made);
    let data = read(move || Ok(GetSource { id: id.get().ok_or_else(|| AppError::no("source"))? }));
    page_of(data, move |details| {
        let (id, may) = (details.summary.source.id, details.may_manage_tokens);
        let name = details.summary.source.name.clone();
        if details.summary.source.kind == SourceKind::Import {
            return imported(name, details.summary.people);
        }
        let source_name = name.clone();
        let over = follows(move || match dialog.get() {
            Some(open) if may && open == "generate" => {
                view! { <GenerateDialog source=id name=source_name.clone() form=generate/> }.into_any()
            }
            Some(open) if may && open == "rotate" => view! { <RotateDialog source=id query form=rotate/> }.into_any(),
            Some(open) if may && open == "revoke" => view! { <RevokeDialog source=id query/> }.into_any(),
            _ => ().into_any(),
        });
        let setup = view! { <Setup recognised=details.guide.clone() query/> };
        let token_field = details.token_field.clone();
        // Until something arrives, how to set the provider up matters most.
        let (before, after) = if details.client.is_some() {
            (().into_any(), setup.into_any())
        } else {
            (setup.into_any(), ().into_any())
        };
        view! {
            <Screen title=name.clone() crumbs=vec![Crumb::link("Sources", "/sources"), Crumb::here(name)]>
                <Content dialog=Signal::derive(move || dialog.read().is_some())>
                    <Head details=details.clone()/>
                    <Created source=id made field=token_field/>
                    <div class="stack">
                        <TrafficStrip source=id/>
                        <Tokens source=id may_manage=may made query/>
                        {before}
                        <Trace source=id query/>
                        {after}
                    </div>
                </Content>
                {over}
            </Screen>
        }
        .into_any()
    })
}

/// The source of whom an import found: nobody sends anything to it.
fn imported(name: String, people: i64) -> AnyView {
    let title = plural(people, "person", "people");
    let actions = view! { <a class="btn" href="/people">"Go to people"</a> }.into_any();
    view! {
        <Screen title=name.clone() crumbs=vec![Crumb::link("Sources", "/sources"), Crumb::here(name.clone())]>
            <PageHead title=name description="Whom an import found in Zoom while nobody in the directory had the account. No client sends them, so there is no token."/>
            <section class="card">
                <Empty
                    icon="import"
                    title=title
                    text="When another source sends the same person, the person's page proposes to link the two."
                    actions=actions
                />
            </section>
        </Screen>
    }
    .into_any()
}

/// The dialog the address asks for. When a token was made, the address is turned back to the page without one; without
/// script the answer simply has no dialog.
fn open_dialog(query: Memo<Query>, made: Memo<Option<NewToken>>) -> Memo<Option<String>> {
    // Whether the page was without a dialog since the last token was made.
    let closed_since = RwSignal::new(false);
    let asked = Memo::new(move |_| query.read().get("dialog").map(str::to_owned));
    let navigate = use_navigate();
    Effect::new(move |_| {
        if made.read().is_some() {
            closed_since.set(false);
            let page = query.get_untracked().without(&["dialog", "token", "do"]).href();
            navigate(&page, NavigateOptions { replace: true, scroll: false, ..Default::default() });
        }
    });
    Effect::new(move |_| {
        if asked.get().is_none() {
            closed_since.set(true);
        }
    });
    Memo::new(move |_| {
        let made = made.read().is_some() && !closed_since.get();
        asked.get().filter(|dialog| !(made && ["generate", "rotate"].contains(&dialog.as_str())))
    })
}

#[component]
fn Head(details: SourceDetails) -> impl IntoView {
    let source = details.summary.source;
    let href = format!("/sources/{}?dialog=generate", source.id);
    let actions = if details.may_manage_tokens {
        view! { <a class="btn" href=href><Icon name="plus"/>"Generate token"</a> }.into_any()
    } else {
        ().into_any()
    };
    let text = "What your identity provider sends, with which token, and what became of it.";
    view! { <PageHead title=source.name description=text actions=actions/> }
}
