//! `/Users` (RFC 7644, sections 3.3 to 3.6): each call one transaction.
//!
//! What writes runs in a task of its own: a client that hangs up meanwhile leaves all or nothing, and what it finds
//! later is what the answer would have said.

use super::answer::{Answer, failed};
use super::request::Call;
use directory::records::{self, Record, Search};
use directory::{Actor, Directory, Tx};
use model::RecordId;
use scim::{Error, PatchOp, Projection, User, list, patch};
use serde_json::Value;

/// `POST /Users`.
pub async fn create(mut call: Call) -> Result<Answer, Error> {
    let view = View::of(&call)?;
    let user = User::from_json(call.json().await?)?;
    let record = to_the_end(async move {
        let mut tx = begin(&call.directory, call.actor.clone()).await?;
        let record = records::create(&mut tx, call.source, &user).await.map_err(|e| failed(&e))?;
        call.finish(tx).await.map(|()| record)
    })
    .await?;
    let (body, location, etag) = view.show(&record);
    Ok(Answer::created(body, location, etag))
}

/// `GET /Users/{id}`.
pub async fn get(call: Call, id: &str) -> Result<Answer, Error> {
    let view = View::of(&call)?;
    let mut tx = begin(&call.directory, call.actor).await?;
    let record = records::get(&mut tx, call.source, record_id(id)?).await.map_err(|e| failed(&e))?;
    Ok(view.answer(&record.ok_or_else(|| not_found(id))?))
}

/// `GET /Users`: by `userName`, `externalId` and `id`, and page by page.
pub async fn list(call: Call) -> Result<Answer, Error> {
    let (query, view) = (call.list_query()?, View::of(&call)?);
    let search = match &query.filter {
        None => Search::default(),
        Some(filter) => Search::from_filter(filter).ok_or_else(unsupported_filter)?,
    };
    let mut tx = begin(&call.directory, call.actor).await?;
    let found = records::list(&mut tx, call.source, &search, query.page.start_index - 1, query.page.count)
        .await
        .map_err(|e| failed(&e))?;
    let users = found.records.iter().map(|record| view.show(record).0).collect();
    Ok(Answer::ok(list::response(found.total, query.page.start_index, users)))
}

/// `PUT /Users/{id}`.
pub async fn replace(mut call: Call, id: &str) -> Result<Answer, Error> {
    let id = record_id(id)?;
    let view = View::of(&call)?;
    let user = User::from_json(call.json().await?)?;
    change(call, id, view, move |_| Ok(user)).await
}

/// `PATCH /Users/{id}`: answers with the user, which every client understands (Entra and Okta take 200 or 204, the
/// Microsoft validator only 200).
pub async fn patch(mut call: Call, id: &str) -> Result<Answer, Error> {
    let id = record_id(id)?;
    let view = View::of(&call)?;
    let operations = PatchOp::from_json(call.json().await?)?;
    change(call, id, view, move |mut user| {
        patch::apply(&mut user, &id.to_string(), &operations)?;
        Ok(user)
    })
    .await
}

/// `DELETE /Users/{id}`.
pub async fn delete(call: Call, id: &str) -> Result<Answer, Error> {
    let id = record_id(id)?;
    to_the_end(async move {
        let mut tx = begin(&call.directory, call.actor.clone()).await?;
        if !records::delete(&mut tx, call.source, id).await.map_err(|e| failed(&e))? {
            return Err(not_found(&id.to_string()));
        }
        call.finish(tx).await
    })
    .await?;
    Ok(Answer::nothing())
}

/// Reads the record under a lock, changes the user, saves. What does not change is not written.
async fn change(
    call: Call,
    id: RecordId,
    view: View,
    alter: impl FnOnce(User) -> Result<User, Error> + Send + 'static,
) -> Result<Answer, Error> {
    let record = to_the_end(async move {
        let mut tx = begin(&call.directory, call.actor.clone()).await?;
        let found = records::lock(&mut tx, call.source, id).await.map_err(|e| failed(&e))?;
        let record = found.ok_or_else(|| not_found(&id.to_string()))?;
        let user = alter(record.user.clone())?;
        if user == record.user {
            return Ok(record);
        }
        let record = records::save(&mut tx, record, user).await.map_err(|e| failed(&e))?;
        call.finish(tx).await.map(|()| record)
    })
    .await?;
    Ok(view.answer(&record))
}

/// Runs a write in a task of its own, to its end.
async fn to_the_end<T: Send + 'static>(
    write: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    tokio::spawn(write).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a SCIM write ended badly");
        Err(Error::plain(500, "The server could not do this. Nothing was changed; try again later."))
    })
}

async fn begin(directory: &Directory, actor: Actor) -> Result<Tx, Error> {
    directory.begin(actor).await.map_err(|e| failed(&e))
}

fn record_id(id: &str) -> Result<RecordId, Error> {
    id.parse().map_err(|_| not_found(id))
}

fn not_found(id: &str) -> Error {
    Error::not_found("User", id)
}

fn unsupported_filter() -> Error {
    Error::bad_request(
        scim::ScimType::InvalidFilter,
        "Users are found by userName, externalId and id, compared with eq and joined by and.",
    )
}

/// How the client sees users: below which address, and which of their attributes. Made before anything is written, so
/// that a request that asks for what cannot be has done nothing.
struct View {
    base: String,
    projection: Projection,
}

impl View {
    fn of(call: &Call) -> Result<Self, Error> {
        Ok(Self { base: call.base.clone(), projection: call.projection()? })
    }

    /// 200 with the user.
    fn answer(&self, record: &Record) -> Answer {
        let (body, location, etag) = self.show(record);
        Answer::resource(body, location, etag)
    }

    /// The user, its address and its entity tag.
    fn show(&self, record: &Record) -> (Value, String, String) {
        let id = record.id.to_string();
        let location = format!("{}/Users/{id}", self.base);
        let body = record.user.to_json(&id, record.created_at, record.updated_at, record.version, &location);
        (self.projection.apply(body), location, scim::etag(record.version))
    }
}
