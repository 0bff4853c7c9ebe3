//! The floor: a bare axum and sqlx server that finds the token by its hash, touches one row by an index, and answers.
//! It validates nothing, keeps no audit log and tells nobody.
#![expect(clippy::disallowed_methods, reason = "the floor's tables are not in the product's schema")]

use crate::database;
use anyhow::Context;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Json, Router};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use sqlx::postgres::{PgConnection, PgPoolOptions};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use uuid::Uuid;

pub async fn serve(address: SocketAddr) -> anyhow::Result<()> {
    let database = std::env::var("DATABASE_URL").context("the floor needs a database")?;
    // As many connections as the product has.
    let pool = PgPoolOptions::new().max_connections(16).connect(&database).await?;
    let router = Router::new()
        .route("/people", post(create))
        .route("/people/{id}", get(by_id).patch(set_active))
        .route("/named/{user_name}", get(by_name))
        .route("/after/{id}", get(page))
        .layer(middleware::from_fn_with_state(pool.clone(), authenticate))
        .route("/nothing", get(|| async {}))
        .with_state(pool);
    let listener = TcpListener::bind(address).await?.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, router).await?)
}

pub async fn make_tables(database: &str, token: &str) -> anyhow::Result<()> {
    let mut db = database::connect(database).await?;
    let tables = "
        create table token (hash bytea primary key, source text not null);
        create table person (id uuid primary key, user_name text not null unique,
                             active boolean not null default true, body jsonb not null);
        create table durable (id uuid primary key);
        create table member (group_id uuid, member_id uuid, primary key (group_id, member_id))";
    database::execute(&mut db, tables.to_owned()).await?;
    sqlx::query("insert into token values ($1, 'Okta')").bind(hash(token)).execute(&mut db).await?;
    Ok(())
}

/// The person after whom a hundred come.
pub async fn before_the_last_page(database: &str) -> anyhow::Result<Uuid> {
    let mut db = database::connect(database).await?;
    let id = sqlx::query_scalar("select id from person order by id desc offset 100 limit 1");
    Ok(id.fetch_optional(&mut db).await?.unwrap_or_default())
}

pub async fn commit_durably(db: &mut PgConnection) -> anyhow::Result<()> {
    sqlx::query("insert into durable values ($1)").bind(Uuid::now_v7()).execute(db).await?;
    Ok(())
}

/// So many rows of two ids, in one durable commit.
pub async fn write_members(db: &mut PgConnection, rows: usize) -> anyhow::Result<()> {
    let members: Vec<Uuid> = (0..rows).map(|_| Uuid::now_v7()).collect();
    sqlx::query("insert into member select $1, unnest($2::uuid[])")
        .bind(Uuid::now_v7())
        .bind(members)
        .execute(db)
        .await?;
    Ok(())
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

async fn authenticate(State(pool): State<PgPool>, headers: HeaderMap, request: Request, next: Next) -> Response {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let source = sqlx::query_scalar::<_, String>("select source from token where hash = $1")
        .bind(hash(token.unwrap_or_default()))
        .fetch_optional(&pool)
        .await;
    match source {
        Ok(Some(_)) => next.run(request).await,
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(error) => Failed(error).into_response(),
    }
}

async fn create(State(pool): State<PgPool>, Json(body): Json<Value>) -> Result<(StatusCode, Json<Value>), Failed> {
    let id = Uuid::now_v7();
    sqlx::query("insert into person (id, user_name, body) values ($1, $2, $3)")
        .bind(id)
        .bind(body["userName"].as_str())
        .bind(&body)
        .execute(&pool)
        .await?;
    Ok((StatusCode::CREATED, shown((id, body))))
}

async fn by_id(State(pool): State<PgPool>, Path(id): Path<Uuid>) -> Result<Json<Value>, Failed> {
    Ok(shown(sqlx::query_as("select id, body from person where id = $1").bind(id).fetch_one(&pool).await?))
}

async fn by_name(State(pool): State<PgPool>, Path(name): Path<String>) -> Result<Json<Value>, Failed> {
    Ok(shown(sqlx::query_as("select id, body from person where user_name = $1").bind(name).fetch_one(&pool).await?))
}

async fn page(State(pool): State<PgPool>, Path(id): Path<Uuid>) -> Result<Json<Value>, Failed> {
    let people = sqlx::query_as("select id, body from person where id > $1 order by id limit 100");
    let people = people.bind(id).fetch_all(&pool).await?;
    Ok(Json(people.into_iter().map(|person| shown(person).0).collect()))
}

async fn set_active(
    State(pool): State<PgPool>,
    Path(id): Path<Uuid>,
    Json(body): Json<Value>,
) -> Result<Json<Value>, Failed> {
    let person = sqlx::query_as("update person set active = $2 where id = $1 returning id, body");
    Ok(shown(person.bind(id).bind(body["active"].as_bool()).fetch_one(&pool).await?))
}

fn shown((id, mut body): (Uuid, Value)) -> Json<Value> {
    body["id"] = id.to_string().into();
    Json(body)
}

struct Failed(sqlx::Error);

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}
