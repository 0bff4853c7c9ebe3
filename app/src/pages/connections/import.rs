//! The Import tab: read who is in Zoom, see whose the accounts are, link them, look at what would change, and start it.

mod begin;
mod change;
mod choose_one;
mod confirm;
#[cfg(feature = "ssr")]
pub(crate) mod group_table;
pub(super) mod groups;
mod held;
#[cfg(feature = "ssr")]
pub(crate) mod results;
#[cfg(feature = "ssr")]
mod row;
mod run;
pub(super) mod settings;

use super::frame::{Place, TabKind, known, tab_page, use_place};
use super::not_now::{NOT_ALLOWED, NotNow};
use crate::api::connections::ConnectionPage;
use crate::api::imports::{
    CancelImport, ChooseAccounts, Differences, GetDifferences, GetImport, ImportPage, ListAccounts, NOTHING_TICKED,
    ResumeImport, StartImport,
};
use crate::components::{Query, follows, part_of};
use crate::form::{FormProblem, FormState, fields_of_reading, use_form};
use crate::live::use_live;
use crate::reading::{Reading, reread};
use crate::written::{Html, Written};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use model::AccountId;

/// What an address says of the list. All else is a dialog's, or of one moment: who is ticked, that something was done.
pub(crate) const LIST_FIELDS: &[&str] = &["show", "q", "sort", "after", "before"];
/// What a dialog adds to the address of the page that it opens over.
const DIALOG_FIELDS: &[&str] = &["dialog", "change", "find", "do"];

#[component]
pub(super) fn ImportTab() -> impl IntoView {
    let place = use_place(TabKind::Import);
    let query = Query::here();
    let list = Memo::new(move |_| query.read().only(LIST_FIELDS));
    let forms = Forms { start: use_form(), cancel: use_form(), resume: use_form(), choose: use_form(), at: list };
    let readings = Readings::new(place, query, list);
    let dialog = Memo::new(move |_| Over::of(&query.read()));
    let open = Signal::derive(move || dialog.get().is_some());
    let dialogs = move |page: ConnectionPage| {
        follows(move || dialog.get().map(|over| over.view(&page, &query.get_untracked(), readings)).into_any())
    };
    tab_page(place, open, move |page| readings.body(&page, forms), dialogs)
}

/// What an address says of the list for one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Moment {
    select: Option<String>,
    done: Option<String>,
    ticked: Query,
}

impl Moment {
    fn of(&self, list: Query) -> Query {
        let list = self.select.iter().fold(list, |list, all| list.with("select", all));
        list.and(&self.ticked)
    }
}

/// What the page reads.
#[derive(Clone, Copy)]
struct Readings {
    page: Reading<ImportPage>,
    differences: Reading<Differences>,
    accounts: Reading<Html>,
    /// What the newest import does, and how many wait to be started, as the page was read last: whatever follows that is
    /// read anew when it is another.
    stage: RwSignal<Option<Option<(model::ImportId, model::import::ImportState)>>>,
    held: RwSignal<Option<i64>>,
}

impl Readings {
    fn new(place: Place, query: Memo<Query>, list: Memo<Query>) -> Self {
        let live = use_live();
        let (stage, held) = (RwSignal::new(None), RwSignal::new(None));
        let page = reread(move || live.get(), move || Ok(GetImport { connection: known(place.id.get())? }));
        let differences = reread(
            move || (stage.get(), held.get()),
            move || Ok(GetDifferences { connection: known(place.id.get())? }),
        );
        // All are to be ticked, or something was done and the address says who stays ticked. Later it is whoever was
        // ticked by hand.
        let moment = Memo::new(move |before: Option<&Moment>| {
            let query = query.read();
            let (select, done) = (query.text("select"), query.text("done"));
            match before.filter(|before| before.done == done) {
                Some(before) => Moment { select, ..before.clone() },
                None => Moment { select, done, ticked: query.only(&["accounts[]"]) },
            }
        });
        // The list follows the stages of an import, not every change: what is ticked in it stays ticked.
        let accounts = reread(
            move || (moment.get(), stage.get()),
            move || {
                let at = if cfg!(feature = "ssr") { query.get_untracked() } else { moment.get().of(list.get()) };
                Ok(ListAccounts { connection: known(place.id.get())?, at })
            },
        );
        Self { page, differences, accounts, stage, held }
    }

    fn body(self, page: &ConnectionPage, forms: Forms) -> AnyView {
        let (id, may) = (page.connection.id, page.may);
        let head = part_of(self.page, move |page: ImportPage| {
            note(self.stage, page.newest.as_ref().map(|run| (run.id, run.state)));
            note(self.held, page.counts.held);
            run::head(id, page, forms)
        });
        view! {
            <div class="stack">
                <FormProblem state=forms.start/>
                <FormProblem state=forms.cancel/>
                <FormProblem state=forms.resume/>
                <FormProblem state=forms.choose/>
                {head}
                {part_of(self.differences, move |found| held::card(id, found, may))}
                <Accounts html=self.accounts/>
            </div>
        }
        .into_any()
    }
}

/// The list. Its form and its search lead on as links do: the page stays, and who is ticked with it.
#[component]
fn Accounts(html: Reading<Html>) -> impl IntoView {
    let (query, navigate) = (Query::here(), use_navigate());
    let lead_on = move |event: leptos::ev::SubmitEvent| {
        if let Some(fields) = fields_of_reading(&event) {
            let address = query.read_untracked().asking(&fields).href();
            navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
    };
    view! { <div on:submit=lead_on>{part_of(html, |html| view! { <Written html/> }.into_any())}</div> }
}

/// What is open over the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Confirm,
    Change,
    Start,
}

impl Over {
    fn of(query: &Query) -> Option<Self> {
        match query.get("dialog") {
            _ if query.get("change").is_some() => Some(Self::Change),
            Some("confirm") => Some(Self::Confirm),
            Some("start") => Some(Self::Start),
            _ => None,
        }
    }

    fn view(self, page: &ConnectionPage, query: &Query, readings: Readings) -> AnyView {
        let (connection, may) = (page.connection.id, page.may);
        let not_now = |text| {
            let close = query.without(DIALOG_FIELDS).href();
            view! { <NotNow text close/> }.into_any()
        };
        match self {
            Self::Confirm if may.assign && ticked(query).is_some_and(|ids| ids.is_empty()) => not_now(NOTHING_TICKED),
            Self::Confirm if may.assign => view! { <confirm::Confirm connection mail=may.mail/> }.into_any(),
            Self::Change if may.assign => view! { <change::Change connection/> }.into_any(),
            Self::Start if may.manage => {
                let (enabled, differences) = (page.connection.enabled, readings.differences);
                view! { <begin::Begin connection enabled differences/> }.into_any()
            }
            _ => not_now(NOT_ALLOWED),
        }
    }
}

/// Whom the form of the list names; none when it is not about some, but about all of the list.
fn ticked(query: &Query) -> Option<Vec<AccountId>> {
    let named = || query.pairs().iter().filter(|(name, _)| name == "accounts[]");
    let some = query.get("ticked").is_some() || named().next().is_some();
    some.then(|| named().filter_map(|(_, id)| id.parse().ok()).collect())
}

/// Keeps what is read, and wakes whoever follows it when it is another: the first time, they have read already.
fn note<T: PartialEq + Send + Sync + 'static>(kept: RwSignal<Option<T>>, now: T) {
    match kept.with_untracked(|before| before.as_ref().map(|before| *before == now)) {
        Some(true) => {}
        Some(false) => kept.set(Some(now)),
        None => *kept.write_untracked() = Some(now),
    }
}

/// The page's forms that stand on it, not in a dialog, and the list that they lead back to.
#[derive(Clone, Copy)]
struct Forms {
    start: FormState<StartImport>,
    cancel: FormState<CancelImport>,
    resume: FormState<ResumeImport>,
    choose: FormState<ChooseAccounts>,
    at: Memo<Query>,
}
