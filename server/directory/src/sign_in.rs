//! A sign-in by an identity provider: what is under way, and who is let in.
//!
//! A request is made when somebody presses a provider's button and is used once, by the same browser. The server checks
//! the provider's word (`login`); [`decide`] says what our own tables make of it, and [`admit`] carries that out.

mod admission;
mod failures;
mod requests;

pub use admission::{Decision, Proof, Refusal, admit, decide};
pub use failures::{Failure, failed, link_refused, network};
pub use requests::{
    CODE_LIFE, Purpose, REQUEST_LIFE, Request, TEST_LIFE, answer, begin, keep_test, prune, take, take_answer, test,
    use_assertion, waiting,
};
