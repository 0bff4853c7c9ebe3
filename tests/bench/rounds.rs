//! Floor, product, floor: the same work on both, so near in time that the machine's mood is the same.

use crate::counters::Meter;
use crate::load::{Load, Work};
use crate::numbers::{median, milliseconds};

/// A round tells nothing when its two floors differ by more than this: something else was going on.
const STEADY: f64 = 1.5;

/// One side of a comparison.
pub struct Side {
    pub work: Work,
    pub meter: Meter,
}

/// How a row is measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub rounds: usize,
    pub clients: usize,
    pub operations: usize,
}

struct Round {
    floors: [Load; 2],
    product: Load,
}

/// The medians over all rounds that were steady.
#[derive(Debug)]
pub struct Compared {
    pub floor_rate: f64,
    pub rate: f64,
    /// Of the rates, round by round: more is better.
    pub ratio: f64,
    /// Milliseconds of CPU an operation.
    pub floor_cpu: f64,
    pub server_cpu: f64,
    pub postgres_cpu: f64,
    pub statements: f64,
    pub commits: f64,
    pub p50: f64,
    pub p99: f64,
    pub kept: usize,
    pub discarded: usize,
}

/// Measures until as many rounds are kept as asked for, or as many discarded.
pub async fn compare(floor: &mut Side, product: &mut Side, plan: Plan) -> anyhow::Result<Compared> {
    let (mut kept, mut discarded) = (Vec::new(), 0);
    for side in [&floor.work, &product.work] {
        side.run(plan.clients, plan.operations.div_ceil(10)).await?;
    }
    while kept.len() < plan.rounds && discarded < plan.rounds {
        let before = floor.measure(plan).await?;
        let load = product.measure(plan).await?;
        let round = Round { floors: [before, floor.measure(plan).await?], product: load };
        if round.is_steady() { kept.push(round) } else { discarded += 1 }
    }
    Ok(summary(&kept, discarded))
}

impl Side {
    async fn measure(&mut self, plan: Plan) -> anyhow::Result<Load> {
        self.work.measure(plan.clients, plan.operations, &mut self.meter).await
    }
}

impl Round {
    fn is_steady(&self) -> bool {
        let [a, b] = [self.floors[0].rate, self.floors[1].rate];
        a.max(b) / a.min(b) <= STEADY
    }

    fn floor(&self, of: impl Fn(&Load) -> f64) -> f64 {
        f64::midpoint(of(&self.floors[0]), of(&self.floors[1]))
    }
}

fn summary(rounds: &[Round], discarded: usize) -> Compared {
    let product = |of: &dyn Fn(&Load) -> f64| median(rounds.iter().map(|round| of(&round.product)));
    let of_one = |of: &dyn Fn(&Load) -> f64| product(&|load| load.of_one(of(load)));
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let count = |number: i64| number as f64;
    Compared {
        floor_rate: median(rounds.iter().map(|round| round.floor(|load| load.rate))),
        rate: product(&|load| load.rate),
        ratio: median(rounds.iter().map(|round| round.product.rate / round.floor(|load| load.rate))),
        floor_cpu: median(rounds.iter().map(|round| round.floor(|l| l.of_one(milliseconds(l.spent.cpu()))))),
        server_cpu: of_one(&|load| milliseconds(load.spent.server)),
        postgres_cpu: of_one(&|load| milliseconds(load.spent.postgres)),
        statements: of_one(&|load| count(load.spent.statements)),
        commits: of_one(&|load| count(load.spent.commits)),
        p50: product(&|load| milliseconds(load.percentile(0.5))),
        p99: product(&|load| milliseconds(load.percentile(0.99))),
        kept: rounds.len(),
        discarded,
    }
}
