//! The Import tab: read who is in Zoom, see whose the accounts are, link them, look at what would change, and start it.

mod begin;
mod change;
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

use super::frame::{TabKind, known, tab_page, use_place};
use super::not_now::{NOT_ALLOWED, NotNow};
use crate::api::connections::ConnectionPage;
use crate::api::imports::{
    CancelImport, ChooseAccounts, GetDifferences, GetImport, ImportPage, ListAccounts, ResumeImport, StartImport,
};
use crate::components::{Query, follows, part_of};
use crate::form::{FormProblem, use_form};
use crate::live::use_live;
use crate::reading::reread;
use crate::written::Written;
use leptos::prelude::*;
use model::AccountId;

/// What the dialogs and forms of the page add to its address.
const DIALOG_FIELDS: &[&str] = &["dialog", "ticked", "find", "accounts[]", "account", "id", "at", "do"];
/// What the address of a list says of one moment only: that all of it are to be ticked, or that something was done.
#[cfg(feature = "ssr")]
const OF_A_MOMENT: &[&str] = &["select", "done"];

#[component]
pub(super) fn ImportTab() -> impl IntoView {
    let place = use_place(TabKind::Import);
    let forms = Forms { start: use_form(), cancel: use_form(), resume: use_form(), choose: use_form() };
    let query = Query::here();
    let live = use_live();
    let dialog = Memo::new(move |_| query.read().get("dialog").map(str::to_owned));
    let open = Signal::derive(move || matches!(dialog.get().as_deref(), Some("confirm" | "change" | "start")));
    let list = Memo::new(move |_| query.read().without(DIALOG_FIELDS));
    let page = reread(move || live.get(), move || Ok(GetImport { connection: known(place.id.get())? }));
    // The list follows the stages of an import, not every change: what is ticked in it stays ticked.
    let (stage, held) = (RwSignal::new(None), RwSignal::new(None));
    let differences =
        reread(move || (stage.get(), held.get()), move || Ok(GetDifferences { connection: known(place.id.get())? }));
    let accounts = reread(
        move || (list.get(), stage.get()),
        move || {
            // Who is ticked is in the address for a page that comes whole; later it is whoever was ticked by hand.
            let at = if cfg!(feature = "ssr") { query.get_untracked() } else { list.get() };
            Ok(ListAccounts { connection: known(place.id.get())?, at })
        },
    );
    let body = move |of: ConnectionPage| {
        let (id, may) = (of.connection.id, of.may);
        let head = part_of(page, move |page: ImportPage| {
            note(stage, page.newest.as_ref().map(|run| (run.id, run.state)));
            note(held, page.counts.held);
            run::head(id, page, forms)
        });
        view! {
            <div class="stack">
                <FormProblem state=forms.start/>
                <FormProblem state=forms.cancel/>
                <FormProblem state=forms.resume/>
                <FormProblem state=forms.choose/>
                {head}
                {part_of(differences, move |found| held::card(id, found, may))}
                {part_of(accounts, |html| view! { <Written html/> }.into_any())}
            </div>
        }
        .into_any()
    };
    let dialogs = move |of: ConnectionPage| {
        let (connection, may) = (of.connection, of.may);
        follows(move || {
            match dialog.get().as_deref() {
            Some("confirm") if may.assign && ticked(&query.read_untracked()).is_some_and(|ids| ids.is_empty()) => {
                view! { <NotNow text="Nothing is selected. Tick at least one account." close=list.get_untracked().href()/> }
                    .into_any()
            }
            Some("confirm") if may.assign => {
                view! { <confirm::Confirm connection=connection.id mail=may.mail/> }.into_any()
            }
            Some("change") if may.assign => view! { <change::Change connection=connection.id/> }.into_any(),
            Some("start") if may.manage => {
                view! { <begin::Begin connection=connection.id enabled=connection.enabled differences/> }.into_any()
            }
            Some("confirm" | "change" | "start") => {
                view! { <NotNow text=NOT_ALLOWED close=list.get_untracked().href()/> }.into_any()
            }
            _ => ().into_any(),
        }
        })
    };
    tab_page(place, open, body, dialogs)
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

/// The page's forms that stand on it, not in a dialog.
#[derive(Clone, Copy)]
struct Forms {
    start: crate::form::FormState<StartImport>,
    cancel: crate::form::FormState<CancelImport>,
    resume: crate::form::FormState<ResumeImport>,
    choose: crate::form::FormState<ChooseAccounts>,
}
