//! All sources in the order that decides between them, the rule that links their people, and the dialog that makes one.

use crate::api::order::{AmongSources, GetAmongSources, MoveSource, SetLinkRule};
use crate::api::sources::{ListSources, MakeSource, SourceList};
use crate::components::{
    Card, Content, Crumb, Dialog, Empty, FieldState, Icon, PageHead, Query, SelectField, SubmitButton, Table,
    TextField, Time, follows, grouped, page_of, part_of,
};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::live::use_live;
use crate::reading::{Reading, reread};
use crate::shell::Screen;
use leptos::prelude::*;
use model::SourceId;
use model::source::{LinkRule, SourceSummary};

#[component]
pub fn Sources() -> impl IntoView {
    let query = Query::here();
    let dialog = Memo::new(move |_| query.read().get("dialog") == Some("new"));
    let step = use_form::<MoveSource>();
    let rule = use_form::<SetLinkRule>();
    let live = use_live();
    let changed = move || (step.version(), rule.version(), dialog.get());
    let data = reread(changed, || Ok(ListSources {}));
    let among = reread(move || (changed(), live.get()), || Ok(GetAmongSources {}));
    page_of(data, move |SourceList { sources, may_manage }| {
        let new =
            move || view! { <a class="btn" href="/sources?dialog=new"><Icon name="plus"/>"New source"</a> }.into_any();
        let actions = if may_manage { new() } else { ().into_any() };
        let body = if sources.is_empty() {
            no_sources(may_manage.then(new))
        } else {
            let several = sources.len() > 1;
            let rows = table(sources, may_manage.then_some(step));
            let among = several.then(|| among_sources(among, rule, may_manage));
            view! { <div class="stack">{rows}{among}</div> }.into_any()
        };
        let over = follows(move || match dialog.get() && may_manage {
            true => view! { <NewSource/> }.into_any(),
            false => ().into_any(),
        });
        view! {
            <Screen title="Sources" crumbs=vec![Crumb::here("Sources")]>
                <Content dialog=dialog>
                    <PageHead
                        title="Sources"
                        description="Where people come from. Each identity provider gets a source and a token of its own."
                        actions=actions
                    />
                    <FormProblem state=step/>
                    {body}
                </Content>
                {over}
            </Screen>
        }
        .into_any()
    })
}

/// `step` is the form of the buttons that move a source; none for those who may not.
fn table(sources: Vec<SourceSummary>, step: Option<FormState<MoveSource>>) -> AnyView {
    let count = i64::try_from(sources.len()).unwrap_or(i64::MAX);
    let several = sources.len() > 1;
    let last = sources.len().saturating_sub(1);
    let step = step.filter(|_| several);
    let rows = sources.into_iter().enumerate().map(move |(place, summary)| {
        let last_request = match summary.last_request_at {
            Some(at) => view! { <Time at/> }.into_any(),
            None => "never".into_any(),
        };
        let steps = step.map(|form| {
            let (id, name) = (summary.source.id, summary.source.name.clone());
            view! { <td class="shrink"><Steps id name first=place == 0 last=place == last form/></td> }
        });
        view! {
            <tr>
                {several.then(|| view! { <td class="r num shrink">{place + 1}</td> })}
                <th scope="row">
                    <a class="plain font-[550] hover:underline" href=format!("/sources/{}", summary.source.id)>
                        {summary.source.name}
                    </a>
                    <span class="sub">{summary.source.kind.label()}</span>
                </th>
                <td class="p2 muted nowrap">{last_request}</td>
                <td class="p3 muted nowrap"><Time at=summary.source.created_at/>" by "{summary.source.created_by}</td>
                <td class="r num">{grouped(summary.people)}</td>
                <td class="r num p2">{grouped(summary.tokens)}</td>
                {steps}
            </tr>
        }
    });
    let rows = rows.collect_view();
    let foot = several.then(|| {
        view! {
            <footer class="hint">
                "Where several sources know a person, each attribute is what the first of them says. The first one that knows a person also says whether they are active."
            </footer>
        }
    });
    view! {
        <Card id="sources" title="All sources" count=count>
            <Table caption="Sources">
                <thead><tr>
                    {several.then(|| view! { <th scope="col" class="r">"Order"</th> })}
                    <th scope="col">"Name"</th>
                    <th scope="col" class="p2">"Last request"</th>
                    <th scope="col" class="p3">"Made"</th>
                    <th scope="col" class="r">"People"</th>
                    <th scope="col" class="r p2">"Tokens in force"</th>
                    {step.map(|_| view! { <td><span class="vh">"Move"</span></td> })}
                </tr></thead>
                <tbody>{rows}</tbody>
            </Table>
            {foot}
        </Card>
    }
    .into_any()
}

/// The buttons that move a source one place.
#[component]
fn Steps(id: SourceId, name: String, first: bool, last: bool, form: FormState<MoveSource>) -> impl IntoView {
    let button = |up: bool, disabled: bool| {
        let (icon, word) = if up { ("arrow-up", "up") } else { ("arrow-down", "down") };
        let label = format!("Move {name} {word}");
        view! {
            <PostForm state=form>
                <input type="hidden" name="source" value=id.to_string()/>
                <input type="hidden" name="up" value=up.to_string()/>
                <button
                    type="submit"
                    class="btn"
                    data-variant="ghost"
                    data-size="icon-sm"
                    disabled=disabled
                    aria-label=label
                >
                    <Icon name=icon/>
                </button>
            </PostForm>
        }
    };
    view! { <span class="flex gap-1">{button(true, first)}{button(false, last)}</span> }
}

/// The rule, and whether a new order is being carried out.
fn among_sources(data: Reading<AmongSources>, form: FormState<SetLinkRule>, may_manage: bool) -> AnyView {
    part_of(data, move |AmongSources { rule, under_way }| {
        let busy = under_way.then(|| {
            view! { <section><p class="muted" role="status">"People are being brought to the new order."</p></section> }
        });
        let body = if may_manage { view! { <Rule rule form/> }.into_any() } else { rule.label().into_any() };
        view! {
            <Card id="rule" title="Link people automatically">
                {busy}
                <section>{body}</section>
            </Card>
        }
        .into_any()
    })
    .into_any()
}

#[component]
fn Rule(rule: LinkRule, form: FormState<SetLinkRule>) -> impl IntoView {
    let options = LinkRule::ALL.iter().map(|it| (it.as_str().to_owned(), it.label().to_owned())).collect();
    view! {
        <PostForm state=form class="form">
            <FormProblem state=form/>
            <SelectField
                field=FieldState::of(form, "link_by", rule.as_str())
                label="Link people of different sources when"
                options
                hint="Only when exactly one other person fits, never two users of one source, and never when both have a Zoom account. Choose a rule only when every source checks what it sends: whoever can set an e-mail address there becomes that person here."
            />
            <div><SubmitButton label="Save rule" variant="outline" pending=Signal::derive(move || form.pending())/></div>
        </PostForm>
    }
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
