//! Members of a large group: many in one PATCH, one more, one less, beside the same in a group of ten.
//!
//! The floor is one durable commit that writes as many rows of two ids, and one bare round trip.

use crate::client::{Call, Client, Target};
use crate::counters::Meter;
use crate::inbound::print_statements;
use crate::numbers::{milliseconds, percentile};
use crate::process::{Server, memory};
use crate::product::Product;
use crate::table::{self, number, ratio};
use crate::{Arguments, database, floor, people};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Members that are added in one PATCH.
const TOGETHER: usize = 5_000;
const SMALL: usize = 10;
const GROUPS: &str = "/scim/v2/Groups";

pub async fn run(admin: &str, arguments: &Arguments) -> anyhow::Result<()> {
    let (repeats, crowd) = if arguments.quick { (5, 0) } else { (60, arguments.crowd) };
    let mut bench = Bench::start(admin, arguments.statements).await?;
    let mut lines = Vec::new();
    for (people, members) in [(TOGETHER + 1, TOGETHER), (crowd, crowd / 2)] {
        if people <= TOGETHER {
            continue;
        }
        eprintln!(
            "a group of {members} among {people} people; memory of the server: {} MiB",
            memory(&bench.product.server)?
        );
        bench.populate(people).await?;
        bench.measure(members, repeats, &mut lines).await?;
    }
    println!(
        "\nMembers of groups; times in ms. Memory of the server at the end: {} MiB",
        memory(&bench.product.server)?
    );
    let head = ["", "members", "floor p50", "p50", "p99", "p50 to floor", "statements"];
    table::print(&head, &lines);
    Ok(())
}

struct Bench {
    product: Product,
    client: Client,
    meter: Meter,
    db: PgConnection,
    floor: Client,
    floor_target: Target,
    _floor: Server,
    people: usize,
    /// Prints them.
    statements: bool,
}

impl Bench {
    async fn start(admin: &str, statements: bool) -> anyhow::Result<Self> {
        let product = Product::start(admin, None).await?;
        let mut client = Client::connect(&product.target).await?;
        client.call(Call::post("/scim/v2/Users", people::user(people::MODEL).to_string())).await?;
        let meter = Meter::new(admin, &product.database, product.server.id()?).await?;
        let database = database::create(admin, "floor").await?;
        floor::make_tables(&database, "nobody's").await?;
        let server = Server::floor(&database).await?;
        let floor_target = Target { address: server.address, token: String::new() };
        let (db, floor) = (database::connect(&database).await?, Client::connect(&floor_target).await?);
        Ok(Self { product, client, meter, db, floor, floor_target, _floor: server, people: 1, statements })
    }

    async fn populate(&mut self, people: usize) -> anyhow::Result<()> {
        self.product.populate(self.people, people).await?;
        self.people = people;
        // Meanwhile the server has closed a connection on which nothing was said.
        self.client = Client::connect(&self.product.target).await?;
        self.floor = Client::connect(&self.floor_target).await?;
        Ok(())
    }

    async fn measure(&mut self, members: usize, repeats: usize, lines: &mut Vec<Vec<String>>) -> anyhow::Result<()> {
        let (small, large) = (self.group(SMALL).await?, self.group(0).await?);
        for first in (0..members).step_by(TOGETHER) {
            let count = TOGETHER.min(members - first);
            let patch = add(&large, first..first + count, count > 1_000);
            let line = self.compare(&format!("{count} in one PATCH"), first + count, count, vec![patch]).await?;
            if first + count == members || first == 0 {
                lines.push(line);
            }
        }
        for (id, size) in [(&small, SMALL), (&large, members)] {
            let who = self.people - 1;
            let one_more = || add(id, who..who + 1, size > 1_000);
            let one_less = || remove(id, who, size > 1_000);
            let both: Vec<Call> = (0..repeats).flat_map(|_| [one_more(), one_less()]).collect();
            lines.push(self.compare("one more, one less", size, 1, both).await?);
        }
        let get = || Call::get(format!("{GROUPS}/{large}?excludedAttributes=members"));
        lines.push(self.compare("GET without members", members, 0, (0..repeats).map(|_| get()).collect()).await?);
        let whole = || Call::get(format!("{GROUPS}/{large}"));
        lines.push(self.compare("GET with members", members, 0, (0..repeats.min(5)).map(|_| whole()).collect()).await?);
        Ok(())
    }

    /// A group whose members are the first so many people; its id.
    async fn group(&mut self, members: usize) -> anyhow::Result<String> {
        let members: Vec<Value> = (1..=members).map(|n| json!({ "value": people::id(n) })).collect();
        let body = json!({ "displayName": Uuid::new_v4(), "members": members });
        let made: Value = serde_json::from_slice(&self.client.call(Call::post(GROUPS, body.to_string())).await?)?;
        Ok(made["id"].as_str().unwrap_or_default().to_owned())
    }

    async fn compare(
        &mut self,
        title: &str,
        members: usize,
        rows: usize,
        calls: Vec<Call>,
    ) -> anyhow::Result<Vec<String>> {
        let (mut floors, mut times, count) = (Vec::new(), Vec::new(), calls.len());
        if self.statements {
            self.meter.statements().await?;
        }
        let before = self.meter.read().await?;
        for call in calls {
            let begun = Instant::now();
            self.client.call(call).await?;
            times.push(begun.elapsed());
            floors.push(self.floor(rows).await?);
        }
        let spent = self.meter.read().await? - before;
        if self.statements {
            print_statements(&format!("{title}, {members} members"), &mut self.meter).await?;
        }
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
        let statements = spent.statements as f64 / count as f64;
        times.sort_unstable();
        floors.sort_unstable();
        let (p50, floor) = (percentile(&times, 0.5), percentile(&floors, 0.5));
        Ok(vec![
            title.to_owned(),
            members.to_string(),
            number(milliseconds(floor), 2),
            number(milliseconds(p50), 2),
            number(milliseconds(percentile(&times, 0.99)), 2),
            ratio(p50.as_secs_f64() / floor.as_secs_f64()),
            number(statements, 1),
        ])
    }

    async fn floor(&mut self, rows: usize) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        if rows > 0 {
            floor::write_members(&mut self.db, rows).await?;
        }
        self.floor.call(Call::get("/nothing")).await?;
        Ok(begun.elapsed())
    }
}

/// The answer to a change of more than a thousand members is 204.
fn patch(group: &str, operation: Value, is_large: bool) -> Call {
    let body = json!({ "Operations": [operation] }).to_string();
    let call = Call::patch(format!("{GROUPS}/{group}"), body);
    if is_large { Call { status: 204, ..call } } else { call }
}

fn add(group: &str, who: std::ops::Range<usize>, is_large: bool) -> Call {
    let members: Vec<Value> = who.map(|n| json!({ "value": people::id(n.max(1)) })).collect();
    patch(group, json!({ "op": "add", "path": "members", "value": members }), is_large)
}

fn remove(group: &str, who: usize, is_large: bool) -> Call {
    patch(group, json!({ "op": "remove", "path": format!("members[value eq \"{}\"]", people::id(who)) }), is_large)
}
