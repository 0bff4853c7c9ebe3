//! All sources, and the dialog that makes one.

use crate::api::sources::{ListSources, MakeSource, SourceList};
use crate::components::{
    Card, Content, Crumb, Dialog, Empty, FieldState, Icon, PageHead, Query, SubmitButton, Table, TextField, Time,
    grouped, page_of,
};
use crate::form::{FormProblem, PostForm, use_form};
use crate::reading::read;
use crate::shell::Screen;
use leptos::prelude::*;
use model::source::SourceSummary;

#[component]
pub fn Sources() -> impl IntoView {
    let query = Query::here();
    let dialog = Memo::new(move |_| query.read().get("dialog") == Some("new"));
    let data = read(|| Ok(ListSources {}));
    page_of(data, move |SourceList { sources, may_manage }| {
        let new =
            move || view! { <a class="btn" href="/sources?dialog=new"><Icon name="plus"/>"New source"</a> }.into_any();
        let actions = if may_manage { new() } else { ().into_any() };
        let body = if sources.is_empty() { no_sources(may_manage.then(new)) } else { table(sources) };
        view! {
            <Screen title="Sources" crumbs=vec![Crumb::here("Sources")]>
                <Content dialog=dialog>
                    <PageHead
                        title="Sources"
                        description="Where people come from. Each identity provider gets a source and a token of its own."
                        actions=actions
                    />
                    {body}
                </Content>
                <Show when=move || dialog.get() && may_manage><NewSource/></Show>
            </Screen>
        }
        .into_any()
    })
}

fn table(sources: Vec<SourceSummary>) -> AnyView {
    let count = i64::try_from(sources.len()).unwrap_or(i64::MAX);
    let rows = sources.into_iter().map(|summary| {
        let last = match summary.last_request_at {
            Some(at) => view! { <Time at/> }.into_any(),
            None => "never".into_any(),
        };
        view! {
            <tr>
                <th scope="row">
                    <a class="plain font-[550] hover:underline" href=format!("/sources/{}", summary.source.id)>
                        {summary.source.name}
                    </a>
                    <span class="sub">{summary.source.kind.label()}</span>
                </th>
                <td class="muted nowrap">{last}</td>
                <td class="p3 muted nowrap"><Time at=summary.source.created_at/>" by "{summary.source.created_by}</td>
                <td class="r num">{grouped(summary.people)}</td>
                <td class="r num p2">{grouped(summary.tokens)}</td>
            </tr>
        }
    });
    view! {
        <Card id="sources" title="All sources" count=count>
            <Table caption="Sources">
                <thead><tr>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Last request"</th>
                    <th scope="col" class="p3">"Made"</th>
                    <th scope="col" class="r">"People"</th>
                    <th scope="col" class="r p2">"Tokens in force"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </Table>
        </Card>
    }
    .into_any()
}

fn no_sources(action: Option<AnyView>) -> AnyView {
    let actions = action.unwrap_or_else(|| ().into_any());
    view! {
        <section class="card">
            <Empty
                icon="database-zap"
                title="Nothing sends people yet"
                text="A source is an identity provider that pushes people to Rollcall: Okta, Microsoft Entra ID, PingOne, or anything that speaks SCIM 2.0. Make a source, generate its token, and paste the token and the SCIM URL into the provider."
                actions=actions
            />
        </section>
    }
    .into_any()
}

/// The dialog that makes a source.
#[component]
fn NewSource() -> impl IntoView {
    let form = use_form::<MakeSource>();
    let footer = view! {
        <a class="btn" data-variant="outline" href="/sources">"Cancel"</a>
        <SubmitButton label="Make source" form="new-source" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    view! {
        <Dialog
            id="ns"
            title="New source"
            description="A place for the people that one identity provider sends."
            close="/sources"
            footer=footer
        >
            <PostForm state=form id="new-source" class="form">
                <FormProblem state=form/>
                <TextField
                    field=FieldState::of(form, "name", "")
                    label="Name"
                    placeholder="Okta"
                    hint="The provider’s name, so that you know it again in logs and beside each person."
                />
            </PostForm>
        </Dialog>
    }
}
