//! An import of a crowd: how long Zoom's list takes beside what pages, latency and the connection's pace alone take, what
//! matching costs in CPU, and how much memory it needs.

use crate::Arguments;
use crate::client::{Call, Client};
use crate::counters::{Counters, Meter};
use crate::people::{self, MODEL};
use crate::process::memory;
use crate::product::Product;
use crate::table::{self, number, ratio};
use directory::{Actor, connections, imports};
use model::import::{Import, ImportState};
use simulator::{Operation, Options, Rates, Simulator};
use std::time::{Duration, Instant};

/// What every answer of the simulated Zoom takes.
const LATENCY: Duration = Duration::from_millis(50);
/// How often the import and the memory are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// The pace of a connection, in calls a second.
const PACE: f64 = 10.0;

pub async fn run(admin: &str, arguments: &Arguments) -> anyhow::Result<()> {
    let crowd = if arguments.quick { 5_000 } else { arguments.crowd.max(5_000) };
    eprintln!("an import of {crowd} Zoom accounts, at ten calls a second");
    let options = Options { latency: LATENCY, rates: Rates::unlimited(), ..Options::default() };
    let zoom = Simulator::start(options).await?;
    let product = Product::start(admin, Some(&*zoom)).await?;
    let mut tx = product.directory.begin(Actor::Command).await?;
    connections::set_enabled(&mut tx, product.connection, false).await?;
    tx.commit().await?;
    let mut client = Client::connect(&product.target).await?;
    client.call(Call::post("/scim/v2/Users", people::user(MODEL).to_string())).await?;
    product.populate(1, crowd).await?;
    fill(&zoom, crowd);
    let mut meter = Meter::new(admin, &product.database, product.server.id()?).await?;
    let idle = memory(&product.server)?;
    let (before, begun) = (meter.read().await?, Instant::now());
    let mut tx = product.directory.begin(Actor::Command).await?;
    imports::start(&mut tx, product.connection).await?;
    tx.commit().await?;
    let (mut most, mut matching, mut at) = (idle, Vec::new(), (ImportState::Scanning, before));
    let end = loop {
        tokio::time::sleep(LOOK).await;
        most = most.max(memory(&product.server)?);
        let run = newest(&product).await?;
        if run.state != at.0 {
            let now = meter.read().await?;
            if matches!(at.0, ImportState::Matching | ImportState::Rematching) {
                matching.push(now - at.1);
            }
            at = (run.state, now);
        }
        if !run.state.runs() {
            break run;
        }
    };
    let took = begun.elapsed();
    anyhow::ensure!(end.state == ImportState::Done, "the import ended so: {end:?}");
    let spent = meter.read().await? - before;
    let calls = zoom.requests(Operation::ListUsers).len()
        + zoom.requests(Operation::ListGroups).len()
        + zoom.requests(Operation::GetUser).len();
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    let (calls, accounts) = (calls as f64, crowd as f64);
    let floor = calls / PACE + LATENCY.as_secs_f64();
    let micros = |spent: &Counters| spent.cpu().as_secs_f64() * 1e6 / accounts;
    let of_server = |spent: &Counters| spent.server.as_secs_f64() * 1e6 / accounts;
    let first = |of: &dyn Fn(&Counters) -> f64| matching.first().map_or(f64::NAN, of);
    println!("\nAn import of {crowd} accounts and as many people; CPU in microseconds an account, memory in MiB");
    println!("Floor: that many calls, one each tenth of a second, and one answer of Zoom's, which takes 50 ms");
    let head = [
        "accounts",
        "calls",
        "floor s",
        "took s",
        "ratio",
        "CPU",
        "of the server",
        "CPU of matching",
        "of the server",
        "idle",
        "most",
    ];
    let line = vec![
        crowd.to_string(),
        number(calls, 0),
        number(floor, 1),
        number(took.as_secs_f64(), 1),
        ratio(took.as_secs_f64() / floor),
        number(micros(&spent), 0),
        number(of_server(&spent), 0),
        number(first(&micros), 0),
        number(first(&of_server), 0),
        idle.to_string(),
        most.to_string(),
    ];
    table::print(&head, &[line]);
    let counts = imports::counts(&mut product.directory.begin(Actor::Command).await?, product.connection).await?;
    println!("exact {}, partial {}, new {}", counts.exact, counts.partial, counts.new);
    Ok(())
}

/// Of ten accounts eight are somebody's, one is somebody's by name only, and one is nobody's.
fn fill(zoom: &simulator::Handle, crowd: usize) {
    for n in 0..crowd {
        let local = format!("p{n:06}");
        let user_name = match n % 10 {
            8 => format!("{local}@old.example"),
            9 => format!("unknown{n}@example.com"),
            _ => people::user_name(&local),
        };
        let family = if n % 10 == 9 { format!("Unknown {n}") } else { format!("Hopper {local}") };
        zoom.add_user(&user_name, |user| {
            user.display_name = Some(format!("Grace {family}"));
            (user.given_name, user.family_name) = (Some("Grace".to_owned()), Some(family));
        });
    }
}

async fn newest(product: &Product) -> anyhow::Result<Import> {
    let mut tx = product.directory.begin(Actor::Command).await?;
    let newest = imports::newest(&mut tx, product.connection).await?;
    newest.ok_or_else(|| anyhow::anyhow!("there is an import"))
}
