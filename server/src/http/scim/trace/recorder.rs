//! The queue between the requests and the task that writes them down. It has a bound in number and in bytes, and whoever
//! finds it full is counted and goes on.

use super::seen::Seen;
use chrono::{DateTime, Utc};
use directory::trace::Counts;
use model::SourceId;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// How many requests wait to be written.
const ROOM: usize = 4_096;
/// How many bytes their bodies have together.
const BYTES: usize = 16 * 1024 * 1024;

/// Where the requests go; cheap to clone.
#[derive(Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Seen>,
    tally: Arc<Tally>,
}

/// What is counted besides the queue, and taken up by whoever writes.
#[derive(Default)]
pub struct Tally {
    counts: Mutex<Counts>,
    bytes: AtomicUsize,
}

/// The other end.
pub struct Queue {
    pub waiting: mpsc::Receiver<Seen>,
    pub tally: Arc<Tally>,
}

/// A queue, and where to put things in.
pub fn queue() -> (Recorder, Queue) {
    queue_of(ROOM)
}

fn queue_of(room: usize) -> (Recorder, Queue) {
    let (sender, waiting) = mpsc::channel(room);
    let tally = Arc::<Tally>::default();
    (Recorder { queue: sender, tally: tally.clone() }, Queue { waiting, tally })
}

impl Recorder {
    /// Has a request written down when there is room. Never waits.
    pub fn record(&self, seen: Seen) {
        let (source, at, error, size) = (seen.source, seen.at, seen.is_error(), seen.size());
        let taken =
            self.tally.bytes.fetch_add(size, Ordering::Relaxed) + size <= BYTES && self.queue.try_send(seen).is_ok();
        if !taken {
            self.tally.bytes.fetch_sub(size, Ordering::Relaxed);
            self.tally.untraced(source, at, error);
        }
    }

    /// A request whose token opened nothing.
    pub fn stranger(&self, at: DateTime<Utc>) {
        self.tally.with(|counts| counts.stranger(at));
    }
}

impl Tally {
    fn with<T>(&self, change: impl FnOnce(&mut Counts) -> T) -> T {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request of which nothing else is kept.
    pub fn untraced(&self, source: SourceId, at: DateTime<Utc>, error: bool) {
        self.with(|counts| counts.untraced(source, at, error));
    }

    /// Gives what was counted away, and begins anew.
    pub fn take(&self) -> Counts {
        self.with(std::mem::take)
    }

    /// Puts back what could not be written.
    pub fn put_back(&self, counts: Counts) {
        self.with(|kept| kept.take_over(counts));
    }

    /// There is room again for what these had.
    pub fn taken_out(&self, seen: &[Seen]) {
        self.bytes.fetch_sub(seen.iter().map(Seen::size).sum(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_counted_and_nobody_waits() {
        let (recorder, mut queue) = queue_of(2);
        (0..5).for_each(|_| recorder.record(Seen::example(10)));
        let mut expected = Counts::default();
        let example = Seen::example(10);
        (0..3).for_each(|_| expected.untraced(example.source, example.at, false));
        assert_eq!(queue.tally.take(), expected);
        assert_eq!(std::iter::from_fn(|| queue.waiting.try_recv().ok()).count(), 2);
    }

    #[test]
    fn large_bodies_do_not_fill_the_memory() {
        let (recorder, mut queue) = queue_of(100);
        (0..20).for_each(|_| recorder.record(Seen::example(1024 * 1024)));
        let kept: Vec<Seen> = std::iter::from_fn(|| queue.waiting.try_recv().ok()).collect();
        assert!((15..=16).contains(&kept.len()), "{}", kept.len());
        queue.tally.taken_out(&kept);
        recorder.record(Seen::example(1024 * 1024));
        assert!(queue.waiting.try_recv().is_ok(), "there is room again");
    }
}
