//! The fields of a form: label above, hint below, error below the hint.
//!
//! A field gets its [`FieldState`] from the form's state, so it shows what was sent when the form comes back, and the
//! message that belongs to it. Its id is its name: the callout above the form links to it.

use super::Icon;
use crate::form::Form;
use leptos::prelude::*;
use std::sync::Arc;

/// What a field shows: its value, and what is wrong with it.
#[derive(Clone)]
pub struct FieldState {
    pub name: &'static str,
    pub value: String,
    /// For check boxes and switches.
    pub checked: bool,
    pub error: FieldError,
}

/// The message at a field. No signal of the page's: a field may be woken once more when the dialog around it has gone.
pub type FieldError = Arc<dyn Fn() -> Option<String> + Send + Sync>;

impl FieldState {
    /// A field of a form; `stored` is its value before anything was sent.
    pub fn of(form: impl Into<Form>, name: &'static str, stored: &str) -> Self {
        let form = form.into();
        let error = Arc::new(move || form.field_error(name));
        Self { name, value: form.value(name, stored), checked: false, error }
    }

    /// A check box or switch of a form; `stored` says whether it was on before anything was sent.
    pub fn switch(form: impl Into<Form>, name: &'static str, stored: bool) -> Self {
        let form = form.into();
        let error = Arc::new(move || form.field_error(name));
        Self { name, value: String::new(), checked: form.checked(name, stored), error }
    }

    /// The ids of what describes the field, for `aria-describedby`.
    fn described_by(&self, hint: bool) -> impl Fn() -> Option<String> + Clone + Send + Sync + 'static {
        let (name, error) = (self.name, self.error.clone());
        move || match (hint, error().is_some()) {
            (false, false) => None,
            (true, false) => Some(format!("{name}-h")),
            (false, true) => Some(format!("{name}-e")),
            (true, true) => Some(format!("{name}-h {name}-e")),
        }
    }

    fn invalid(&self) -> impl Fn() -> Option<&'static str> + Clone + Send + Sync + 'static {
        let error = self.error.clone();
        move || error().is_some().then_some("true")
    }
}

/// A line of text: a name, an address, a secret.
#[component]
pub fn TextField(
    field: FieldState,
    #[prop(into)] label: String,
    /// `text`, `url`, `email`, `number` or `password`.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] placeholder: Option<String>,
    /// Said beside the label; what is not optional is required.
    #[prop(optional)]
    optional: bool,
    /// A machine value: an address, an id.
    #[prop(optional)]
    mono: bool,
) -> impl IntoView {
    let (name, error) = (field.name, field.error.clone());
    let class = if mono { "input mono" } else { "input" };
    // A secret never comes back, and no browser should offer to keep it.
    let value = (kind != "password").then(|| field.value.clone());
    let autocomplete = (kind == "password" || mono).then_some("off");
    view! {
        <div class="field">
            <Label name label optional/>
            <input
                class=class
                type=kind
                id=name
                name=name
                value=value
                placeholder=placeholder
                autocomplete=autocomplete
                spellcheck=mono.then_some("false")
                aria-describedby=field.described_by(hint.is_some())
                aria-invalid=field.invalid()
            />
            <Below name hint error/>
        </div>
    }
}

/// Lines of text.
#[component]
pub fn TextArea(
    field: FieldState,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] optional: bool,
    /// The kinds of files whose text can be taken, as `accept` names them.
    #[prop(optional)]
    from_file: Option<&'static str>,
) -> impl IntoView {
    let (name, error) = (field.name, field.error.clone());
    let from_file = from_file.map(|accept| view! { <FromFile name accept/> });
    view! {
        <div class="field">
            <Label name label optional/>
            <textarea
                class="textarea mono"
                id=name
                name=name
                rows="6"
                spellcheck="false"
                autocomplete="off"
                aria-describedby=field.described_by(hint.is_some())
                aria-invalid=field.invalid()
            >{field.value.clone()}</textarea>
            {from_file}
            <Below name hint error/>
        </div>
    }
}

/// Fills the text of that name from a file. Needs script, so it is hidden until there is some: then the text is pasted.
#[component]
fn FromFile(name: &'static str, accept: &'static str) -> impl IntoView {
    let hydrated = RwSignal::new(false);
    Effect::new(move |_| hydrated.set(true));
    view! {
        <input
            class="input"
            type="file"
            accept=accept
            aria-label="Take it from a file"
            hidden=move || !hydrated.get()
            on:change=move |event| fill_from_file(&event, name)
        />
    }
}

#[cfg(feature = "hydrate")]
fn fill_from_file(event: &leptos::ev::Event, name: &str) {
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast, JsValue};
    let chosen: web_sys::HtmlInputElement = event_target(event);
    let area = document().get_element_by_id(name).and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    let (Some(file), Some(area)) = (chosen.files().and_then(|files| files.get(0)), area) else { return };
    let fill = Closure::once(move |text: JsValue| area.set_value(&text.as_string().unwrap_or_default()));
    drop(file.text().then(&fill));
    fill.forget();
}

#[cfg(not(feature = "hydrate"))]
fn fill_from_file(_: &leptos::ev::Event, _: &str) {}

/// One of a few.
#[component]
pub fn SelectField(
    field: FieldState,
    #[prop(into)] label: String,
    /// Values with what a person reads.
    options: Vec<(String, String)>,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let (name, error) = (field.name, field.error.clone());
    let described_by = field.described_by(hint.is_some());
    let invalid = field.invalid();
    let options = options.into_iter().map(|(value, text)| {
        let selected = value == field.value;
        view! { <option value=value selected=selected>{text}</option> }
    });
    view! {
        <div class="field">
            <Label name label/>
            <select class="select" id=name name=name aria-describedby=described_by aria-invalid=invalid>
                {options.collect_view()}
            </select>
            <Below name hint error/>
        </div>
    }
}

/// A check box with its words beside it.
#[component]
pub fn CheckField(field: FieldState, #[prop(into)] label: String) -> impl IntoView {
    let (name, error) = (field.name, field.error.clone());
    view! {
        <div class="field">
            <span class="check-line">
                <input
                    class="check"
                    type="checkbox"
                    id=name
                    name=name
                    value="true"
                    checked=field.checked
                    aria-describedby=field.described_by(false)
                    aria-invalid=field.invalid()
                />
                <label for=name>{label}</label>
            </span>
            <Below name hint=None error/>
        </div>
    }
}

/// A setting that is on or off: label and hint at the left, the switch at the right.
#[component]
pub fn SwitchRow(
    field: FieldState,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    /// It is shown and cannot be changed.
    #[prop(optional)]
    disabled: bool,
) -> impl IntoView {
    let name = field.name;
    view! {
        <div class="setting">
            <label for=name>{label}</label>
            <input
                class="switch"
                type="checkbox"
                role="switch"
                id=name
                name=name
                value="true"
                checked=field.checked
                disabled=disabled
                aria-describedby=field.described_by(true)
                aria-invalid=field.invalid()
            />
            <p class="hint" id=format!("{name}-h")>{hint}</p>
            <ErrorLine name error=field.error.clone()/>
        </div>
    }
}

/// The button that sends a form. While the form is on its way it says so, and does not send again.
#[component]
pub fn SubmitButton(
    #[prop(into)] label: String,
    #[prop(optional)] icon: Option<&'static str>,
    /// Whether the form is being sent.
    #[prop(optional, into)]
    pending: Signal<bool>,
    /// The id of the form, for a button outside of it.
    #[prop(optional)]
    form: Option<&'static str>,
    /// `outline`, `danger`, `danger-solid`; the primary button without.
    #[prop(optional)]
    variant: Option<&'static str>,
    #[prop(optional)] small: bool,
) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="btn"
            data-variant=variant
            data-size=small.then_some("sm")
            form=form
            aria-busy=move || pending.get().then_some("true")
        >
            {icon.map(|icon| view! { <Icon name=icon/> })}
            {label}
        </button>
    }
}

#[component]
fn Label(name: &'static str, label: String, #[prop(optional)] optional: bool) -> impl IntoView {
    view! {
        <label for=name>{label}{optional.then(|| view! { " " <span class="req">"(optional)"</span> })}</label>
    }
}

#[component]
fn Below(name: &'static str, hint: Option<String>, error: FieldError) -> impl IntoView {
    view! {
        {hint.map(|hint| view! { <p class="hint" id=format!("{name}-h")>{hint}</p> })}
        <ErrorLine name error/>
    }
}

#[component]
pub(super) fn ErrorLine(name: &'static str, error: FieldError) -> impl IntoView {
    move || {
        error().map(|message| {
            view! { <p class="error" id=format!("{name}-e")><Icon name="circle-alert"/>{message}</p> }
        })
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::components::html;

    fn field(error: Option<&str>) -> FieldState {
        let error = error.map(str::to_owned);
        FieldState { name: "secret", value: "s3cret".to_owned(), checked: true, error: Arc::new(move || error.clone()) }
    }

    #[test]
    fn a_wrong_field_says_so_and_is_described_by_hint_and_error() {
        let html =
            html(|| view! { <TextField field=field(Some("Fill it in.")) label="Name" hint="Any name"/> }.into_any());
        assert!(
            html.contains(r#"aria-invalid="true""#) && html.contains(r#"aria-describedby="secret-h secret-e""#),
            "{html}"
        );
        assert!(html.contains(r#"value="s3cret""#) && html.contains("Fill it in."), "{html}");
    }

    #[test]
    fn a_secret_does_not_come_back() {
        let html = html(|| view! { <TextField field=field(None) label="Secret" kind="password"/> }.into_any());
        assert!(!html.contains("s3cret") && !html.contains("aria-invalid"), "{html}");
    }

    #[test]
    fn a_switch_shows_whether_it_is_on() {
        let html = html(|| view! { <SwitchRow field=field(None) label="On" hint="What it does"/> }.into_any());
        assert!(html.contains("checked") && html.contains(r#"role="switch""#), "{html}");
    }
}
