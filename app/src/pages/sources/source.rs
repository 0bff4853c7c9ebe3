//! One source: what to paste into the identity provider, its tokens, and how to set the provider up.

use super::guides::Guides;
use super::tokens::{Created, GenerateDialog, RevokeDialog, Tokens};
use crate::api::sources::{GetSource, SourceDetails};
use crate::api::tokens::GenerateToken;
use crate::components::{Card, Content, CopyField, Crumb, Icon, PageHead, Query, page_of, plural, use_id};
use crate::error::AppError;
use crate::form::{FormState, use_form};
use crate::reading::read;
use crate::shell::Screen;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::SourceId;

#[component]
pub fn SourcePage() -> impl IntoView {
    let id = use_id::<SourceId>();
    let query = Query::here();
    // Outside of what is read anew, so that the new token stays on the page.
    let generate = use_form::<GenerateToken>();
    let dialog = open_dialog(query, generate);
    let data = read(move || Ok(GetSource { id: id.get().ok_or_else(|| AppError::no("source"))? }));
    page_of(data, move |details| {
        let (id, may) = (details.summary.source.id, details.may_manage_tokens);
        let name = details.summary.source.name.clone();
        let source_name = name.clone();
        let over = move || match dialog.get() {
            Some(open) if may && open == "generate" => {
                view! { <GenerateDialog source=id name=source_name.clone() form=generate/> }.into_any()
            }
            Some(open) if may && open == "revoke" => view! { <RevokeDialog source=id query/> }.into_any(),
            _ => ().into_any(),
        };
        view! {
            <Screen title=name.clone() crumbs=vec![Crumb::link("Sources", "/sources"), Crumb::here(name)]>
                <Content dialog=Signal::derive(move || dialog.read().is_some())>
                    <Head details=details.clone()/>
                    <Created source=id form=generate/>
                    <div class="cols">
                        <div class="stack">
                            <Tokens source=id may_manage=may form=generate query/>
                            <Paste scim_url=details.scim_url/>
                        </div>
                        <aside class="stack" aria-label="Instructions"><Guides/></aside>
                    </div>
                </Content>
                {over}
            </Screen>
        }
        .into_any()
    })
}

/// The dialog the address asks for. When a token was generated, the address is turned back to the page without one;
/// without script the answer simply has no dialog.
fn open_dialog(query: Memo<Query>, generate: FormState<GenerateToken>) -> Memo<Option<String>> {
    // Whether the page was without a dialog since the last token was generated.
    let closed_since = RwSignal::new(false);
    let asked = Memo::new(move |_| query.read().get("dialog").map(str::to_owned));
    let navigate = use_navigate();
    Effect::new(move |_| {
        if generate.success().is_some() {
            closed_since.set(false);
            let page = query.get_untracked().without(&["dialog", "do"]).href();
            navigate(&page, NavigateOptions { replace: true, scroll: false, ..Default::default() });
        }
    });
    Effect::new(move |_| {
        if asked.get().is_none() {
            closed_since.set(true);
        }
    });
    Memo::new(move |_| {
        let made = generate.success().is_some() && !closed_since.get();
        asked.get().filter(|dialog| !(made && dialog == "generate"))
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
    let people = plural(details.summary.people, "person", "people");
    let text = format!("{people} from this source. Your identity provider sends them with one of the tokens below.");
    view! { <PageHead title=source.name description=text actions=actions/> }
}

/// What the identity provider asks for, field by field.
#[component]
fn Paste(scim_url: String) -> impl IntoView {
    view! {
        <Card id="paste" title="What to paste into your identity provider">
            <section class="form">
                <CopyField id="scim-url" label="SCIM URL" value=scim_url hint="The same for every source: the token says which one it opens."/>
                <div class="grid-2">
                    <div class="field">
                        <label for="unique">"Unique identifier field"</label>
                        <input class="input mono" id="unique" readonly value="userName"/>
                    </div>
                    <div class="field">
                        <label for="auth-mode">"Authentication mode"</label>
                        <input class="input" id="auth-mode" readonly value="HTTP Header, Authorization: Bearer"/>
                    </div>
                </div>
            </section>
        </Card>
    }
}
