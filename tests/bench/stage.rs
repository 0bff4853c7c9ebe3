//! The two servers of inbound SCIM with the same people, and what is asked of each.

use crate::client::{Call, Client, Target};
use crate::counters::Meter;
use crate::load::Work;
use crate::people::{self, MODEL, SEQUENCE};
use crate::process::Server;
use crate::product::Product;
use crate::rounds::Side;
use crate::{Row, database, floor};
use anyhow::Context;
use serde_json::Value;
use uuid::Uuid;

const TOKEN: &str = "a token of the floor";

pub struct Stage {
    admin: String,
    floor: Floor,
    product: Product,
    /// Those who were not pushed by a row, the model among them.
    people: usize,
}

struct Floor {
    server: Server,
    target: Target,
    database: String,
}

impl Stage {
    pub async fn set(admin: &str) -> anyhow::Result<Self> {
        let floor = Floor::start(admin).await?;
        let product = Product::start(admin, None).await?;
        let model = people::user(MODEL).to_string();
        Client::connect(&floor.target).await?.call(Call::post("/people", model.clone())).await?;
        Client::connect(&product.target).await?.call(Call::post("/scim/v2/Users", model)).await?;
        Ok(Self { admin: admin.to_owned(), floor, product, people: 1 })
    }

    /// Copies the model person on both sides until there are so many.
    pub async fn populate(&mut self, people: usize) -> anyhow::Result<()> {
        self.product.populate(self.people, people).await?;
        self.floor.populate(self.people, people).await?;
        self.people = people;
        Ok(())
    }

    pub async fn floor_side(&self, row: Row) -> anyhow::Result<Side> {
        let Floor { server, target, database } = &self.floor;
        let people = self.people;
        let before_the_last = floor::before_the_last_page(database).await?;
        let work = Work::new(target, move |number| match row {
            Row::Get => Call::get(format!("/people/{}", people::id(people::anyone(number, people)))),
            Row::Filter => Call::get(format!("/named/{}", people::there(people::anyone(number, people)))),
            Row::First => Call::get(format!("/after/{}", Uuid::nil())),
            Row::Last => Call::get(format!("/after/{before_the_last}")),
            Row::Patch => {
                let (who, active) = people::other_value(number, people);
                Call::patch(format!("/people/{}", people::id(who)), format!("{{\"active\":{active}}}"))
            }
            Row::Create | Row::Leaver | Row::Group | Row::Import | Row::Verify => {
                Call::post("/people", people::newcomer(people + number))
            }
        });
        Ok(Side { work, meter: Meter::new(&self.admin, database, server.id()?).await? })
    }

    pub async fn product_side(&self, row: Row) -> anyhow::Result<Side> {
        let Product { server, target, database, .. } = &self.product;
        let people = self.people;
        let last = total(target).await?.saturating_sub(99);
        let users = "/scim/v2/Users";
        let work = Work::new(target, move |number| match row {
            Row::Get => Call::get(format!("{users}/{}", people::id(people::anyone(number, people)))),
            Row::Filter => {
                let name = people::there(people::anyone(number, people));
                Call::get(format!("{users}?filter=userName%20eq%20%22{name}%22"))
            }
            Row::First => Call::get(format!("{users}?startIndex=1&count=100")),
            Row::Last => Call::get(format!("{users}?startIndex={last}&count=100")),
            Row::Patch => {
                let (who, active) = people::other_value(number, people);
                Call::patch(format!("{users}/{}", people::id(who)), people::set_active(active))
            }
            Row::Create | Row::Leaver | Row::Group | Row::Import | Row::Verify => {
                Call::post(users, people::newcomer(people + number))
            }
        });
        let meter = Meter::new(&self.admin, database, server.id()?).await?.until_sealed(database).await?;
        Ok(Side { work, meter })
    }
}

impl Floor {
    async fn start(admin: &str) -> anyhow::Result<Self> {
        let database = database::create(admin, "floor").await?;
        floor::make_tables(&database, TOKEN).await?;
        let server = Server::floor(&database).await?;
        let target = Target { address: server.address, token: TOKEN.to_owned() };
        Ok(Self { server, target, database })
    }

    async fn populate(&self, have: usize, people: usize) -> anyhow::Result<()> {
        let mut db = database::connect(&self.database).await?;
        let copy = |column: &str| format!("replace({column}::text, '{MODEL}', 'p' || lpad(n::text, 6, '0'))");
        let sql = format!(
            "insert into person (id, user_name, body) select {SEQUENCE}, {}, {}::jsonb
             from person, generate_series({have}, {}) n where user_name = '{}'",
            copy("user_name"),
            copy("body"),
            people - 1,
            people::user_name(MODEL),
        );
        database::execute(&mut db, sql).await?;
        database::execute(&mut db, "vacuum analyze".to_owned()).await
    }
}

/// How many users the source has.
async fn total(target: &Target) -> anyhow::Result<u64> {
    let list = Client::connect(target).await?.call(Call::get("/scim/v2/Users?count=1")).await?;
    let list: Value = serde_json::from_slice(&list)?;
    list["totalResults"].as_u64().context("a list says how many there are")
}
