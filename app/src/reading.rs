//! What a page reads: the answer of a server function, in the server's page from the start, read anew when its
//! arguments change or when it is told.

use crate::call::{Answer, Call};
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

type Ask = Box<dyn Fn() -> (u64, Result<Call, AppError>) + Send + Sync>;

fn resource(ask: Ask) -> AnswerResource {
    Resource::new_str(ask, |(_, call)| async move {
        match call {
            Ok(call) => call.answer().await,
            Err(error) => Answer(Err(error)),
        }
    })
}

fn digest(when: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    when.hash(&mut hasher);
    hasher.finish()
}
