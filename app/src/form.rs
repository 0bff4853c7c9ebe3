//! Forms that work with and without JavaScript.
//!
//! A form posts to the page it stands on, with `?do=` naming the server function. With script, the submission is sent
//! in the background and the answer shown in place. Without, the server runs the function and answers with 303 where
//! it said [`crate::session::go_to`], or with the same page again: filled, with the messages at the fields and the
//! error's own status. Either way a page reads the answer from [`FormState`].

use crate::call::json::{self, Mismatch};
use crate::call::{Answer, Asker, post};
use crate::components::{Query, focus_when_shown};
use crate::error::AppError;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use server_fn::ServerFn;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// What a plain form sent and what became of it; the server puts it into the context of the page it answers with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submitted {
    /// The server function's path.
    pub path: String,
    /// The fields as they were sent, without those that must not come back.
    pub fields: Vec<(String, String)>,
    /// The function's output as JSON.
    pub outcome: Result<String, AppError>,
}

/// The same as it travels in the page: JSON, read in the browser as the answers are.
struct Plain(Option<Submitted>);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Plain {
    type Err = Mismatch;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        json::read(text).map(Self)
    }
}

/// The names of fields that never come back to the browser.
pub const SECRET_FIELDS: &[&str] = &["client_secret"];

/// A form whatever it calls: what was sent, whether it is being sent, and what the answer was.
#[derive(Clone, Copy)]
pub struct Form {
    path: &'static str,
    action: Action<String, Answer>,
    plain: StoredValue<Option<Submitted>>,
}

impl Form {
    fn new(path: &'static str) -> Self {
        let Plain(plain) =
            SharedValue::new_str(|| Plain(use_context::<Submitted>().filter(|sent| sent.path == path))).into_inner();
        let outdate_message = crate::flash::outdate();
        let action = Action::new(move |body: &String| {
            let answer = post(path, body.clone(), Asker::Person);
            async move {
                let answer = answer.await;
                outdate_message();
                answer
            }
        });
        Self { path, action, plain: StoredValue::new(plain) }
    }

    /// The answer to the newest submission.
    fn answer(self) -> Option<Answer> {
        self.action
            .value()
            .get()
            .or_else(|| self.plain.with_value(|plain| plain.as_ref().map(|sent| Answer(sent.outcome.clone()))))
    }

    /// What went wrong, when it failed.
    pub fn problem(self) -> Option<AppError> {
        self.answer()?.0.err()
    }

    /// The message at a field.
    pub fn field_error(self, field: &str) -> Option<String> {
        self.problem()?.fields().iter().find(|wrong| wrong.field == field).map(|wrong| wrong.message.clone())
    }

    /// What a field shows: what was sent, or else what is stored.
    pub fn value(self, field: &str, stored: &str) -> String {
        self.sent_all(field).into_iter().next().unwrap_or_else(|| stored.to_owned())
    }

    /// Whether a check box or switch is on: as it was sent, or else as it is stored.
    pub fn checked(self, field: &str, stored: bool) -> bool {
        self.plain.with_value(|plain| match plain {
            Some(sent) => sent.fields.iter().any(|(name, _)| name == field),
            None => stored,
        })
    }

    /// All values that were sent for a field that stands several times.
    pub fn sent_all(self, field: &str) -> Vec<String> {
        self.plain.with_value(|plain| {
            let fields = plain.iter().flat_map(|sent| &sent.fields);
            fields.filter(|(name, _)| name == field).map(|(_, value)| value.clone()).collect()
        })
    }

    /// What was answered is of no interest any more: something else was done.
    pub fn forget(self) {
        self.plain.set_value(None);
        self.action.value().set(None);
    }

    pub fn pending(self) -> bool {
        self.action.pending().get()
    }

    /// How often it was sent and answered.
    pub fn version(self) -> usize {
        self.action.version().get()
    }

    pub(crate) fn submit(self, event: &leptos::ev::SubmitEvent) {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if self.action.pending().get_untracked() {
            return;
        }
        match sent_by(event) {
            Some(body) => drop(self.action.dispatch(body)),
            None => {
                let message = "the form could not be read. Load the page again".to_owned();
                self.action.value().set(Some(Answer(Err(AppError::BadRequest { message }))));
            }
        }
    }
}

/// The fields of a form that only reads, whose page is kept: none when it is another, or its button sends it elsewhere.
pub(crate) fn fields_of_reading(event: &leptos::ev::SubmitEvent) -> Option<String> {
    let sends = event.submitter().is_some_and(|button| button.has_attribute("formmethod"));
    let fields = (!sends && !event.default_prevented()).then(|| sent_by(event)).flatten()?;
    event.prevent_default();
    Some(fields)
}

/// The fields of a form with the button that sent it.
fn sent_by(event: &leptos::ev::SubmitEvent) -> Option<String> {
    let fields = leptos::form::form_data_from_event(event).ok()?;
    let encoded = leptos::web_sys::UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    encoded.to_string().as_string()
}

/// The form that calls `S`.
pub struct FormState<S> {
    form: Form,
    calls: PhantomData<fn() -> S>,
}

impl<S> Clone for FormState<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for FormState<S> {}

impl<S> std::ops::Deref for FormState<S> {
    type Target = Form;

    fn deref(&self) -> &Form {
        &self.form
    }
}

impl<S> From<FormState<S>> for Form {
    fn from(state: FormState<S>) -> Self {
        state.form
    }
}

/// The state of the form that calls `S`. Call it once in the page's component.
pub fn use_form<S: ServerFn<Error = AppError>>() -> FormState<S> {
    FormState { form: Form::new(S::PATH), calls: PhantomData }
}

impl<S> FormState<S>
where
    S: ServerFn<Error = AppError>,
    S::Output: DeserializeOwned,
{
    /// What the function gave, or what went wrong.
    pub fn outcome(&self) -> Option<Result<S::Output, AppError>> {
        self.form.answer().map(Answer::read)
    }

    /// What the function gave, when it succeeded.
    pub fn success(&self) -> Option<S::Output> {
        self.outcome().and_then(Result::ok)
    }
}

/// Of the forms of a page, the one that was answered last alone says what was wrong.
pub fn newest_speaks(forms: [Form; 3]) {
    Effect::new(move |before: Option<[usize; 3]>| {
        let now = forms.map(Form::version);
        if let Some(before) = before {
            let others = (0..3).filter(|at| before[*at] == now[*at]);
            others.for_each(|at| forms[at].forget());
        }
        now
    });
}

/// Where the form of a server function posts to on a page: the page's own address with `do`.
pub fn post_address(pathname: &str, search: &str, function: &str) -> String {
    let name = function.rsplit('/').next().unwrap_or(function);
    let kept = search.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("do="));
    let query: Vec<&str> = kept.collect();
    if query.is_empty() { format!("{pathname}?do={name}") } else { format!("{pathname}?{}&do={name}", query.join("&")) }
}

/// A form that calls a server function. The browser's own checks are off: their bubbles come before our messages, which
/// say more, stand at each field at once, and stay.
#[component]
pub fn PostForm(
    #[prop(into)] state: Form,
    #[prop(optional, into)] class: String,
    #[prop(optional, into)] id: String,
    children: Children,
) -> impl IntoView {
    let location = use_location();
    let address = move || post_address(&location.pathname.get(), &location.search.get(), state.path);
    let class = (!class.is_empty()).then_some(class);
    let id = (!id.is_empty()).then_some(id);
    view! {
        <form
            method="post"
            action=address
            class=class
            id=id
            novalidate=true
            on:submit=move |event| state.submit(&event)
            aria-busy=move || state.pending().to_string()
        >
            {children()}
        </form>
    }
}

/// The callout above a form that did not work: what happened, and the fields as links. For errors without fields, the
/// sentence alone.
#[component]
pub fn FormProblem(#[prop(into)] state: Form) -> impl IntoView {
    move || state.problem().map(|problem| view! { <Found problem/> })
}

/// A form's problem has the focus: the button that sent the form may stand far below.
#[component]
fn Found(problem: AppError) -> impl IntoView {
    let node = NodeRef::new();
    focus_when_shown(node, || true);
    view! { <div node_ref=node tabindex="-1"><Problem problem/></div> }
}

/// An error as a callout.
#[component]
pub fn Problem(problem: AppError) -> impl IntoView {
    let sign_in = matches!(problem, AppError::NotSignedIn);
    let fresh = matches!(problem, AppError::NotFresh);
    let here = Query::here();
    let again = move || {
        // Back to the page, without the form that it was to send.
        let back = here.read().without(&["do"]).href();
        let query = serde_urlencoded::to_string([("fresh", "1"), ("return_to", back.as_str())]).unwrap_or_default();
        format!("/login?{query}")
    };
    let fields = problem.fields().to_vec();
    view! {
        <div class="callout" data-tone="bad" role="alert">
            <svg class="i" aria-hidden="true"><use href="/icons.svg#circle-alert"></use></svg>
            <div><div>
                <strong>{problem.to_string()}</strong>
                {(!fields.is_empty()).then(|| view! {
                    <ul>
                        {fields.into_iter().map(|wrong| view! {
                            <li><a class="link" href=format!("#{}", wrong.field)>{wrong.message}</a></li>
                        }).collect_view()}
                    </ul>
                })}
                {sign_in.then(|| view! { <p><a class="link" href="/login" rel="external">"Sign in"</a></p> })}
                {fresh.then(|| view! { <p><a class="link" href=again rel="external">"Sign in again"</a></p> })}
            </div></div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::post_address;

    #[test]
    fn a_form_posts_to_its_page_and_keeps_the_pages_state() {
        assert_eq!(post_address("/sources", "", "/api/make1"), "/sources?do=make1");
        assert_eq!(post_address("/sources", "?dialog=new&do=other", "/api/make1"), "/sources?dialog=new&do=make1");
    }
}
