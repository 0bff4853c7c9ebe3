//! `POST /.search` and `GET /`: users and groups in one list (RFC 7644, section 3.4.3), the users first.

use super::answer::{Answer, failed};
use super::request::Call;
use super::resources::{check_members, list_text};
use super::view::View;
use super::write::Unit;
use directory::Tx;
use directory::search::{self, At, Found, Of, Search};
use model::SourceId;
use scim::schema::USER_TYPE;
use scim::{Error, ListQuery, ScimType};

/// `POST /.search`.
pub async fn search(mut call: Call) -> Result<Answer, Error> {
    let body = call.json().await?;
    let (query, _) = ListQuery::from_search_request(&body, &USER_TYPE)?;
    let view = |of: Of| {
        let (_, projection) = ListQuery::from_search_request(&body, of.kind())?;
        Ok::<_, Error>(View::new(of, call.base.clone(), projection))
    };
    let views = [view(Of::Users)?, view(Of::Groups)?];
    found(&call.unit, &query, &views).await
}

/// `GET /`.
pub async fn list(call: Call) -> Result<Answer, Error> {
    let query = call.list_query(&[Of::Users, Of::Groups])?;
    let views = [call.view(Of::Users)?, call.view(Of::Groups)?];
    found(&call.unit, &query, &views).await
}

async fn found(unit: &Unit, query: &ListQuery, views: &[View; 2]) -> Result<Answer, Error> {
    if query.sort.is_some() {
        return Err(Error::bad_request(
            ScimType::InvalidValue,
            "Users and groups together cannot be sorted. Search at /Users or at /Groups.",
        ));
    }
    if query.cursor.is_some() {
        return Err(Error::bad_request(
            ScimType::InvalidCursor,
            "Users and groups together have no cursor. Use startIndex, or search at /Users or at /Groups.",
        ));
    }
    let _turn = search::turn(query.filter.as_ref()).await;
    let mut tx = unit.begin().await?;
    let (mut total, mut bytes, mut shown) = (0, 0, Vec::new());
    for view in views {
        let left = query.page.count.saturating_sub(u32::try_from(shown.len()).unwrap_or(u32::MAX));
        let offset = (query.page.start_index - 1).saturating_sub(total);
        let found = page(&mut tx, unit.source, query, view, offset, left).await?;
        check_members(&mut tx, view, &found).await?;
        bytes += found.page.iter().map(|stored| stored.resource.len()).sum::<usize>();
        if bytes > search::MOST_BYTES {
            return Err(Error::bad_request(
                ScimType::TooMany,
                "The users and groups of this page are too long for one answer. Ask for fewer by count.",
            ));
        }
        shown.extend(view.show_all(&mut tx, &found.page).await?);
        total += found.total;
    }
    let all = Found { total, page: Vec::new(), next: None };
    Ok(Answer::text(list_text(&all, query, &shown)))
}

async fn page(
    tx: &mut Tx,
    source: SourceId,
    query: &ListQuery,
    view: &View,
    offset: u64,
    count: u32,
) -> Result<Found, Error> {
    let filter = query.filter.as_ref();
    let asked = Search { of: view.of, filter, sort: None, at: At::Offset(offset), count, base: &view.base };
    search::search(tx, source, &asked).await.map_err(|e| failed(&e))
}
