//! The road of a leaver: from the moment a source says `active=false` until the simulated Zoom has carried it out.
//!
//! Each change waits for the one before and a rest besides, in which the pace of the connection (ten calls a second)
//! recovers: what is measured is the road of one change, and not the pace. The floor is what cannot be left out: one durable
//! commit and one round trip over HTTP, measured beside each leaver, as a disk changes its mood within a minute.

use crate::client::{Call, Client, Target};
use crate::counters::Meter;
use crate::load::Work;
use crate::numbers::{milliseconds, percentile};
use crate::process::Server;
use crate::product::Product;
use crate::table::{self, number, ratio};
use crate::{database, floor, people};
use directory::Actor;
use simulator::{Options, Running, Simulator, State};
use sqlx::postgres::PgConnection;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Longer than the pace needs for one call, shorter than an idle drain keeps its lease.
const REST: Duration = Duration::from_millis(250);
/// Longer than an idle drain keeps its lease: the change finds nothing running.
const LONG_REST: Duration = Duration::from_millis(2_500);

struct Company {
    zoom: Running,
    product: Product,
    meter: Meter,
    floor: Floor,
}

/// How long leavers took.
struct Road {
    title: &'static str,
    /// Until Zoom had carried it out.
    disabled: Vec<Duration>,
    /// Until the source had its answer.
    answered: Vec<Duration>,
    /// The floor beside each.
    floor: Vec<Duration>,
    commits: f64,
    note: String,
}

pub async fn run(admin: &str, quick: bool) -> anyhow::Result<()> {
    let (soon, late, behind, backlog) = if quick { (20, 5, 5, 200) } else { (100, 20, 30, 2_000) };
    let mut company = Company::start(admin, soon + late + behind).await?;
    let mut roads = Vec::new();
    eprintln!("leavers of an idle server");
    roads.push(company.leave("idle", 0..soon, REST).await?);
    eprintln!("leavers after a long rest");
    roads.push(company.leave("idle for 2.5 s", soon..soon + late, LONG_REST).await?);
    eprintln!("leavers behind {backlog} others");
    company.push(soon + late + behind..soon + late + behind + backlog).await?;
    let before = company.waiting().await?;
    let mut road = company.leave("behind a backlog", soon + late..soon + late + behind, REST).await?;
    road.note = format!("{before} waiting, {} at the end", company.waiting().await?);
    roads.push(road);
    print(roads);
    Ok(())
}

impl Company {
    /// So many people, all of them in Zoom.
    async fn start(admin: &str, people: usize) -> anyhow::Result<Self> {
        eprintln!("provisioning {people} people, at ten calls a second");
        let zoom = Simulator::start(Options { patience: Duration::from_secs(900), ..Options::default() }).await?;
        let product = Product::start(admin, Some(&*zoom)).await?;
        let meter = Meter::new(admin, &product.database, product.server.id()?).await?;
        let company = Self { zoom, product, meter, floor: Floor::start(admin).await? };
        company.push(0..people).await?;
        company.zoom.wait_until(|zoom| zoom.users().len() >= people).await?;
        while company.waiting().await? > 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(company)
    }

    async fn push(&self, who: Range<usize>) -> anyhow::Result<()> {
        let first = who.start;
        let create = move |number| Call::post("/scim/v2/Users", people::newcomer(first + number));
        Work::new(&self.product.target, create).run(8, who.len()).await?;
        Ok(())
    }

    /// How many links are not as they should be.
    async fn waiting(&self) -> anyhow::Result<i64> {
        let mut tx = self.product.directory.begin(Actor::Command).await?;
        let links = directory::links::counts(&mut tx, self.product.connection).await?;
        Ok(links.pending + links.failing)
    }

    async fn leave(&mut self, title: &'static str, who: Range<usize>, rest: Duration) -> anyhow::Result<Road> {
        let (mut disabled, mut answered, mut floor) = (Vec::new(), Vec::new(), Vec::new());
        let before = self.meter.read().await?;
        let mut client = Client::connect(&self.product.target).await?;
        for number in who {
            let name = people::user_name(&format!("n{number:06}"));
            let id = record(&mut client, &name).await?;
            tokio::time::sleep(rest).await;
            floor.push(self.floor.once().await?);
            let (answer, done) = self.one(&mut client, &name, &id).await?;
            answered.push(answer);
            disabled.push(done);
        }
        // Without the floor's own commit.
        let spent = self.meter.read().await? - before;
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
        let commits = spent.commits as f64 / disabled.len() as f64 - 1.0;
        disabled.sort_unstable();
        answered.sort_unstable();
        floor.sort_unstable();
        Ok(Road { title, disabled, answered, floor, commits, note: String::new() })
    }

    /// One leaver: when the source had its answer, and when Zoom had carried it out.
    async fn one(&self, client: &mut Client, user_name: &str, id: &str) -> anyhow::Result<(Duration, Duration)> {
        let zoom_id = self.zoom.user_by_name(user_name).map(|user| user.id).unwrap_or_default();
        let patch = Call::patch(format!("/scim/v2/Users/{id}"), people::set_active(false));
        let begun = Instant::now();
        let answer = async {
            let answer = client.call(patch).await;
            answer.map(|_| begun.elapsed())
        };
        let disable = async {
            self.zoom.wait_until(|zoom| is_disabled(zoom, &zoom_id)).await?;
            anyhow::Ok(begun.elapsed())
        };
        tokio::try_join!(answer, disable)
    }
}

/// The id under which the source knows somebody.
async fn record(client: &mut Client, user_name: &str) -> anyhow::Result<String> {
    let found = Call::get(format!("/scim/v2/Users?filter=userName%20eq%20%22{user_name}%22"));
    let found: serde_json::Value = serde_json::from_slice(&client.call(found).await?)?;
    Ok(found["Resources"][0]["id"].as_str().unwrap_or_default().to_owned())
}

/// The account and the journal change at one moment, so this is when the journal has the PATCH and its answer. (Its path
/// may spell the id in percent-encoding.)
fn is_disabled(zoom: &State, id: &str) -> bool {
    zoom.user(id).is_some_and(|user| !user.active)
}

/// What no road of a change can do without.
struct Floor {
    db: PgConnection,
    client: Client,
    _server: Server,
}

impl Floor {
    async fn start(admin: &str) -> anyhow::Result<Self> {
        let database = database::create(admin, "floor").await?;
        floor::make_tables(&database, "nobody's").await?;
        let server = Server::floor(&database).await?;
        let client = Client::connect(&Target { address: server.address, token: String::new() }).await?;
        Ok(Self { db: database::connect(&database).await?, client, _server: server })
    }

    /// One durable commit and one round trip.
    async fn once(&mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        floor::commit_durably(&mut self.db).await?;
        self.client.call(Call::get("/nothing")).await?;
        Ok(begun.elapsed())
    }
}

fn print(roads: Vec<Road>) {
    println!("\nA leaver, from PATCH active=false until Zoom has disabled the account; times in ms");
    println!("Floor: one durable commit and one bare round trip, after the same rest, beside each leaver; p50");
    let head = ["", "leavers", "floor", "answered p50", "p50", "p95", "p99", "max", "p50 to floor", "commits", ""];
    let lines: Vec<Vec<String>> = roads.into_iter().map(line).collect();
    table::print(&head, &lines);
}

fn line(road: Road) -> Vec<String> {
    let ms = |times: &[Duration], share| number(milliseconds(percentile(times, share)), 1);
    let (p50, floor) = (percentile(&road.disabled, 0.5), percentile(&road.floor, 0.5));
    vec![
        road.title.to_owned(),
        road.disabled.len().to_string(),
        number(milliseconds(floor), 2),
        ms(&road.answered, 0.5),
        ms(&road.disabled, 0.5),
        ms(&road.disabled, 0.95),
        ms(&road.disabled, 0.99),
        ms(&road.disabled, 1.0),
        ratio(p50.as_secs_f64() / floor.as_secs_f64()),
        number(road.commits, 1),
        road.note,
    ]
}
