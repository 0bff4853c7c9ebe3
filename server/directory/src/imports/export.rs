//! The accounts that an import found, as CSV to take away: what a list shows, in its order.

use super::list::{Filter, list};
use crate::audit::Entry;
use crate::{Actor, Directory, Result, Tx, csv};
use futures::{Stream, StreamExt, stream};
use model::connection::Connection;
use model::import::{Account, AccountsShown, Proposal};
use model::sort::AccountsSort;
use model::{ConnectionId, Cursor};
use serde_json::json;

/// How many accounts are read at once.
const PART: usize = 500;

const COLUMNS: [&str; 9] = [
    "user_name",
    "display_name",
    "active",
    "license",
    "state",
    "match_rule",
    "person_user_name",
    "person_display_name",
    "zoom_id",
];

/// Notes in the audit log that the accounts are taken away. Commit it before they are handed out.
pub fn note_export(tx: &mut Tx, connection: &Connection, filter: &Filter) {
    let filter = json!({ "q": filter.q, "show": filter.shown });
    let after = json!({ "format": "csv", "filter": filter });
    tx.audit(Entry::new("import.exported", "connection", connection.id.0, &connection.name).after(after));
}

/// The accounts that the filter lets through, as text in parts.
pub fn export(
    directory: &Directory,
    connection: ConnectionId,
    filter: Filter,
    sort: AccountsSort,
) -> impl Stream<Item = Result<String>> + Send + use<> {
    let state = (directory.clone(), filter, Some(Cursor::First));
    let parts = stream::try_unfold(state, move |(directory, filter, at)| async move {
        let Some(at) = at else { return Ok(None) };
        let mut tx = directory.begin(Actor::System).await?;
        let page = list(&mut tx, connection, &filter, sort, &at, PART).await?;
        let text: String = page.rows.iter().map(|listed| line(&listed.account)).collect();
        Ok(Some((text, (directory, filter, page.next.map(Cursor::After)))))
    });
    stream::iter([Ok(csv::line(&COLUMNS))]).chain(parts)
}

fn line(account: &Account) -> String {
    let person = account.person.as_ref();
    csv::line(&[
        &account.user_name,
        &account.display_name,
        account.active.map_or("", |active| if active { "true" } else { "false" }),
        account.user_type.as_deref().unwrap_or_default(),
        state(account).as_str(),
        &rule(account),
        person.map_or("", |person| &person.user_name),
        person.map_or("", |person| &person.display_name),
        &account.zoom_id,
    ])
}

/// Where it stands.
const fn state(account: &Account) -> AccountsShown {
    match (account.linked, account.proposal) {
        (true, _) if account.gone => AccountsShown::Gone,
        (true, _) if account.held => AccountsShown::Held,
        (true, _) => AccountsShown::Linked,
        _ if account.ignored_by.is_some() => AccountsShown::Ignored,
        (_, Some(Proposal::Exact)) => AccountsShown::Exact,
        (_, Some(Proposal::Partial)) => AccountsShown::Partial,
        (_, Some(Proposal::New)) => AccountsShown::New,
        (_, Some(Proposal::Chosen)) => AccountsShown::Chosen,
        (_, None) => AccountsShown::Unmatched,
    }
}

/// What was compared, of an account that waits for its confirmation.
fn rule(account: &Account) -> String {
    let all = account.why.iter().flat_map(|why| &why.all_of);
    all.map(|attribute| attribute.as_str()).collect::<Vec<_>>().join(" ")
}
