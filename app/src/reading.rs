//! What a page reads: the answer of a server function, in the server's page from the start, read anew when its
//! arguments change or when it is told.

use crate::call::{Answer, Asker, Call};
use crate::error::AppError;
use leptos::prelude::*;
use leptos::server::codee::string::FromToStringCodec;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server_fn::ServerFn;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

/// A server function's answer, which becomes a `T` where it is shown.
pub struct Reading<T> {
    pub(crate) answer: AnswerResource,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<T> {}

impl<T: DeserializeOwned> Reading<T> {
    /// Waits for the answer.
    pub async fn get(self) -> Result<T, AppError> {
        self.answer.await.read()
    }
}

/// Reads with arguments that follow the page's address. Without them the answer is the error in their place.
pub fn read<S>(input: impl Fn() -> Result<S, AppError> + Send + Sync + 'static) -> Reading<S::Output>
where
    S: ServerFn<Error = AppError> + Serialize + Clone + Send + Sync + 'static,
    S::Output: Serialize,
{
    reread(|| (), input)
}

/// The same, and again whenever `when` changes: at a live update, after a form was sent.
pub fn reread<S, W: Hash>(
    when: impl Fn() -> W + Send + Sync + 'static,
    input: impl Fn() -> Result<S, AppError> + Send + Sync + 'static,
) -> Reading<S::Output>
where
    S: ServerFn<Error = AppError> + Serialize + Clone + Send + Sync + 'static,
    S::Output: Serialize,
{
    let ask = move || (digest(&when()), input().and_then(Call::of));
    Reading { answer: resource(Box::new(ask)), of: PhantomData }
}

/// In the page, an answer is its own text.
pub(crate) type AnswerResource = Resource<Answer, FromToStringCodec>;

#[derive(Clone)]
struct Question {
    when: u64,
    call: Result<Call, AppError>,
    by: Asker,
}

/// Who asks does not make it another question.
impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        (self.when, &self.call) == (other.when, &other.call)
    }
}

type Ask = Box<dyn Fn() -> (u64, Result<Call, AppError>) + Send + Sync>;

fn resource(ask: Ask) -> AnswerResource {
    let asked = StoredValue::new(None);
    let question = move || {
        let (when, call) = ask();
        let by = asked.try_update_value(|asked| asker(asked, &call)).unwrap_or(Asker::Person);
        Question { when, call, by }
    };
    Resource::new_str(question, |question| async move {
        match question.call {
            Ok(call) => call.answer(question.by).await,
            Err(error) => Answer(Err(error)),
        }
    })
}

/// A page that asks the same once more does so by itself, or after a form, which was a request of its own.
fn asker(asked: &mut Option<Result<Call, AppError>>, call: &Result<Call, AppError>) -> Asker {
    let again = asked.as_ref() == Some(call);
    *asked = Some(call.clone());
    if again { Asker::Page } else { Asker::Person }
}

/// A number that stands for a value: equal values have equal numbers, and others have, as good as always, others.
pub(crate) fn digest(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::asker;
    use crate::api::providers::GetProvider;
    use crate::call::{Asker, Call};

    #[test]
    fn the_same_once_more_is_asked_by_the_page() {
        let mut asked = None;
        let mut by =
            |slug: &str| asker(&mut asked, &Call::of(GetProvider { slug: slug.to_owned(), kind: String::new() }));
        assert!(by("corp") == Asker::Person, "in the server's page, or on the way to this one");
        assert!(by("corp") == Asker::Page, "at a live update");
        assert!(by("other") == Asker::Person, "somebody went there");
        assert!(by("other") == Asker::Page);
    }
}
