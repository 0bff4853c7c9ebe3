//! How a connection imports: its match rules, what confirms itself, when an import begins by itself.

use super::super::frame::{TabKind, known, tab_page, use_place};
use crate::api::imports::settings::{AddMatchRule, GetImportSettings, MoveMatchRule, RuleMove, SaveImportSettings};
use crate::components::{
    Badge, Card, Exact, FieldState, Icon, Look, Query, SelectField, SubmitButton, SwitchRow, Table, TextField, Tone,
    focus_on, part_of,
};
use crate::form::{FormProblem, FormState, PostForm, newest_speaks, use_form};
use crate::reading::reread;
use leptos::prelude::*;
use model::ConnectionId;
use model::import::settings::{AutoConfirm, Day, ImportSettings, Schedule};
use model::import::{MatchAttribute, MatchRule, Proposal};

#[component]
pub(in super::super) fn ImportSettingsTab() -> impl IntoView {
    let place = use_place(TabKind::Import);
    let forms = Forms { save: use_form(), add: use_form(), order: use_form() };
    let query = Query::here();
    // Whoever moves a rule keeps what is not saved yet: only the rules are read anew.
    let saved = Memo::new(move |before: Option<&Option<String>>| {
        query.read().text("saved").or_else(|| before.cloned().flatten())
    });
    let done = Memo::new(move |_| (query.read().text("saved"), query.read().text("rules")));
    let ask = move || Ok(GetImportSettings { connection: known(place.id.get())? });
    let (rules, rest) = (reread(move || done.get(), ask), reread(move || saved.get(), ask));
    newest_speaks([forms.save.into(), forms.add.into(), forms.order.into()]);
    // What the rest of the form was made of: it goes on with a newer version as long as that is still so.
    let version = RwSignal::new(0);
    let made = StoredValue::new(None);
    let rest_of = |settings: &ImportSettings| (settings.confirm, settings.timetable, settings.details);
    let body = move |page: crate::api::connections::ConnectionPage| {
        let (id, manage) = (page.connection.id, page.may.manage);
        let back = format!("/connections/{id}/import");
        let rules = part_of(rules, move |settings: ImportSettings| {
            if made.with_value(|made| made.is_none_or(|made| made == rest_of(&settings))) {
                version.set(settings.version);
            }
            view! { <Rules id forms manage rules=settings.rules version=settings.version moved=query.read_untracked().text("moved")/> }.into_any()
        });
        let rest = part_of(rest, move |settings: ImportSettings| {
            made.set_value(Some(rest_of(&settings)));
            version.set(settings.version);
            view! { <Rest id form=forms.save manage settings version/> }.into_any()
        });
        view! {
            <p class="mb-3"><a class="link" href=back>"Back to the import"</a></p>
            <div class="stack">
                <FormProblem state=forms.save/>
                <FormProblem state=forms.add/>
                <FormProblem state=forms.order/>
                {rules}
                {rest}
            </div>
        }
        .into_any()
    };
    tab_page(place, Signal::stored(false), body, |_| ().into_any())
}

#[derive(Clone, Copy)]
struct Forms {
    save: FormState<SaveImportSettings>,
    add: FormState<AddMatchRule>,
    order: FormState<MoveMatchRule>,
}

/// All but the rules.
#[component]
fn Rest(
    id: ConnectionId,
    form: FormState<SaveImportSettings>,
    manage: bool,
    settings: ImportSettings,
    version: RwSignal<i64>,
) -> impl IntoView {
    let save = if manage {
        view! { <SubmitButton label="Save" pending=Signal::derive(move || form.pending())/> }.into_any()
    } else {
        view! { <span class="hint">"Your role may look at these settings and not change them."</span> }.into_any()
    };
    view! {
        <PostForm state=form>
            <fieldset class="stack" disabled=!manage>
                <input type="hidden" name="id" value=id.to_string()/>
                <input type="hidden" name="version" value=move || version.get().to_string()/>
                {by_itself(form, settings.confirm)}
                {when(form, &settings)}
                <Card id="reading" title="Reading one by one" hint="For what Zoom's list leaves out">
                    <section class="form">
                        <TextField
                            field=FieldState::of(form, "details", &settings.details.to_string())
                            label="Accounts an import reads one by one, at most"
                            kind="number"
                            hint="Each costs a call of Zoom's limit, about ten a second: 0 reads none, 6,000 take ten minutes. Those that matched nobody come first."
                        />
                    </section>
                </Card>
                <div class="actions">{save}</div>
            </fieldset>
        </PostForm>
    }
}

fn by_itself(form: FormState<SaveImportSettings>, confirm: AutoConfirm) -> AnyView {
    view! {
        <Card id="auto" title="Confirm by itself" hint="At the end of each import, without anybody looking">
            <SwitchRow
                field=FieldState::switch(form, "exact", confirm.exact)
                label="Confirm exact matches"
                hint="The account is linked to its person. Nothing is sent to Zoom before provisioning of linked people is started."
            />
            <SwitchRow
                field=FieldState::switch(form, "partial", confirm.partial)
                label="Confirm partial matches"
                hint="Those with one person. People with the same name are easily mixed up: look at some results first."
            />
            <SwitchRow
                field=FieldState::switch(form, "new", confirm.new)
                label="Make a person of every new account"
                hint="They belong to a source of their own, and are Staged unless the next switch is on."
            />
            <SwitchRow
                field=FieldState::switch(form, "activate", confirm.activate)
                label="Auto-activate users after confirmation"
                hint="New people are active at once."
            />
        </Card>
    }
    .into_any()
}

fn when(form: FormState<SaveImportSettings>, settings: &ImportSettings) -> AnyView {
    let timetable = settings.timetable;
    let next = settings.next_at.map(|at| view! { <p class="hint">"The next one begins on "<Exact at/>"."</p> });
    let schedules = Schedule::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let days = Day::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    view! {
        <Card id="when" title="Schedule" hint="Times are in UTC">
            <section class="form">
                <SelectField
                    field=FieldState::of(form, "schedule", timetable.schedule.as_str())
                    label="Import"
                    options=schedules
                    hint="An import only reads. One that runs when the time has come goes on instead."
                />
                <TextField
                    field=FieldState::of(form, "at", &timetable.time())
                    label="At (UTC)"
                    kind="time"
                    hint="Every hour takes the minutes of it."
                />
                <SelectField
                    field=FieldState::of(form, "day", timetable.day.as_str())
                    label="Day"
                    options=days
                    hint="For every week."
                />
                {next}
            </section>
        </Card>
    }
    .into_any()
}

/// The rules in their order, and a form for another.
#[component]
fn Rules(
    id: ConnectionId,
    forms: Forms,
    manage: bool,
    rules: Vec<MatchRule>,
    version: i64,
    /// The button that goes on with the rule that was just moved.
    moved: Option<String>,
) -> impl IntoView {
    let last = rules.len().saturating_sub(1);
    let usual = manage && rules != MatchRule::usual();
    let rows = rules.into_iter().enumerate().map(|(place, rule)| {
        let look = if rule.exact {
            Look::new(Tone::Ok, "equal", Proposal::Exact.label())
        } else {
            Look::new(Tone::Warn, "circle-question-mark", Proposal::Partial.label())
        };
        let label = rule.label();
        let buttons = manage.then(|| order(id, forms, version, (place, last), &label, moved.as_deref()));
        view! {
            <tr>
                <th scope="row"><span class="font-[550]">{label}</span></th>
                <td class="shrink"><Badge look/></td>
                {buttons}
            </tr>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    let usual = usual.then(|| {
        view! {
            <PostForm state=forms.order>
                <Hidden id version/>
                <input type="hidden" name="rule" value="0"/>
                <button class="btn" data-variant="outline" data-size="sm" name="to" value=RuleMove::Usual.as_str()>
                    {RuleMove::Usual.label()}
                </button>
            </PostForm>
        }
        .into_any()
    });
    let actions = manage.then(|| view! { <td><span class="vh">"Order"</span></td> });
    view! {
        <Card
            id="rules"
            title="Match rules"
            hint="Tried from the top. A rule matches when all that it compares is equal, and neither side is equal to anybody else."
            end=usual.into_any()
        >
            <Table caption="Match rules">
                <thead><tr>
                    <th scope="col">"Compares"</th>
                    <th scope="col">"Makes"</th>
                    {actions}
                </tr></thead>
                <tbody>{rows}</tbody>
            </Table>
            {manage.then(|| view! { <Another id form=forms.add version/> })}
        </Card>
    }
}

/// What can be done with the rule in this place.
fn order(
    id: ConnectionId,
    forms: Forms,
    version: i64,
    (place, last): (usize, usize),
    rule: &str,
    moved: Option<&str>,
) -> AnyView {
    let button = |to: RuleMove, icon: &'static str, off: bool| {
        let (label, element) = (format!("{} {rule}", to.label()), format!("{}-{place}", to.as_str()));
        let goes_on = moved == Some(&element);
        if goes_on {
            focus_on(element.clone());
        }
        view! {
            <button id=element autofocus=goes_on class="btn" data-variant="outline" data-size="icon-sm" name="to" value=to.as_str() disabled=off aria-label=label title=to.label()>
                <Icon name=icon/>
            </button>
        }
        .into_any()
    };
    let buttons = [
        button(RuleMove::Up, "arrow-up", place == 0),
        button(RuleMove::Down, "arrow-down", place == last),
        button(RuleMove::Remove, "trash-2", last == 0),
    ];
    view! {
        <td class="shrink">
            <PostForm state=forms.order class="flex gap-2">
                <Hidden id version/>
                <input type="hidden" name="rule" value=place.to_string()/>
                {buttons.into_iter().collect_view()}
            </PostForm>
        </td>
    }
    .into_any()
}

#[component]
fn Hidden(id: ConnectionId, version: i64) -> impl IntoView {
    view! {
        <input type="hidden" name="id" value=id.to_string()/>
        <input type="hidden" name="version" value=version.to_string()/>
    }
}

#[component]
fn Another(id: ConnectionId, form: FormState<AddMatchRule>, version: i64) -> impl IntoView {
    let attributes = |none: Option<&str>| {
        let none = none.map(|text| (String::new(), text.to_owned()));
        let all = MatchAttribute::ALL.iter().map(|by| (by.as_str().to_owned(), by.label().to_owned()));
        none.into_iter().chain(all).collect::<Vec<_>>()
    };
    let makes = [Proposal::Partial, Proposal::Exact];
    let makes = makes.iter().map(|makes| (makes.as_str().to_owned(), makes.label().to_owned())).collect::<Vec<_>>();
    view! {
        <section>
            <PostForm state=form class="form">
                <Hidden id version/>
                <div class="grid grid-cols-2 gap-3">
                    <SelectField field=FieldState::of(form, "first", MatchAttribute::EmployeeNumber.as_str()) label="Compare" options=attributes(None)/>
                    <SelectField field=FieldState::of(form, "second", "") label="and" options=attributes(Some("nothing else"))/>
                    <SelectField field=FieldState::of(form, "third", "") label="and also" options=attributes(Some("nothing else"))/>
                    <SelectField field=FieldState::of(form, "makes", Proposal::Partial.as_str()) label="Makes" options=makes/>
                </div>
                <div class="actions"><SubmitButton label="Add rule" variant="outline" pending=Signal::derive(move || form.pending())/></div>
            </PostForm>
        </section>
    }
}
