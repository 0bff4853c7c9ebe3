//! The form of a connection's credentials, for a new connection and for the Integration tab.

use crate::api::connections::integration::SaveConnection;
use crate::components::{Card, FieldState, Icon, TextField, Time};
use crate::form::{FormProblem, FormState, PostForm, Submitted};
use leptos::prelude::*;
use model::connection::{Connection, ServerToServer, TestFailure};
use server_fn::ServerFn;
use std::sync::Arc;

const SCIM_URL: &str = "https://api.zoom.us/scim2";
const TOKEN_URL: &str = "https://zoom.us/oauth/token";

/// Whether a plain form came back with an error: then the secret, which is never sent back, must be typed again. Call
/// it once in the page's component.
pub(super) fn use_secret_is_lost() -> bool {
    SharedValue::new_str(|| {
        use_context::<Submitted>().is_some_and(|sent| sent.path == SaveConnection::PATH && sent.outcome.is_err())
    })
    .into_inner()
}

/// `stored` is the connection that is changed; without one, a new one is made.
#[component]
pub(super) fn IntegrationForm(
    form: FormState<SaveConnection>,
    #[prop(optional_no_strip)] stored: Option<Connection>,
    may_manage: bool,
    secret_is_lost: bool,
) -> impl IntoView {
    let failure = stored.as_ref().and_then(|stored| stored.test.as_ref()).and_then(|test| test.failure.clone());
    let auth = stored.as_ref().map_or_else(
        || ServerToServer { token_url: TOKEN_URL.to_owned(), ..ServerToServer::default() },
        |stored| stored.auth.clone(),
    );
    let scim_url = stored.as_ref().map_or(SCIM_URL, |stored| stored.scim_url.as_str());
    let (name, description) = stored.as_ref().map_or(("", ""), |s| (s.name.as_str(), s.description.as_str()));
    let field =
        |name: &'static str, value: &str| with_failure(form, FieldState::of(form, name, value), failure.as_ref());
    let secret_placeholder = auth.secret_ends_in.as_ref().map(|end| format!("Stored, ends in …{end}"));
    let hidden = stored.as_ref().map(|stored| {
        view! {
            <input type="hidden" name="id" value=stored.id.to_string()/>
            <input type="hidden" name="version" value=stored.version.to_string()/>
        }
    });
    let fields = view! {
        <div class="grid-2">
            <TextField field=field("name", name) label="Connection name" placeholder="Zoom production"/>
            <TextField field=field("description", description) label="Description" optional=true/>
        </div>
        <TextField
            field=field("scim_url", scim_url)
            label="SCIM URL"
            kind="url"
            mono=true
            hint="Keep this unless Zoom gave your account a regional address."
        />
        <div class="grid-2">
            <TextField field=field("token_url", &auth.token_url) label="OAuth Token URL" kind="url" mono=true/>
            <TextField field=field("account_id", &auth.account_id) label="OAuth Account ID" mono=true/>
            <TextField field=field("client_id", &auth.client_id) label="OAuth Client ID" mono=true/>
            <TextField
                field=field("client_secret", "")
                label="OAuth Client Secret"
                kind="password"
                placeholder=secret_placeholder.clone().unwrap_or_default()
                hint=secret_hint(secret_placeholder.is_some(), secret_is_lost)
            />
        </div>
    };
    let footer = if may_manage { footer(form, stored.as_ref()) } else { read_only() };
    view! {
        <Card id="credentials" title="Credentials" hint="Server-to-Server OAuth: how Rollcall signs in to your Zoom account">
            <section>
                <PostForm state=form id="integration">
                    <fieldset class="form" disabled=!may_manage>
                        <FormProblem state=form/>
                        {hidden}
                        {fields}
                    </fieldset>
                </PostForm>
            </section>
            {footer}
        </Card>
    }
}

/// Shows what the last test found at the field it blames, until the form is sent again.
fn with_failure(form: FormState<SaveConnection>, field: FieldState, failure: Option<&TestFailure>) -> FieldState {
    let blamed = failure.filter(|failure| failure.field.as_deref() == Some(field.name));
    let Some(message) = blamed.map(|failure| failure.likely.clone()) else { return field };
    let sent = field.error.clone();
    let error = Arc::new(move || match form.outcome() {
        Some(_) => sent(),
        None => Some(message.clone()),
    });
    FieldState { error, ..field }
}

fn secret_hint(stored: bool, lost: bool) -> &'static str {
    match (stored, lost) {
        (true, true) => "Type it again if you had changed it: a secret is never sent back to the browser.",
        (false, true) => "Type it again: a secret is never sent back to the browser.",
        (true, false) => "Encrypted at rest and never shown again. Leave empty to keep it.",
        (false, false) => "Encrypted at rest and never shown again.",
    }
}

/// Save, Test, and what they do when provisioning is on.
fn footer(form: FormState<SaveConnection>, stored: Option<&Connection>) -> AnyView {
    let busy = move || form.pending().then_some("true");
    let running = stored.is_some_and(|stored| stored.enabled);
    let hint = match stored {
        _ if running => view! {
            "Provisioning is on. Test connection stores what you typed only when Zoom accepts it. Save with other credentials turns provisioning off until a test succeeds."
        }
        .into_any(),
        Some(stored) => view! { "Saved "<Time at=stored.updated_at/>" by "{stored.updated_by.clone()} }.into_any(),
        None => "Both save. Provisioning stays off until you turn it on.".into_any(),
    };
    view! {
        <footer>
            <button type="submit" class="btn" form="integration" name="intent" value="save" aria-busy=busy>"Save"</button>
            <button type="submit" class="btn" data-variant="outline" form="integration" name="intent" value="test" aria-busy=busy>
                <Icon name="plug-zap"/>{if stored.is_some() && running { "Test connection" } else { "Save and test connection" }}
            </button>
            <span class="hint flex-1 text-end max-sm:basis-full max-sm:text-start">{hint}</span>
        </footer>
    }
    .into_any()
}

fn read_only() -> AnyView {
    view! { <footer><span class="hint">"Your role may look at these settings and not change them."</span></footer> }
        .into_any()
}
