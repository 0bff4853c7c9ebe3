//! One request of a source's client: what it sent, what it was answered, what that changed, and what it would do now.

use super::cause;
use super::trace::{look_of, look_of_status, readable, status_text};
use crate::api::trace::{GetRequest, ReplayRequest, RequestDetails};
use crate::call::json;
use crate::components::{
    Badge, Callout, Card, CodeBlock, Crumb, Json, Kv, Look, Moment, PageHead, Status, SubmitButton, Table, Tone,
    duration, page_of, pair, use_id,
};
use crate::error::AppError;
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::reading::read;
use crate::shell::Screen;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::audit::action_label;
use model::trace::{Body, Change, Operation, Replayed, RequestRow, TracedRequest};
use model::{RequestId, SourceId};

#[component]
pub(super) fn RequestPage() -> impl IntoView {
    let source = use_id::<SourceId>();
    let params = use_params_map();
    let request = Memo::new(move |_| params.read().get_str("request").and_then(|id| id.parse::<RequestId>().ok()));
    let data = read(move || {
        let found = source.get().zip(request.get());
        found.map(|(source, id)| GetRequest { source, id }).ok_or_else(|| AppError::no("request"))
    });
    let replay = use_form::<ReplayRequest>();
    page_of(data, move |RequestDetails { request, may_replay }| {
        let title = format!("{} {}", request.row.method, request.row.path);
        let back = format!("/sources/{}", request.source);
        let crumbs = vec![
            Crumb::link("Sources", "/sources"),
            Crumb::link(request.source_name.clone(), back),
            Crumb::here("Request"),
        ];
        view! { <Screen title=title crumbs=crumbs><Request request may_replay replay/></Screen> }.into_any()
    })
}

#[component]
fn Request(request: TracedRequest, may_replay: bool, replay: FormState<ReplayRequest>) -> impl IntoView {
    let row = request.row.clone();
    let badge = view! { <Badge look=look_of(&row) text=status_text(&row)/> }.into_any();
    let about = view! { <Moment at=row.at/>" UTC, answered after "{duration(i64::from(row.duration_ms))} }.into_any();
    let title = format!("{} {}", row.method, row.path);
    let changes = row.changes.clone();
    view! {
        <PageHead title=title badge=badge about=about/>
        <div class="cols">
            <div class="stack">
                {row.is_error().then(|| why(&row))}
                {row.found_nobody().then(found_nobody)}
                {(!request.operations.is_empty()).then(|| view! { <Operations all=request.operations.clone()/> })}
                <Card id="changes" title="What it changed">{changes_of(changes, "Nothing was changed.")}</Card>
                <Exchange request=request.clone()/>
                <ReplayCard request=request.clone() may_replay form=replay/>
            </div>
            <aside class="stack" aria-label="Summary">
                <Card id="summary" title="Summary"><section><Kv rows=summary(request)/></section></Card>
            </aside>
        </div>
    }
}

/// Why it failed, and what to do.
fn why(row: &RequestRow) -> AnyView {
    let cause = cause::of(row);
    let (look, detail) = (look_of(row), row.detail.clone());
    let open = row.open;
    let keyword = row.scim_type.clone().map(|word| view! { " ("<span class="mono">{word}</span>")" });
    view! {
        <Callout look=look title=cause.happened>
            {detail.map(|detail| view! { <p>"The client was told: "{detail}{keyword}</p> })}
            <p>{cause.advice}</p>
            {(!open).then(|| view! { <p>"The same has gone well since: nobody has to do anything."</p> })}
        </Callout>
    }
    .into_any()
}

fn found_nobody() -> AnyView {
    view! {
        <Callout look=Look::new(Tone::Info, "search", "Nobody found") title="The client looked for somebody who is not here">
            <p>
                "Clients ask so to find out, and go on: they look by name next, or create. It is not counted as an error."
            </p>
        </Callout>
    }
    .into_any()
}

/// What came of each operation of a bulk request.
#[component]
fn Operations(all: Vec<Operation>) -> impl IntoView {
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let rows = all.into_iter().enumerate().map(|(index, operation)| {
        let (look, text) = match operation.status {
            Some(status) => (look_of_status(Some(status)), status.to_string()),
            None => (Look::new(Tone::Idle, "skip-forward", "Not tried"), "Not tried".to_owned()),
        };
        let keyword = operation.scim_type.map(|word| view! { " ("<span class="mono">{word}</span>")" });
        let why = operation.detail.map(|detail| view! { <span class="sub wrap-anywhere">{detail}{keyword}</span> });
        view! {
            <tr>
                <td class="r num muted">{index + 1}</td>
                <th scope="row">
                    <span class="mono wrap-anywhere font-[550]">{operation.request}</span>
                    {why}
                </th>
                <td class="nowrap"><Status look=look text=text/></td>
            </tr>
        }
    });
    view! {
        <Card id="operations" title="Operations" count=count>
            <Table caption="Operations of the request">
                <thead><tr>
                    <th scope="col" class="r">"No."</th>
                    <th scope="col">"Operation"</th>
                    <th scope="col">"Status"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </Table>
        </Card>
    }
}

fn changes_of(changes: Vec<Change>, nothing: &'static str) -> AnyView {
    if changes.is_empty() {
        return view! { <section><p class="muted">{nothing}</p></section> }.into_any();
    }
    // As many as are kept of one request.
    let more = (changes.len() >= 200).then(|| {
        view! { <section><p class="muted">"The first 200 are shown; the audit log has all."</p></section> }
    });
    let rows = changes.into_iter().map(|change| {
        let target = match (change.target_kind.as_str(), change.target_id) {
            ("person", Some(id)) => view! { <a href=format!("/people/{id}")>{change.target_name}</a> }.into_any(),
            _ => change.target_name.into_any(),
        };
        let audit = change.target_id.map(|id| {
            let href = format!("/audit?target={id}");
            view! { <a class="btn" data-variant="ghost" data-size="sm" href=href>"Audit log"</a> }
        });
        view! {
            <li>
                <div class="body">
                    <p class="title">{action_label(&change.action)}</p>
                    <p class="desc wrap-anywhere">{target}</p>
                </div>
                <div class="actions">{audit}</div>
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul>{more} }.into_any()
}

#[component]
fn Exchange(request: TracedRequest) -> impl IntoView {
    let row = request.row;
    let line = format!("{} {}", row.method, row.address_line());
    let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n");
    let unread = matches!(row.method.as_str(), "POST" | "PUT" | "PATCH");
    let sent = match request.request {
        Some(sent) => as_sent(sent),
        None if unread => view! { <p class="muted text-sm">"No body was read."</p> }.into_any(),
        None => ().into_any(),
    };
    let answer = match (row.status, request.answer) {
        (Some(_), Some(answer)) => body(answer),
        (Some(status), None) => view! { <CodeBlock text=format!("{status}, with nothing in it")/> }.into_any(),
        (None, _) => view! { <CodeBlock text="The client hung up before the answer."/> }.into_any(),
    };
    view! {
        <Card id="exchange" title="Request and answer" hint="Secrets are removed">
            <section>
                <h3 class="mb-2">"Request "<span class="mono font-normal wrap-anywhere">{line}</span></h3>
                {(!headers.is_empty()).then(|| view! { <CodeBlock text=headers/> })}
                <div class="mt-2">{sent}</div>
                <h3 class="mt-4 mb-2">"Answer "<span class="font-normal num">{status_text(&row)}</span></h3>
                {answer}
            </section>
        </Card>
    }
}

/// What was read as JSON was kept in its one short form. Another one may give a name twice, and is shown as it came.
fn as_sent(sent: Body) -> AnyView {
    match json::parse(&sent.text) {
        Ok(value) if written(&value) != sent.text => view! { <CodeBlock text=sent.text/> }.into_any(),
        _ => body(sent),
    }
}

fn written(value: &serde_json::Value) -> String {
    value.to_string()
}

/// JSON indented; what is cut or no JSON as it is.
fn body(body: Body) -> AnyView {
    let cut = body.cut.then(
        || view! { <p class="muted text-sm mt-1">"Not whole: cut after 64 KB, or without bytes that are no text."</p> },
    );
    let shown = match json::parse(&body.text) {
        Ok(value) => view! { <Json value/> }.into_any(),
        Err(_) => view! { <CodeBlock text=body.text/> }.into_any(),
    };
    view! { {shown}{cut} }.into_any()
}

#[component]
fn ReplayCard(request: TracedRequest, may_replay: bool, form: FormState<ReplayRequest>) -> impl IntoView {
    let ask = if let Some(why) = request.cannot_be_sent_again() {
        view! { <p class="muted">{why}</p> }.into_any()
    } else if !may_replay {
        view! { <p class="muted">"Your role does not allow this. Ask an owner or an admin."</p> }.into_any()
    } else {
        view! {
            <PostForm state=form class="form">
                <FormProblem state=form/>
                <input type="hidden" name="source" value=request.source.to_string()/>
                <input type="hidden" name="id" value=request.row.id.to_string()/>
                <p><SubmitButton label="Replay in a dry run" icon="flask-conical" pending=Signal::derive(move || form.pending())/></p>
            </PostForm>
        }
        .into_any()
    };
    view! {
        <Card id="replay" title="Replay" hint="Changes nothing">
            <section>
                <p class="mb-3">
                    "Runs the request again in a transaction that is undone, and shows what it would answer and change \
                     now. The token and the address are not looked at again; removed secrets are sent as [removed]."
                </p>
                {ask}
            </section>
            {move || form.success().map(|replayed| view! { <Outcome replayed/> })}
        </Card>
    }
}

#[component]
fn Outcome(replayed: Replayed) -> impl IntoView {
    let status = Some(replayed.status);
    let refused = replayed.status >= 400;
    let title = format!("It would be answered with {}", replayed.status);
    let answer = match replayed.answer {
        Some(text) => body(Body { text, cut: false }),
        None => view! { <CodeBlock text=format!("{}, with nothing in it", replayed.status)/> }.into_any(),
    };
    let look = if refused { look_of_status(status) } else { Look::new(Tone::Info, "flask-conical", "Dry run") };
    view! {
        <section>
            <Callout look=look title=title role="status">
                <p>"This was a dry run: nothing was changed, and nobody was told."</p>
            </Callout>
            <h3 class="mt-4 mb-2">"Answer"</h3>
            {answer}
            <h3 class="mt-4">"What it would change"</h3>
        </section>
        {changes_of(replayed.changes, "It would change nothing.")}
    }
}

fn summary(request: TracedRequest) -> Vec<(String, AnyView)> {
    let (row, source) = (request.row, request.source);
    let query = readable(&row.query);
    let token = request.token_name.unwrap_or_else(|| "gone".to_owned());
    let client = row.client.unwrap_or_else(|| "Not known".to_owned());
    let mut rows = vec![
        pair("Time", view! { <Moment at=row.at/> }),
        pair("Source", view! { <a href=format!("/sources/{source}")>{request.source_name}</a> }),
        pair("Token", token),
        pair("Client", client),
        pair("Address", view! { <span class="mono">{row.address}</span> }),
        pair("Duration", view! { <span class="num">{duration(i64::from(row.duration_ms))}</span> }),
        pair("Request", view! { <span class="mono">{row.id.to_string()}</span> }),
    ];
    if !query.is_empty() {
        rows.insert(1, pair("Query", view! { <span class="mono">{query}</span> }));
    }
    rows
}
