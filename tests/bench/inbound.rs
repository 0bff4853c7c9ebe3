//! Inbound SCIM, many clients at once, each operation beside the floor's: one row by an index, or one row written.

use crate::counters::Meter;
use crate::rounds::{Compared, Plan, compare};
use crate::stage::Stage;
use crate::table::{self, number, ratio};
use crate::{Arguments, Row};

const PEOPLE: usize = 5_000;

/// Measures the rows and prints them.
pub async fn run(admin: &str, arguments: &Arguments, rows: &[Row]) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut stage = Stage::set(admin).await?;
    let mut lines = Vec::new();
    let crowd = if arguments.quick { 0 } else { arguments.crowd };
    for people in [PEOPLE, crowd] {
        if people < PEOPLE {
            continue;
        }
        stage.populate(people).await?;
        for row in rows.iter().copied() {
            eprintln!("{} of {people}", row.title());
            lines.push(measure(&stage, row, people, arguments).await?);
        }
    }
    print(arguments, &lines);
    Ok(())
}

async fn measure(stage: &Stage, row: Row, people: usize, arguments: &Arguments) -> anyhow::Result<Vec<String>> {
    let (rounds, operations) =
        if arguments.quick { (1, row.operations() / 5) } else { (arguments.rounds, row.operations()) };
    let (mut floor, mut product) = (stage.floor_side(row).await?, stage.product_side(row).await?);
    product.meter.statements().await?;
    let compared = compare(&mut floor, &mut product, Plan { rounds, clients: arguments.clients, operations }).await?;
    if arguments.statements {
        print_statements(row.title(), &mut product.meter).await?;
    }
    Ok(line(row, people, &compared))
}

impl Row {
    fn title(self) -> &'static str {
        match self {
            Self::Leaver => "leaver",
            Self::Get => "GET by id",
            Self::Filter => "filter userName eq",
            Self::First => "first page of 100",
            Self::Last => "last page of 100",
            Self::Patch => "PATCH active",
            Self::Create => "create",
            Self::Group => "group",
            Self::Import => "import",
            Self::Verify => "verify",
        }
    }

    /// Enough for some seconds.
    const fn operations(self) -> usize {
        if matches!(self, Self::First | Self::Last) { 500 } else { 5_000 }
    }
}

const HEAD: [&str; 14] = [
    "",
    "people",
    "floor/s",
    "rollcall/s",
    "ratio",
    "floor CPU",
    "rollcall CPU",
    "server",
    "Postgres",
    "statements",
    "commits",
    "p50 ms",
    "p99 ms",
    "rounds",
];

fn line(row: Row, people: usize, compared: &Compared) -> Vec<String> {
    let rounds = match compared.discarded {
        0 => compared.kept.to_string(),
        discarded => format!("{} (-{discarded})", compared.kept),
    };
    vec![
        row.title().to_owned(),
        people.to_string(),
        number(compared.floor_rate, 0),
        number(compared.rate, 0),
        ratio(compared.ratio),
        number(compared.floor_cpu, 3),
        number(compared.server_cpu + compared.postgres_cpu, 3),
        number(compared.server_cpu, 3),
        number(compared.postgres_cpu, 3),
        number(compared.statements, 1),
        number(compared.commits, 2),
        number(compared.p50, 1),
        number(compared.p99, 1),
        rounds,
    ]
}

fn print(arguments: &Arguments, lines: &[Vec<String>]) {
    println!("\nInbound SCIM, {} clients; operations a second, CPU in ms an operation", arguments.clients);
    if lines.iter().any(|line| line[13].contains('-')) {
        println!("(-n): so many rounds were discarded, as their two floors differed by more than half.");
    }
    table::print(&HEAD, lines);
}

pub async fn print_statements(title: &str, meter: &mut Meter) -> anyhow::Result<()> {
    println!("\n{title}: the statements of all rounds and their milliseconds");
    for (calls, milliseconds, text) in meter.statements().await?.into_iter().take(20) {
        println!("{calls:>8} {milliseconds:>10.1}  {}", text.chars().take(150).collect::<String>());
    }
    Ok(())
}
