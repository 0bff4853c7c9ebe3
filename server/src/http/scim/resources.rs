//! The endpoints of one kind of resource: `/Users` and `/Groups` (RFC 7644, sections 3.3 to 3.6).

use super::answer::{Answer, failed};
use super::change::{Asked, Done, check, not_found, resource_id};
use super::request::Call;
use super::view::View;
use super::write::to_the_end;
use directory::search::{self, At, Found, Of, Search, Stored};
use directory::{Tx, groups};
use http::{Method, StatusCode};
use model::GroupId;
use scim::{Error, ListQuery, ScimType, etag};

/// A group with more members than this is not sent back whole after a PATCH: whoever adds one member of 50,000 does not
/// want to read the others. RFC 7644, section 3.5.2 allows 204; with `attributes` or `excludedAttributes` the answer is
/// what they ask for.
const MEMBERS_IN_ANSWER: i64 = 1_000;

/// More members than this, of all groups of a page together, are not sent in one list.
const MEMBERS_IN_LIST: i64 = 200_000;

fn too_many_members(members: i64) -> Error {
    Error::bad_request(
        ScimType::TooMany,
        format!(
            "The groups of this page have {members} members, more than {MEMBERS_IN_LIST}. Ask with \
             excludedAttributes=members, or for fewer groups by count."
        ),
    )
}

/// `GET /Users/{id}`.
pub async fn get(call: Call, of: Of, id: &str) -> Result<Answer, Error> {
    let view = call.view(of)?;
    let mut tx = call.unit.begin().await?;
    let found = search::get(&mut tx, call.unit.source, of, resource_id(of, id)?).await.map_err(|e| failed(&e))?;
    let stored = found.ok_or_else(|| not_found(of, id))?;
    check(call.if_match()?.as_slice(), stored.version)?;
    let (body, tag) = view.show(&mut tx, &stored).await?;
    let answer = Answer::resource((body, tag.clone()), view.location(stored.id));
    match call.if_none_match() {
        Some(condition) if !condition.holds_for(&tag) => Ok(answer.without_body(StatusCode::NOT_MODIFIED)),
        _ => Ok(answer),
    }
}

/// `GET /Users`.
pub async fn list(call: Call, of: Of) -> Result<Answer, Error> {
    let (query, view) = (call.list_query(&[of])?, call.view(of)?);
    found(call, &query, view).await
}

/// `POST /Users/.search` (section 3.4.3).
pub async fn search(mut call: Call, of: Of) -> Result<Answer, Error> {
    let body = call.json().await?;
    let (query, projection) = ListQuery::from_search_request(&body, of.kind())?;
    let view = View::new(of, call.base.clone(), projection);
    found(call, &query, view).await
}

async fn found(call: Call, query: &ListQuery, view: View) -> Result<Answer, Error> {
    let _turn = search::turn(query.filter.as_ref()).await;
    let mut tx = call.unit.begin().await?;
    let asked = Search {
        of: view.of,
        filter: query.filter.as_ref(),
        sort: query.sort.as_ref(),
        at: match &query.cursor {
            None => At::Offset(query.page.start_index - 1),
            Some(cursor) => At::Cursor(Some(cursor.clone()).filter(|cursor| !cursor.is_empty())),
        },
        count: query.page.count,
        base: &view.base,
    };
    let found = search::search(&mut tx, call.unit.source, &asked).await.map_err(|e| failed(&e))?;
    check_members(&mut tx, &view, &found).await?;
    let shown = view.show_all(&mut tx, &found.page).await?;
    Ok(Answer::text(list_text(&found, query, &shown)))
}

/// Refuses a page of groups with too many members to send.
pub async fn check_members(tx: &mut Tx, view: &View, found: &Found) -> Result<(), Error> {
    if !view.shows_members() {
        return Ok(());
    }
    let groups: Vec<_> = found.page.iter().map(|stored| stored.id).collect();
    let members = groups::count_members(tx, &groups).await.map_err(|e| failed(&e))?;
    if members > MEMBERS_IN_LIST && groups.len() > 1 { Err(too_many_members(members)) } else { Ok(()) }
}

/// The ListResponse around resources that are text already.
pub fn list_text(found: &Found, query: &ListQuery, shown: &[String]) -> String {
    let head = match &query.cursor {
        None => scim::list::response(found.total, query.page.start_index, Vec::new()),
        Some(_) => scim::list::cursor_response(found.total, found.next.clone(), None, Vec::new()),
    };
    let mut text = String::with_capacity(shown.iter().map(String::len).sum::<usize>() + shown.len() + 300);
    for (name, value) in head.as_object().into_iter().flatten() {
        text.push_str(if text.is_empty() { "{\"" } else { ",\"" });
        text.push_str(name);
        text.push_str("\":");
        match name.as_str() {
            "Resources" => {
                text.push('[');
                text.push_str(&shown.join(","));
                text.push(']');
            }
            "itemsPerPage" => text.push_str(&shown.len().to_string()),
            _ => text.push_str(&value.to_string()),
        }
    }
    text.push('}');
    text
}

/// `DELETE`.
pub async fn delete(call: Call, of: Of, id: &str) -> Result<Answer, Error> {
    let conditions = call.conditions()?;
    let asked = Asked::read(of, &Method::DELETE, Some(id), None)?;
    let unit = call.unit;
    to_the_end(async move {
        let mut tx = unit.begin().await?;
        asked.make(&mut tx, unit.source, &conditions).await?;
        unit.finish(tx).await?;
        Ok(Answer::nothing())
    })
    .await
}

/// `POST`, `PUT` and `PATCH`.
pub async fn change(mut call: Call, of: Of, id: Option<&str>) -> Result<Answer, Error> {
    let view = call.view(of)?;
    // What is made anew has no version.
    let conditions = if id.is_some() { call.conditions()? } else { Vec::new() };
    let body = call.json().await?;
    let asked = Asked::read(of, &call.method, id, Some(body))?;
    let (unit, patched) = (call.unit, call.method == Method::PATCH);
    to_the_end(async move {
        let mut tx = unit.begin().await?;
        let (answer, written) = match asked.make(&mut tx, unit.source, &conditions).await? {
            Done::Deleted => (Answer::nothing(), true),
            Done::Created(stored) => {
                let shown = view.show(&mut tx, &stored).await?;
                (Answer::created(shown, view.location(stored.id)), true)
            }
            Done::Changed(stored) => (changed(&mut tx, &view, &stored, patched).await?, true),
            Done::Same(stored) => (changed(&mut tx, &view, &stored, patched).await?, false),
        };
        if written {
            unit.finish(tx).await?;
        }
        Ok(answer)
    })
    .await
}

/// 200 with the resource, which every client understands: Entra and Okta take 200 or 204, the Microsoft validator only
/// 200.
async fn changed(tx: &mut Tx, view: &View, stored: &Stored, patched: bool) -> Result<Answer, Error> {
    let silent = patched && view.shows_members() && view.is_whole() && {
        let group = GroupId(stored.id);
        groups::has_more_members_than(tx, group, MEMBERS_IN_ANSWER).await.map_err(|e| failed(&e))?
    };
    if silent {
        let answer = Answer::resource((String::new(), etag(stored.version)), view.location(stored.id));
        return Ok(answer.without_body(StatusCode::NO_CONTENT));
    }
    Ok(Answer::resource(view.show(tx, stored).await?, view.location(stored.id)))
}
