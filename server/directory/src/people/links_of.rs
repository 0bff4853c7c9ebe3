//! What happens to the Zoom links of two people who become one: each connection keeps one. An account is never deleted
//! by it; one that is let go of stays in Zoom as it is, and Rollcall does not change it any more.

use super::joined::Keep;
use crate::{Error, Result, Tx};
use model::person::JoinedLink;
use model::{ConnectionId, PersonId};
use serde_json::{Value, json};
use uuid::Uuid;

/// A link of one of the two.
struct Row {
    connection: Uuid,
    name: String,
    person: Uuid,
    zoom_id: Option<String>,
    /// Zoom was asked to make an account, and has not answered.
    creating: bool,
}

/// What is to be done on one connection.
struct Move {
    connection: Uuid,
    name: String,
    /// The link of the one who goes is the one that stays.
    moves: bool,
    /// The account that is let go of.
    lets_go: Option<String>,
    keeps: Option<String>,
}

/// What is to be done on all of them.
pub(crate) struct Moves(Vec<Move>);

/// Decides on each connection: an account wins over none, and between two accounts `keep` decides. The links are locked,
/// after their connections.
pub(crate) async fn decide(
    tx: &mut Tx,
    (stays, its_name): (PersonId, &str),
    (goes, other_name): (PersonId, &str),
    keep: &[Keep],
) -> Result<Moves> {
    sqlx::query!("select id from connection order by id for share").fetch_all(tx.db()).await?;
    let rows = locked(tx, stays, goes).await?;
    let mut moves = Vec::new();
    if let Some(link) = rows.iter().find(|link| link.creating) {
        let who = if link.person == stays.0 { its_name } else { other_name };
        return Err(Error::Refused(format!(
            "Zoom is making an account for {who} on {} at this moment, or has not said whether it did. Wait until the \
             state there is another one than Pending or Failing, then link the two.",
            link.name
        )));
    }
    for row in &rows {
        if moves.iter().any(|it: &Move| it.connection == row.connection) {
            continue;
        }
        let of = |person: PersonId| rows.iter().find(|it| it.connection == row.connection && it.person == person.0);
        let (first, second) = (of(stays), of(goes));
        let account = |link: Option<&Row>| link.and_then(|link| link.zoom_id.clone());
        let moves_over = match (account(first), account(second)) {
            (Some(_), Some(_)) => {
                let kept = keep.iter().find(|(connection, _)| connection.0 == row.connection);
                match kept {
                    Some((_, person)) if *person == goes => true,
                    Some((_, person)) if *person == stays => false,
                    _ => return Err(Error::Refused(two_accounts(its_name, other_name, &row.name))),
                }
            }
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (None, None) => first.is_none(),
        };
        let (kept, let_go) = if moves_over { (second, first) } else { (first, second) };
        moves.push(Move {
            connection: row.connection,
            name: row.name.clone(),
            moves: moves_over,
            lets_go: account(let_go),
            keeps: account(kept),
        });
    }
    Ok(Moves(moves))
}

fn two_accounts(stays: &str, goes: &str, connection: &str) -> String {
    format!(
        "{stays} and {goes} have a Zoom account each on {connection}, and one person has one there. Choose which one stays \
         linked; the other one is left in Zoom as it is. Or delete one of the two in Zoom and retry its link first."
    )
}

async fn locked(tx: &mut Tx, stays: PersonId, goes: PersonId) -> Result<Vec<Row>> {
    let ids = [stays.0, goes.0];
    Ok(sqlx::query_as!(
        Row,
        "select c.id as connection, c.name, l.person_id as person, l.zoom_id, l.creating
         from link l join connection c on c.id = l.connection_id
         where l.person_id = any($1) order by l.person_id, l.connection_id for update of l",
        &ids
    )
    .fetch_all(tx.db())
    .await?)
}

/// Carries it out; says what happened to each account, for the audit log.
pub(crate) async fn carry_out(tx: &mut Tx, stays: PersonId, goes: PersonId, moves: &Moves) -> Result<Value> {
    let over: Vec<Uuid> = moves.0.iter().filter(|it| it.moves).map(|it| it.connection).collect();
    sqlx::query!("delete from link where person_id = $1 and connection_id = any($2)", stays.0, &over)
        .execute(tx.db())
        .await?;
    sqlx::query!(
        "update link set person_id = $1, former_person_id = coalesce(former_person_id, $2)
         where person_id = $2 and connection_id = any($3)",
        stays.0,
        goes.0,
        &over
    )
    .execute(tx.db())
    .await?;
    let told = moves.0.iter().map(|it| json!({ "connection": it.name, "keeps": it.keeps, "lets_go": it.lets_go }));
    Ok(told.collect())
}

/// What stands on each connection, for whoever is asked before.
pub(crate) async fn preview(tx: &mut Tx, stays: PersonId, goes: PersonId) -> Result<(Vec<JoinedLink>, Option<String>)> {
    let ids = [stays.0, goes.0];
    let rows = sqlx::query!(
        "select c.id, c.name, max(l.zoom_id) filter (where l.person_id = $2) as stays,
                max(l.zoom_id) filter (where l.person_id = $3) as goes, bool_or(l.creating) as \"creating!\"
         from link l join connection c on c.id = l.connection_id
         where l.person_id = any($1) group by c.id, c.name order by c.name_key",
        &ids,
        stays.0,
        goes.0
    )
    .fetch_all(tx.db())
    .await?;
    let creating = rows.iter().find(|row| row.creating).map(|row| {
        format!(
            "Zoom is making an account on {} at this moment. Wait until it is done, then open this again.",
            row.name
        )
    });
    let links = rows.into_iter().map(|row| JoinedLink {
        connection_id: ConnectionId(row.id),
        connection_name: row.name,
        stays: row.stays,
        goes: row.goes,
    });
    Ok((links.collect(), creating))
}
