//! Writes down what waits, behind the answers.

use super::recorder::Queue;
use super::seen::Seen;
use directory::Directory;
use directory::trace::{Counts, Observed};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// How many requests are written at once.
const BATCH: usize = 256;
/// How long it is waited for more to write at once.
const GATHER: Duration = Duration::from_millis(100);
/// How long what is only counted waits.
const LOOK: Duration = Duration::from_secs(1);
/// How often a batch is tried when the database is away, and how long it is left alone in between.
const TRIES: u32 = 3;
const AWAY: Duration = Duration::from_secs(1);
/// How long the rest may take at the end.
const FLUSH: Duration = Duration::from_secs(5);

/// Writes until `ended` turns true, which is when no more requests come, and then what is left.
pub async fn run(directory: Directory, mut queue: Queue, mut ended: watch::Receiver<bool>) {
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            _ = timeout(LOOK, queue.waiting.recv_many(&mut batch, BATCH)) => {}
            _ = ended.wait_for(|ended| *ended) => break,
        }
        if !batch.is_empty() && batch.len() < BATCH {
            tokio::select! {
                () = sleep(GATHER) => {}
                _ = ended.wait_for(|ended| *ended) => {}
            }
            fill(&mut batch, &mut queue);
        }
        write(&directory, &queue, batch).await;
    }
    let rest = async {
        loop {
            let mut batch = Vec::new();
            fill(&mut batch, &mut queue);
            let last = batch.is_empty();
            write(&directory, &queue, batch).await;
            if last {
                return;
            }
        }
    };
    if timeout(FLUSH, rest).await.is_err() {
        tracing::warn!("the database did not take the last SCIM requests; they are missing in the trace");
    }
}

fn fill(batch: &mut Vec<Seen>, queue: &mut Queue) {
    while batch.len() < BATCH
        && let Ok(seen) = queue.waiting.try_recv()
    {
        batch.push(seen);
    }
}

/// Writes a batch and what was counted meanwhile. What the database does not take is counted, and written when it does.
async fn write(directory: &Directory, queue: &Queue, batch: Vec<Seen>) {
    queue.tally.taken_out(&batch);
    // Reading and cleaning large bodies takes its time, which no request should wait for.
    let cleaned = tokio::task::spawn_blocking(move || batch.iter().map(Seen::observed).collect::<Vec<_>>()).await;
    let observed = match cleaned {
        Ok(observed) => observed,
        Err(error) => {
            tracing::error!(%error, "SCIM requests could not be read for the trace");
            return;
        }
    };
    let untraced = queue.tally.take();
    let mut counts = untraced.clone();
    for it in &observed {
        counts.traced(it.source, it.at, it.error);
    }
    if counts.is_empty() {
        return;
    }
    if let Err(error) = try_to_write(directory, &observed, &counts).await {
        tracing::warn!(%error, requests = observed.len(), "SCIM requests were not written to the trace");
        queue.tally.put_back(untraced);
        for it in &observed {
            queue.tally.untraced(it.source, it.at, it.error);
        }
    }
}

async fn try_to_write(directory: &Directory, observed: &[Observed], counts: &Counts) -> directory::Result<()> {
    let mut tried = 1;
    loop {
        match directory::trace::write(directory, observed, counts).await {
            Err(_) if tried < TRIES => {
                tried += 1;
                sleep(AWAY).await;
            }
            written => return written,
        }
    }
}
