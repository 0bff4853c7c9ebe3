//! The databases of a run, in a Postgres that ends with it.
#![expect(clippy::disallowed_methods, reason = "statements about databases are not about our schema")]

use anyhow::Context;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use url::Url;
use uuid::Uuid;

/// Makes a database and says its address.
pub async fn create(admin: &str, name: &str) -> anyhow::Result<String> {
    let name = format!("bench_{name}_{}", Uuid::new_v4().simple());
    let mut db = connect(admin).await?;
    execute(&mut db, format!("create database {name}")).await?;
    execute(&mut db, "create extension if not exists pg_stat_statements".to_owned()).await?;
    let mut url: Url = admin.parse()?;
    url.set_path(&name);
    Ok(url.into())
}

pub async fn connect(url: &str) -> anyhow::Result<PgConnection> {
    PgConnection::connect(url).await.context("the Postgres of the benchmark does not answer")
}

pub async fn execute(db: &mut PgConnection, sql: String) -> anyhow::Result<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(db).await?;
    Ok(())
}
