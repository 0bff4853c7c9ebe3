//! Trouble on demand: a test says which requests go wrong, how and how often.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio::sync::watch;

use crate::{call::Call, operation::Operation, reply::Reply};

/// Which requests go wrong and how; the first that comes only, unless
/// [`Fault::times`] or [`Fault::always`] says more.
#[derive(Clone, Debug)]
pub struct Fault {
    pub(crate) effect: Effect,
    operation: Option<Operation>,
    about: Option<String>,
    left: Option<u32>,
}

/// What happens to a request that a fault was waiting for.
#[derive(Clone, Debug)]
pub enum Effect {
    /// This is answered and nothing is done.
    Answer(Answer),
    /// The request is carried out, and this is answered instead of the truth.
    AnswerAfterApplying(Answer),
    /// The connection closes before anything is done.
    Drop,
    /// The request is carried out and the connection closes without an answer.
    LoseAnswer,
    /// Nothing is looked at until this time is over.
    Delay(Duration),
    /// Nothing is looked at until the gate is opened.
    Hold(Gate),
}

/// A canned answer; made by [`Fault::answer`].
#[derive(Clone, Debug)]
pub struct Answer(pub(crate) Reply);

impl Fault {
    fn new(effect: Effect) -> Self {
        Self { effect, operation: None, about: None, left: Some(1) }
    }

    pub fn answer(status: u16, body: impl Into<String>) -> Self {
        Self::new(Effect::Answer(Answer(Reply { body: body.into(), ..Reply::empty(status) })))
    }

    pub fn answer_after_applying(status: u16, body: impl Into<String>) -> Self {
        let reply = Reply { body: body.into(), ..Reply::empty(status) };
        Self::new(Effect::AnswerAfterApplying(Answer(reply)))
    }

    pub fn drop_connection() -> Self {
        Self::new(Effect::Drop)
    }

    pub fn lose_answer() -> Self {
        Self::new(Effect::LoseAnswer)
    }

    pub fn delay(by: Duration) -> Self {
        Self::new(Effect::Delay(by))
    }

    /// Holds requests back until the gate is opened: for looking at what goes
    /// on while Zoom has not answered yet.
    pub fn hold() -> (Self, Gate) {
        let gate = Gate::default();
        (Self::new(Effect::Hold(gate.clone())), gate)
    }

    /// A header of the answer; of no meaning where the fault gives none.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Effect::Answer(answer) | Effect::AnswerAfterApplying(answer) = &mut self.effect {
            answer.0.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Only requests with this text in path, query or body: an id, an address.
    pub fn about(mut self, text: impl Into<String>) -> Self {
        self.about = Some(text.into());
        self
    }

    pub fn times(mut self, times: u32) -> Self {
        self.left = Some(times);
        self
    }

    /// Until [`crate::Handle::clear_faults`].
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    pub(crate) fn matches(&self, call: &Call) -> bool {
        let has = |text: &str, about: &str| text.contains(about);
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        self.left != Some(0)
            && self.operation.is_none_or(|operation| call.operation == Some(operation))
            && self.about.as_deref().is_none_or(|about| {
                has(&call.body, about) || has(&decoded(&call.path), about) || has(&decoded(&call.query), about)
            })
    }

    /// Takes one use away.
    pub(crate) fn is_used_up(&mut self) -> bool {
        match &mut self.left {
            Some(left) => {
                *left = left.saturating_sub(1);
                *left == 0
            }
            None => false,
        }
    }
}

/// Holds requests until it is opened; see [`Fault::hold`].
#[derive(Clone, Debug)]
pub struct Gate {
    opened: watch::Sender<bool>,
    waiting: watch::Sender<usize>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { opened: watch::Sender::new(false), waiting: watch::Sender::new(0) }
    }
}

impl Gate {
    /// Waits until this many requests have come to the gate, ever.
    pub async fn arrived(&self, requests: usize) {
        // Fails only when every sender is gone, and `self` holds one.
        let _ = self.waiting.subscribe().wait_for(|waiting| *waiting >= requests).await;
    }

    pub fn open(&self) {
        self.opened.send_replace(true);
    }

    pub(crate) async fn pass(&self) {
        self.waiting.send_modify(|waiting| *waiting += 1);
        let _ = self.opened.subscribe().wait_for(|opened| *opened).await;
    }
}
