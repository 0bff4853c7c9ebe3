//! The accounts of a list: a form that goes to the dialogs or decides in bulk, the same with and without script.

use super::{LIST_FIELDS, row, ticked};
use crate::api::connections::May;
use crate::api::imports::ChooseAccounts;
use crate::components::{Empty, FilterBar, Icon, Pager, Query, SearchBox, Table, grouped, plural};
use crate::form::post_address;
use leptos::prelude::*;
use model::import::{Account, AccountsShown, ImportCounts};
use model::sort::AccountsSort;
use model::{AccountId, ConnectionId, Page};
use server_fn::ServerFn;
use std::collections::HashSet;

/// The kinds of accounts, and those of the one that is shown.
pub(crate) fn list(id: ConnectionId, counts: ImportCounts, page: Page<Account>, at: &Query, may: May) -> AnyView {
    let query = at.only(LIST_FIELDS);
    let (shown, ticked) = (query.parsed("show"), Ticked::of(at));
    let filters = filters(&query, counts);
    let card = List { id, query, shown, counts, ticked, may }.card(page);
    view! { <div class="stack">{filters}{card}</div> }.into_any()
}

/// Which accounts of a page are ticked when it comes.
enum Ticked {
    All,
    These(HashSet<AccountId>),
}

impl Ticked {
    fn of(at: &Query) -> Self {
        match ticked(at) {
            Some(accounts) => Self::These(accounts.into_iter().collect()),
            None if at.get("select") == Some("all") => Self::All,
            None => Self::These(HashSet::new()),
        }
    }

    fn has(&self, account: AccountId) -> bool {
        match self {
            Self::All => true,
            Self::These(accounts) => accounts.contains(&account),
        }
    }
}

/// The accounts of one kind.
struct List {
    id: ConnectionId,
    /// The list's address, without what it says of one moment only.
    query: Query,
    shown: Option<AccountsShown>,
    counts: ImportCounts,
    ticked: Ticked,
    may: May,
}

impl List {
    fn card(&self, page: Page<Account>) -> AnyView {
        let title = self.shown.map_or("Zoom accounts that are not linked", title_of);
        let searched = self.query.get("q").is_some();
        if page.rows.is_empty() {
            let paged = self.query.get("after").or(self.query.get("before")).is_some();
            let (heading, text) = if paged {
                ("Nothing on this page", "What stood here has gone to another kind, or the page does not exist.")
            } else {
                empty(searched, self.shown)
            };
            let start = self.query.without(&["after", "before"]).href();
            return view! {
                <section class="card" aria-labelledby="res-h">
                    <header><h2 id="res-h">{title}</h2></header>
                    {searched.then(|| self.search())}
                    <Empty icon="search" title=heading text=text/>
                    {paged.then(|| view! { <p class="px-4.5 pb-4 text-center"><a class="link" href=start>"To the first page"</a></p> })}
                </section>
            }
            .into_any();
        }
        let count = plural(i64::try_from(page.rows.len()).unwrap_or(i64::MAX), "account", "accounts");
        view! {
            <section class="card" aria-labelledby="res-h">
                <header><h2 id="res-h">{title}</h2>{self.may.export.then(|| self.export())}</header>
                {self.search()}
                {self.form(page.rows)}
                <Pager query=self.query.clone() previous=page.previous next=page.next text=format!("{count} on this page")/>
            </section>
        }
        .into_any()
    }

    fn search(&self) -> AnyView {
        let (here, q) = (self.query.clone(), self.query.get("q").unwrap_or_default().to_owned());
        view! {
            <FilterBar label="Filter accounts" query=here fields=&["q"]>
                <SearchBox name="q" label="Name or e-mail" value=q/>
            </FilterBar>
        }
        .into_any()
    }

    fn export(&self) -> AnyView {
        let file = self.query.without(&["after", "before"]).with("format", "csv").href();
        view! {
            <div class="end">
                <a class="btn" data-variant="outline" data-size="sm" href=file download="" rel="external"><Icon name="download"/>"Export CSV"</a>
            </div>
        }
        .into_any()
    }

    /// Goes to the dialogs with whoever is ticked, or decides on them.
    fn form(&self, accounts: Vec<Account>) -> AnyView {
        let kept = match self.ticked {
            Ticked::All => self.query.with("select", "all"),
            Ticked::These(_) => self.query.clone(),
        };
        let kept = kept
            .pairs()
            .to_vec()
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
        let tools = self.may.assign.then(|| self.bulk());
        view! {
            <form method="get">
                // Enter on a tick sends nothing: the first button is what it would press.
                <button hidden=true disabled=true></button>
                {kept.collect_view()}
                <input type="hidden" name="id" value=self.id.to_string()/>
                <input type="hidden" name="ticked" value="1"/>
                <input type="hidden" name="at" value=self.query.href()/>
                {tools}
                {self.table(accounts)}
            </form>
        }
        .into_any()
    }

    fn table(&self, accounts: Vec<Account>) -> AnyView {
        let tick = self.may.assign;
        let choose =
            tick && !self.is_held() && !matches!(self.shown, Some(AccountsShown::Linked | AccountsShown::Gone));
        let third = if self.is_held() { "Changes" } else { "Person in Rollcall" };
        let heads = heads(&self.query, self.query.parsed("sort").unwrap_or(AccountsSort::Name));
        let rows = accounts.into_iter().map(|account| {
            let ticked = tick.then(|| self.ticked.has(account.id));
            row::row(account, ticked, choose)
        });
        let rows = rows.collect_view();
        view! {
            <Table caption="Zoom accounts">
                <thead><tr>
                    {tick.then(|| view! { <td class="shrink"><span class="vh">"Select"</span></td> })}
                    {heads}
                    <th scope="col" class="p3">"License"</th>
                    <th scope="col" class="p2">"Match"</th>
                    <th scope="col">{third}</th>
                    {choose.then(|| view! { <td class="p2"><span class="vh">"Choose"</span></td> })}
                </tr></thead>
                <tbody>{rows}</tbody>
            </Table>
        }
        .into_any()
    }

    fn is_held(&self) -> bool {
        self.shown.is_some_and(AccountsShown::is_held)
    }

    /// Ticks all accounts of the page, or none.
    fn select(&self) -> AnyView {
        let (label, href) = match self.ticked {
            Ticked::All => ("Select none", self.query.href()),
            Ticked::These(_) => ("Select all on this page", self.query.with("select", "all").href()),
        };
        view! { <a class="link" href=href>{label}</a> }.into_any()
    }

    /// What can be done with the accounts ticked, or with all of the list.
    fn bulk(&self) -> AnyView {
        // Back to this list, whatever comes of it.
        let here = self.query.href();
        let (path, search) = here.split_once('?').unwrap_or((&here, ""));
        let choose = post_address(path, search, ChooseAccounts::PATH);
        let button = |label: &'static str, value: &'static str| {
            view! {
                <button class="btn" data-variant="outline" data-size="sm" formmethod="post" formaction=choose.clone() name="choice" value=value>
                    {label}
                </button>
            }
            .into_any()
        };
        let activate = || {
            let tell = self.may.mail.then(|| button("Activate and e-mail", "activate_and_mail"));
            std::iter::once(button("Activate", "activate")).chain(tell)
        };
        let (all, buttons) = match self.shown {
            Some(AccountsShown::Ignored) => (None, vec![button("Undo", "undo")]),
            Some(AccountsShown::Unmatched) => (None, vec![button("Ignore", "ignore"), button("New person", "new")]),
            Some(AccountsShown::Held | AccountsShown::Leaving) => {
                (None, std::iter::once(button("Unlink", "unlink")).chain(activate()).collect())
            }
            Some(AccountsShown::Linked) => (None, activate().collect()),
            Some(AccountsShown::Gone) => (None, vec![button("Unlink", "unlink"), button("Create again", "again")]),
            None | Some(AccountsShown::Exact | AccountsShown::Partial | AccountsShown::New | AccountsShown::Chosen) => {
                let confirm = view! {
                    <button class="btn" data-size="sm" name="dialog" value="confirm">"Confirm Assignments"</button>
                };
                let buttons = vec![button("Ignore", "ignore"), button("New person", "new"), confirm.into_any()];
                (Some(self.confirm_all()), buttons)
            }
        };
        view! {
            <div class="bulkbar">
                {all}
                {self.select()}
                <span class="end actions" role="group" aria-label="With the accounts ticked">
                    <strong>"With those ticked:"</strong>{buttons}
                </span>
            </div>
        }
        .into_any()
    }

    fn confirm_all(&self) -> AnyView {
        let label = match self.shown {
            // The kinds are counted, not who is found.
            _ if self.query.get("q").is_some() => "Confirm all that are found".to_owned(),
            Some(AccountsShown::Exact) => format!("Confirm all {} exact", grouped(self.counts.exact)),
            // Not everybody of these has a person.
            Some(AccountsShown::Partial) => "Confirm all partial".to_owned(),
            Some(AccountsShown::New) => format!("Confirm all {} new", grouped(self.counts.new)),
            Some(AccountsShown::Chosen) => format!("Confirm all {} chosen", grouped(self.counts.chosen)),
            _ => "Confirm all proposals".to_owned(),
        };
        let href = self.query.without(&["after", "before"]).with("dialog", "confirm").href();
        view! { <a class="link" href=href>{label}</a> }.into_any()
    }
}

const fn title_of(shown: AccountsShown) -> &'static str {
    match shown {
        AccountsShown::Exact => "Exact matches",
        AccountsShown::Partial => "Partial matches",
        AccountsShown::New => "Accounts that nobody in the directory has",
        AccountsShown::Chosen => "Accounts whose person was chosen by hand",
        AccountsShown::Unmatched => "Accounts that are not matched yet",
        AccountsShown::Ignored => "Ignored accounts",
        AccountsShown::Linked => "Linked accounts",
        AccountsShown::Held => "Linked and not started",
        AccountsShown::Leaving => "Linked, and locked out once they are started",
        AccountsShown::Gone => "Linked accounts that are gone from Zoom",
    }
}

/// The head of the accounts, who are sorted by either of its lines: each a link that sorts by it, or turns it round.
fn heads(query: &Query, sort: AccountsSort) -> AnyView {
    let base = query.without(&["after", "before"]);
    let link = |up: AccountsSort| {
        let here = sort == up || sort == up.turned();
        let href = base.with("sort", if sort == up { up.turned() } else { up }.as_str()).href();
        let arrow = here.then(|| view! { <Icon name=if sort.is_down() { "arrow-down" } else { "arrow-up" }/> });
        view! { <a href=href aria-current=here.then_some("true")>{up.label()}{arrow}</a> }
    };
    let now = if sort.is_down() { "descending" } else { "ascending" };
    view! { <th scope="col" aria-sort=now>{link(AccountsSort::Name)}" "{link(AccountsSort::UserName)}</th> }.into_any()
}

fn empty(searched: bool, shown: Option<AccountsShown>) -> (&'static str, &'static str) {
    match shown {
        _ if searched => ("No account matches this search", "Look for another part of the name or the address."),
        None => (
            "No account waits",
            "Accounts that an import finds stand here, with whose they are, until they are linked or ignored.",
        ),
        Some(_) => ("No such account", "Choose another kind of accounts above."),
    }
}

/// The kinds of accounts, as links with their numbers.
fn filters(query: &Query, counts: ImportCounts) -> AnyView {
    let base = query.without(&["show", "after", "before"]);
    let shown: Option<AccountsShown> = query.parsed("show");
    // Who is to be locked out stands among the differences, with the number.
    let count = |shown| match shown {
        None => Some(counts.open()),
        Some(AccountsShown::Exact) => Some(counts.exact),
        Some(AccountsShown::Partial) => Some(counts.partial),
        Some(AccountsShown::New) => Some(counts.new),
        Some(AccountsShown::Chosen) => Some(counts.chosen),
        Some(AccountsShown::Unmatched) => Some(counts.unmatched),
        Some(AccountsShown::Ignored) => Some(counts.ignored),
        Some(AccountsShown::Linked) => Some(counts.linked),
        Some(AccountsShown::Held) => Some(counts.held),
        Some(AccountsShown::Leaving) => None,
        Some(AccountsShown::Gone) => Some(counts.gone),
    };
    let kinds = std::iter::once(None).chain(AccountsShown::ALL.iter().copied().map(Some));
    let links = kinds.filter(|kind| kind.is_none() || *kind == shown || count(*kind) > Some(0)).map(|kind| {
        let href = kind.map_or_else(|| base.href(), |kind| base.with("show", kind.as_str()).href());
        let label = kind.map_or("Not linked", AccountsShown::label);
        let current = (kind == shown).then_some("true");
        view! {
            <a class="btn" data-variant="outline" data-size="sm" aria-current=current href=href>
                {label}{count(kind).map(|count| view! { <span class="count num">{grouped(count)}</span> })}
            </a>
        }
    });
    view! { <div class="btn-group flex-wrap" role="group" aria-label="Which accounts">{links.collect_view()}</div> }
        .into_any()
}
