//! `POST /Bulk` (RFC 7644, section 3.7): many changes, each as if it were alone, in one transaction. An operation that is
//! refused leaves nothing behind and the others go on, up to `failOnErrors`.
//!
//! An operation waits until what it refers to has been made. Where some refer to each other in a ring, one of them is
//! made without its references and completed at the end.

use super::answer::{Answer, failed};
use super::change::{Asked, Done};
use super::request::Call;
use super::write::{Unit, to_the_end};
use directory::Tx;
use directory::search::Of;
use http::Method;
use model::trace;
use scim::bulk::{self, Operation, Request};
use scim::etag::Condition;
use scim::{Error, ScimType};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

pub async fn run(mut call: Call) -> Result<Answer, Error> {
    let request = Request::from_json(call.json().await?)?;
    let asked: Vec<String> = request.operations.iter().map(Operation::line).collect();
    let (unit, base) = (call.unit, call.base);
    let turn = directory::search::bulk_turn().await.ok_or_else(|| {
        Error::plain(503, "The server is busy with other bulk requests. Nothing was changed; send it again.")
    })?;
    to_the_end(async move {
        let _turn = turn;
        let mut tx = unit.begin().await?;
        let mut running = Running {
            unit: &unit,
            base: &base,
            made: HashMap::new(),
            unmade: HashSet::new(),
            incomplete: Vec::new(),
            answers: Vec::new(),
            errors: 0,
            most: request.fail_on_errors.unwrap_or(u32::MAX),
        };
        running.all(&mut tx, request).await?;
        let answers = running.in_order();
        unit.finish(tx).await?;
        unit.note.operations(told(asked, &answers));
        Ok(Answer::ok(&bulk::response(answers.into_iter().map(|(_, answer)| answer).collect())))
    })
    .await
}

struct Running<'r> {
    unit: &'r Unit,
    base: &'r str,
    /// The ids of what was made, by `bulkId`.
    made: HashMap<String, Uuid>,
    /// The `bulkId`s of what was to be made and was refused.
    unmade: HashSet<String>,
    /// What was made in part, as it is to be.
    incomplete: Vec<Operation>,
    /// By the number of the operation.
    answers: Vec<(usize, Value)>,
    errors: u32,
    /// At so many it stops.
    most: u32,
}

impl Running<'_> {
    async fn all(&mut self, tx: &mut Tx, request: Request) -> Result<(), Error> {
        let is_post = |operation: &&Operation| operation.method == bulk::Method::Post;
        let to_be_made: HashSet<String> =
            request.operations.iter().filter(is_post).filter_map(|operation| operation.bulk_id.clone()).collect();
        // What nothing in the request makes will never be there.
        let references = request.operations.iter().flat_map(Operation::references);
        self.unmade = references.filter(|id| !to_be_made.contains(id)).collect();
        let mut waiting = Vec::new();
        for operation in request.operations {
            waiting.push(Waiting { needs: operation.references(), operation });
            self.ready(tx, &mut waiting).await?;
        }
        // A ring: its first POST goes without what is not there yet.
        while let Some(at) = waiting.iter().position(Waiting::is_post).filter(|_| self.errors < self.most) {
            self.in_part(tx, waiting.remove(at).operation).await?;
            self.ready(tx, &mut waiting).await?;
        }
        // Whatever made it stop: nothing stays half.
        for whole in std::mem::take(&mut self.incomplete) {
            self.complete(tx, whole).await?;
        }
        Ok(())
    }

    /// Does all that has nothing more to wait for: each in its turn, and those that waited for it right behind.
    async fn ready(&mut self, tx: &mut Tx, waiting: &mut Vec<Waiting>) -> Result<(), Error> {
        while self.errors < self.most {
            if let Some(at) = self.incomplete.iter().position(|whole| self.are_settled(whole.references())) {
                let whole = self.incomplete.remove(at);
                self.complete(tx, whole).await?;
                continue;
            }
            for one in waiting.iter_mut() {
                let is_post = one.is_post();
                one.needs.retain(|id| !self.is_there(id, is_post));
            }
            let Some(at) = waiting.iter().position(|one| one.needs.is_empty()) else { return Ok(()) };
            let operation = waiting.remove(at).operation;
            self.one(tx, operation).await?;
        }
        Ok(())
    }

    /// Whether an operation that refers to it may go. A POST needs the id only; a change of what is not whole yet would
    /// be lost when it is completed.
    fn is_there(&self, id: &String, is_post: bool) -> bool {
        let is_part = || self.incomplete.iter().any(|whole| whole.bulk_id.as_ref() == Some(id));
        self.unmade.contains(id) || (self.made.contains_key(id) && (is_post || !is_part()))
    }

    fn are_settled(&self, references: BTreeSet<String>) -> bool {
        references.iter().all(|id| self.made.contains_key(id) || self.unmade.contains(id))
    }

    /// Makes something without what it refers to and is not there; it is completed as soon as that is.
    async fn in_part(&mut self, tx: &mut Tx, whole: Operation) -> Result<(), Error> {
        let mut part = whole.clone();
        part.data = part.data.map(|data| without_references(data, &self.made));
        self.one(tx, part).await?;
        if whole.bulk_id.as_ref().is_some_and(|id| self.made.contains_key(id)) {
            self.incomplete.push(whole);
        }
        Ok(())
    }

    /// Does one operation, or notes why not.
    async fn one(&mut self, tx: &mut Tx, mut operation: Operation) -> Result<(), Error> {
        // A costly PATCH a thousand times over must not keep a thread of the server to itself.
        tokio::task::yield_now().await;
        operation.resolve(|id| self.made.get(id).map(Uuid::to_string));
        let outcome = self.attempt(tx, &operation).await?;
        self.note(&operation, outcome);
        Ok(())
    }

    async fn attempt(&mut self, tx: &mut Tx, operation: &Operation) -> Result<Result<Done, Error>, Error> {
        if let Some(missing) = operation.references().into_iter().next() {
            return Ok(Err(Error::bad_request(
                ScimType::InvalidValue,
                format!("What bulkId:{missing} stands for was not made, or is not in this request."),
            )));
        }
        let asked = match read(operation) {
            Ok(asked) => asked,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let condition = match operation.version.as_deref().map(Condition::version).transpose() {
            Ok(condition) => condition,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mark = tx.mark().await.map_err(|e| failed(&e))?;
        let outcome = asked.make(tx, self.unit.source, condition.as_slice()).await;
        // Two requests wait for each other, and this one holds what it changed before: as long as it goes on so, the other
        // one waits as well. All of it is taken back.
        if let Err(busy) = &outcome
            && busy.status == 503
        {
            return Err(busy.clone());
        }
        let settled = if outcome.is_ok() { tx.keep(mark).await } else { tx.back_to(mark).await };
        settled.map_err(|e| failed(&e))?;
        Ok(outcome)
    }

    fn note(&mut self, operation: &Operation, outcome: Result<Done, Error>) {
        let location = |id: Uuid| format!("{}/{}/{id}", self.base, operation.path[0]);
        let address = || operation.path.get(1).map(|id| format!("{}/{}/{id}", self.base, operation.path[0]));
        let answer = match outcome {
            Ok(Done::Created(stored)) => {
                if let Some(bulk_id) = &operation.bulk_id {
                    self.made.insert(bulk_id.clone(), stored.id);
                }
                bulk::done(operation, 201, Some(&location(stored.id)), Some(stored.version))
            }
            Ok(Done::Changed(stored) | Done::Same(stored)) => {
                bulk::done(operation, 200, Some(&location(stored.id)), Some(stored.version))
            }
            Ok(Done::Deleted) => bulk::done(operation, 204, address().as_deref(), None),
            Err(error) => {
                self.errors += 1;
                self.unmade.extend(operation.bulk_id.clone());
                bulk::failed(operation, &error, address().as_deref())
            }
        };
        self.answers.push((operation.number, answer));
    }

    /// Says the whole of what was made in part, now that everything it refers to is there.
    async fn complete(&mut self, tx: &mut Tx, mut whole: Operation) -> Result<(), Error> {
        let Some(id) = whole.bulk_id.as_ref().and_then(|bulk_id| self.made.get(bulk_id)).copied() else {
            return Ok(());
        };
        whole.resolve(|id| self.made.get(id).map(Uuid::to_string));
        let put =
            Operation { method: bulk::Method::Put, path: vec![whole.path[0].clone(), id.to_string()], ..whole.clone() };
        let answer = match self.attempt(tx, &put).await? {
            Ok(Done::Changed(stored) | Done::Same(stored)) => {
                let location = format!("{}/{}/{}", self.base, whole.path[0], stored.id);
                bulk::done(&whole, 201, Some(&location), Some(stored.version))
            }
            Ok(_) => return Ok(()),
            // What could not be said whole is not left half.
            Err(error) => {
                let gone = Operation { method: bulk::Method::Delete, data: None, ..put };
                drop(self.attempt(tx, &gone).await?);
                self.errors += 1;
                bulk::failed(&whole, &error, None)
            }
        };
        self.answers.retain(|(number, _)| *number != whole.number);
        self.answers.push((whole.number, answer));
        Ok(())
    }

    fn in_order(mut self) -> Vec<(usize, Value)> {
        self.answers.sort_by_key(|(number, _)| *number);
        self.answers
    }
}

/// What the trace is told: each operation with its answer, also those that were not tried.
fn told(asked: Vec<String>, answers: &[(usize, Value)]) -> Vec<trace::Operation> {
    let mut all: Vec<_> = asked
        .into_iter()
        .map(|request| trace::Operation { request, status: None, scim_type: None, detail: None })
        .collect();
    for (number, answer) in answers {
        let Some(operation) = all.get_mut(number - 1) else { continue };
        let error = |name: &str| Some(answer.get("response")?.get(name)?.as_str()?.to_owned());
        operation.status = answer["status"].as_str().and_then(|status| status.parse().ok());
        (operation.scim_type, operation.detail) = (error("scimType"), error("detail"));
    }
    all
}

fn read(operation: &Operation) -> Result<Asked, Error> {
    let path: Vec<&str> = operation.path.iter().map(String::as_str).collect();
    let (of, id) = match path.as_slice() {
        ["Users"] => (Of::Users, None),
        ["Groups"] => (Of::Groups, None),
        ["Users", id] => (Of::Users, Some(*id)),
        ["Groups", id] => (Of::Groups, Some(*id)),
        _ => return Err(Error::plain(404, "There is nothing at this address. Resources are at /Users and /Groups.")),
    };
    let method = match operation.method {
        bulk::Method::Post => Method::POST,
        bulk::Method::Put => Method::PUT,
        bulk::Method::Patch => Method::PATCH,
        bulk::Method::Delete => Method::DELETE,
    };
    Asked::read(of, &method, id, operation.data.clone())
}

/// An operation, and the `bulkId`s that it waits for.
struct Waiting {
    needs: BTreeSet<String>,
    operation: Operation,
}

impl Waiting {
    fn is_post(&self) -> bool {
        self.operation.method == bulk::Method::Post
    }
}

/// The data without what refers to something that has not been made: elements of lists, and attributes.
fn without_references(data: Value, made: &HashMap<String, Uuid>) -> Value {
    let is_open = |value: &Value| !bulk::references(value).iter().all(|id| made.contains_key(id));
    match data {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .filter_map(|(name, value)| match value {
                    Value::Array(list) => Some((name, list.into_iter().filter(|element| !is_open(element)).collect())),
                    Value::Object(_) => Some((name, without_references(value, made))),
                    plain => (!is_open(&plain)).then_some((name, plain)),
                })
                .collect(),
        ),
        plain => plain,
    }
}
