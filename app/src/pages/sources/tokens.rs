//! The tokens of a source: the table, those that end soon, and the dialogs to generate, rotate and revoke.

mod created;
mod generate;
mod revoke;
mod rotate;

pub(super) use created::Created;
pub(super) use generate::GenerateDialog;
pub(super) use revoke::RevokeDialog;
pub(super) use rotate::RotateDialog;

use crate::api::tokens::{ListTokens, NewToken};
use crate::components::{Callout, Card, Dialog, Empty, Icon, Look, Menu, Query, Status, Table, Time, Tone, part_of};
use crate::live::use_live;
use crate::now::use_now;
use crate::reading::reread;
use leptos::prelude::*;
use model::SourceId;
use model::source::{ScimToken, TokenState};

/// The tokens of a source, read anew whenever something changes: "last used" shows the provider's first request.
#[component]
pub(super) fn Tokens(
    source: SourceId,
    may_manage: bool,
    made: Memo<Option<NewToken>>,
    query: Memo<Query>,
) -> impl IntoView {
    let live = use_live();
    // A dialog that closes may have changed one.
    let dialog = Memo::new(move |_| query.read().get("dialog").map(str::to_owned));
    let newest = Memo::new(move |_| made.get().map(|made| made.id));
    let data = reread(move || (live.get(), newest.get(), dialog.get()), move || Ok(ListTokens { source }));
    part_of(data, move |tokens| {
        let count = i64::try_from(tokens.len()).unwrap_or(i64::MAX);
        let now = use_now().get_untracked();
        let ending =
            tokens.iter().filter(|token| token.state(now) == TokenState::ExpiresSoon && token.replaced_by.is_none());
        let ending = ending.map(|token| ends_soon(token, may_manage)).collect_view();
        let body = if tokens.is_empty() { no_tokens(source, may_manage) } else { table(tokens, may_manage) };
        view! { {ending}<Card id="tokens" title="Tokens" count=count>{body}</Card> }.into_any()
    })
}

fn ends_soon(token: &ScimToken, may_manage: bool) -> Option<AnyView> {
    let at = token.expires_at?;
    let href = format!("/sources/{}?dialog=rotate&token={}", token.source_id, token.id);
    let rotate = may_manage
        .then(|| view! { <a class="btn" data-size="sm" href=href><Icon name="refresh-cw"/>"Rotate"</a> }.into_any());
    Some(
        view! {
            <Callout
                look=Look::new(Tone::Warn, "hourglass", "Ends soon")
                title=format!("The token {} ends soon", token.name)
                actions=rotate.unwrap_or_else(|| ().into_any())
            >
                <p>
                    "It ends "<Time at/>". From then on the identity provider is refused, and nobody who joins, changes \
                     or leaves arrives. Rotate it, and paste its successor into the provider."
                </p>
            </Callout>
        }
        .into_any(),
    )
}

fn no_tokens(source: SourceId, may_manage: bool) -> AnyView {
    let generate = may_manage.then(|| {
        let href = format!("/sources/{source}?dialog=generate");
        view! { <a class="btn" data-variant="outline" href=href><Icon name="plus"/>"Generate token"</a> }.into_any()
    });
    view! {
        <Empty
            icon="key-round"
            title="No token opens this source yet"
            text="A token is the password your identity provider uses. It is shown once and kept only as a hash. Several may be in force at a time, so that one can be replaced without a gap."
            actions=generate.unwrap_or_else(|| ().into_any())
        />
    }
    .into_any()
}

fn table(tokens: Vec<ScimToken>, may_manage: bool) -> AnyView {
    let rows = tokens.into_iter().map(move |token| view! { <Row token may_manage/> });
    view! {
        <Table caption="SCIM tokens">
            <thead><tr>
                <th scope="col">"Name"</th>
                <th scope="col" class="p3">"May"</th>
                <th scope="col" class="p2">"Expires"</th>
                <th scope="col" class="p2">"Last used"</th>
                <th scope="col">"Status"</th>
                <td><span class="vh">"Actions"</span></td>
            </tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
    .into_any()
}

#[component]
fn Row(token: ScimToken, may_manage: bool) -> impl IntoView {
    let state = token.state(use_now().get_untracked());
    let expires = match token.expires_at {
        Some(at) => view! { <Time at/> }.into_any(),
        None => "never".into_any(),
    };
    let soon = state == TokenState::ExpiresSoon;
    // Where there is no room for their columns.
    let narrow = {
        let ends = match token.expires_at {
            Some(at) => view! { "ends "<Time at/> }.into_any(),
            None => "never ends".into_any(),
        };
        let may = if token.read_only { ", may read only" } else { "" };
        let from = if token.ranges.is_empty() { "" } else { ", from some networks only" };
        view! { <span class="sub md:hidden">{ends}{may}{from}</span> }
    };
    let replaced =
        token.replaced_by.clone().map(|by| view! { <span class="sub">{format!("{by} takes its place")}</span> });
    let menu = (may_manage && state != TokenState::Revoked).then(|| actions(&token, state));
    view! {
        <tr>
            <th scope="row">
                <span class="font-[550]">{token.name.clone()}</span>
                <span class="sub"><code class="mono">{token.prefix.clone()}"…"</code>" made "<Time at=token.created_at/>{format!(" by {}", token.created_by)}</span>
                {narrow}
                <div class="md:hidden">{last_refusal(&token)}</div>
            </th>
            <td class="p3 muted">{may(&token)}</td>
            <td class="p2 nowrap"><span class=soon.then_some("text-warn font-[520]")>{expires}</span></td>
            <td class="p2 muted">{last_used(&token)}{last_refusal(&token)}</td>
            <td><Status look=state/>{replaced}</td>
            <td class="shrink">{menu}</td>
        </tr>
    }
}

fn actions(token: &ScimToken, state: TokenState) -> AnyView {
    let dialog = |name: &str| format!("/sources/{}?dialog={name}&token={}", token.source_id, token.id);
    let live = state != TokenState::Expired && token.replaced_by.is_none();
    let (rotate, revoke) = (dialog("rotate"), dialog("revoke"));
    let (id, label) = (format!("m-{}", token.id), format!("Actions for {}", token.name));
    let rotate = live.then(|| view! { <a href=rotate><Icon name="refresh-cw"/>"Rotate"</a> });
    view! {
        <Menu id=id label=label>
            {rotate}
            <a href=revoke class="danger"><Icon name="ban"/>"Revoke"</a>
        </Menu>
    }
    .into_any()
}

/// A dialog that was asked for and has nothing to fill in.
fn cannot(source: SourceId, title: &str, why: String) -> AnyView {
    let close = format!("/sources/{source}");
    let footer = view! { <a class="btn" data-variant="outline" href=close.clone()>"Close"</a> }.into_any();
    view! { <Dialog id="ct" title=title close=close footer=footer><p>{why}</p></Dialog> }.into_any()
}

fn no_such(source: SourceId) -> AnyView {
    cannot(source, "There is no such token", "This source has no token of that id. Choose one of its list.".to_owned())
}

/// What it may do, and from where.
fn may(token: &ScimToken) -> AnyView {
    let does = if token.read_only { "Read" } else { "Read and write" };
    let from = match token.ranges.as_slice() {
        [] => view! { <span class="sub">"from everywhere"</span> }.into_any(),
        ranges => view! { <span class="sub mono wrap-anywhere">{ranges.join(", ")}</span> }.into_any(),
    };
    view! { {does}{from} }.into_any()
}

fn last_used(token: &ScimToken) -> AnyView {
    let Some(at) = token.last_used_at else { return "never".into_any() };
    let by =
        [token.last_client.clone(), token.last_used_from.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    view! { <span class="nowrap"><Time at/></span><span class="sub wrap-anywhere">{by}</span> }.into_any()
}

/// Somebody had the token whole, and was refused all the same.
fn last_refusal(token: &ScimToken) -> Option<AnyView> {
    let refusal = token.last_refusal.as_ref()?;
    let since = token.last_used_at.is_none_or(|used| used < refusal.at);
    let (from, why) = (refusal.from.clone(), refusal.why.label());
    Some(
        view! {
            <span class="sub wrap-anywhere">
                <span class=since.then_some("text-warn font-[520]")>"Refused "<Time at=refusal.at/></span>
                {format!(" from {from}: {why}")}
            </span>
        }
        .into_any(),
    )
}
