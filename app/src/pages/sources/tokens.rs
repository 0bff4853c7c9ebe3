//! The tokens of a source: the table, the dialogs to generate and to revoke, and the new token, shown once.

use crate::api::tokens::{GenerateToken, LIFETIMES, ListTokens, NewToken, RevokeToken};
use crate::components::{
    Callout, Card, CopyField, Dialog, Empty, FieldState, Icon, Look, Menu, Query, SelectField, Status, SubmitButton,
    Table, TextField, Time, Tone, part_of,
};
use crate::form::{FormProblem, FormState, PostForm, use_form};
use crate::live::use_live;
use crate::now::use_now;
use crate::reading::{read, reread};
use leptos::prelude::*;
use model::source::{ScimToken, TokenState};
use model::{SourceId, TokenId};

/// The tokens of a source, read anew whenever something changes: "last used" shows the provider's first request.
#[component]
pub fn Tokens(source: SourceId, may_manage: bool, form: FormState<GenerateToken>, query: Memo<Query>) -> impl IntoView {
    let live = use_live();
    // A dialog that closes may have changed one.
    let dialog = Memo::new(move |_| query.read().get("dialog").map(str::to_owned));
    let data = reread(move || (live.get(), form.version(), dialog.get()), move || Ok(ListTokens { source }));
    part_of(data, move |tokens| {
        let count = i64::try_from(tokens.len()).unwrap_or(i64::MAX);
        let body = if tokens.is_empty() { no_tokens() } else { table(tokens, may_manage) };
        view! { <Card id="tokens" title="Tokens" count=count>{body}</Card> }.into_any()
    })
}

fn no_tokens() -> AnyView {
    view! {
        <Empty
            icon="key-round"
            title="No token opens this source yet"
            text="A token is the password your identity provider uses. It is shown once and kept only as a hash. Several may be in force at a time, so that one can be replaced without a gap."
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
                <th scope="col" class="p3">"Made"</th>
                <th scope="col">"Expires"</th>
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
    let last_used = match token.last_used_at {
        Some(at) => view! { <Time at/> }.into_any(),
        None => "never".into_any(),
    };
    let soon = state == TokenState::ExpiresSoon;
    let open = may_manage && !matches!(state, TokenState::Revoked);
    let revoke = format!("/sources/{}?dialog=revoke&token={}", token.source_id, token.id);
    let menu = open.then(|| {
        view! {
            <Menu id=format!("m-{}", token.id) label=format!("Actions for {}", token.name)>
                <a href=revoke class="danger"><Icon name="ban"/>"Revoke"</a>
            </Menu>
        }
    });
    view! {
        <tr>
            <th scope="row"><span class="font-[550]">{token.name}</span><span class="sub"><code class="mono">{token.prefix}"…"</code>{format!(" by {}", token.created_by)}</span></th>
            <td class="p3 muted nowrap"><Time at=token.created_at/></td>
            <td class="nowrap"><span class=soon.then_some("text-warn font-[520]")>{expires}</span></td>
            <td class="p2 muted nowrap">{last_used}</td>
            <td><Status look=state/></td>
            <td class="shrink">{menu}</td>
        </tr>
    }
}

/// The dialog that generates a token.
#[component]
pub fn GenerateDialog(source: SourceId, name: String, form: FormState<GenerateToken>) -> impl IntoView {
    let close = format!("/sources/{source}");
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Generate token" form="generate" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let lifetimes = LIFETIMES.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect();
    view! {
        <Dialog id="gt" title="Generate token" description="The token is shown once, on the next page." close=close footer=footer>
            <PostForm state=form id="generate" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="source" value=source.to_string()/>
                <TextField
                    field=FieldState::of(form, "name", &name)
                    label="Name"
                    hint="So that you know it again in this list and in the audit log."
                />
                <SelectField
                    field=FieldState::of(form, "expires_in", "365")
                    label="Expires"
                    options=lifetimes
                    hint="Generate the next one before that, and paste it over the old one: both work until you revoke the old."
                />
            </PostForm>
        </Dialog>
    }
}

/// The new token, once.
#[component]
pub fn Created(source: SourceId, form: FormState<GenerateToken>) -> impl IntoView {
    move || {
        form.success().filter(|made| made.source == source).map(|NewToken { name, token, scim_url, .. }| {
            view! {
                <div class="flash">
                    <Callout
                        look=Look::new(Tone::Ok, "key-round", "Token made")
                        title=format!("Token {name} made. Copy it now.")
                        role="status"
                    >
                        <p>"It is shown once and kept only as a hash. If it is lost, generate another."</p>
                    </Callout>
                    <div class="card mt-3"><section class="form">
                        <CopyField
                            id="new-token"
                            label="Bearer token"
                            value=token
                            hint="Okta calls it API Token, Microsoft Entra calls it Secret Token. The status below turns to Active when the first request arrives."
                        />
                        <CopyField id="new-token-url" label="SCIM URL" value=scim_url/>
                    </section></div>
                </div>
            }
        })
    }
}

/// The question before a token is revoked; it names the token.
#[component]
pub fn RevokeDialog(source: SourceId, query: Memo<Query>) -> impl IntoView {
    let form = use_form::<RevokeToken>();
    let asked = query.read_untracked().parsed::<TokenId>("token");
    let data = read(move || Ok(ListTokens { source }));
    part_of(data, move |tokens| match tokens.into_iter().find(|token| Some(token.id) == asked) {
        Some(token) => view! { <Revoke token form/> }.into_any(),
        None => ().into_any(),
    })
}

#[component]
fn Revoke(token: ScimToken, form: FormState<RevokeToken>) -> impl IntoView {
    let close = format!("/sources/{}", token.source_id);
    let footer = view! {
        <a class="btn" data-variant="outline" href=close.clone()>"Cancel"</a>
        <SubmitButton label="Revoke token" form="revoke" variant="danger-solid" pending=Signal::derive(move || form.pending())/>
    }
    .into_any();
    let use_of = match token.last_used_at {
        Some(at) => view! { "It was last used "<Time at/>"." }.into_any(),
        None => "It was never used.".into_any(),
    };
    view! {
        <Dialog
            id="rt"
            title=format!("Revoke {}?", token.name)
            description="From the next request on, the identity provider that uses it is refused. This cannot be undone."
            close=close
            footer=footer
            alert=true
        >
            <PostForm state=form id="revoke" class="form">
                <FormProblem state=form/>
                <input type="hidden" name="token" value=token.id.to_string()/>
                <p>
                    <code class="mono">{token.prefix.clone()}"…"</code>" opens "<strong>{token.source_name.clone()}</strong>". "
                    {use_of}" Nobody is changed or removed in Zoom by revoking it."
                </p>
            </PostForm>
        </Dialog>
    }
}
