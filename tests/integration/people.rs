//! People whom several sources know: linked by an administrator or a rule, merged by the order of sources, separated,
//! deleted, restored, pruned.

mod deleted;
mod joined;
mod order;
mod page;
mod rule;

use model::person::Person;
use model::{PersonId, RecordId, SourceId};
use serde_json::Value;
use tests::{Scim, TestApp};

/// A source with its client.
struct Source {
    id: SourceId,
    scim: Scim,
}

impl Source {
    async fn new(app: &TestApp, name: &str) -> Self {
        let (id, scim) = app.source_with_token(name).await;
        Self { id, scim }
    }

    /// Pushes a user: the record, and whose it is.
    async fn push(&self, app: &TestApp, user: &Value) -> (RecordId, PersonId) {
        let record: RecordId = self.scim.create(user).await.parse().unwrap();
        (record, self.person(app, record).await)
    }

    async fn person(&self, app: &TestApp, record: RecordId) -> PersonId {
        let whose = format!("select person_id::text from record where id = '{record}' and deleted_at is null");
        app.database
            .texts(&whose)
            .await
            .first()
            .unwrap_or_else(|| panic!("there is no record {record}"))
            .parse()
            .unwrap()
    }

    async fn set(&self, record: RecordId, path: &str, value: Value) {
        let operation = serde_json::json!([{ "op": "replace", "path": path, "value": value }]);
        let answer = self.scim.patch(&format!("/Users/{record}"), operation).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    async fn delete(&self, record: RecordId) {
        assert_eq!(self.scim.delete(&format!("/Users/{record}")).await.status, 204);
    }
}

async fn person(app: &TestApp, id: PersonId) -> Person {
    directory::people::get(&mut app.tx().await, id).await.unwrap()
}

async fn join(app: &TestApp, stays: PersonId, goes: PersonId) -> directory::Result<()> {
    let mut tx = app.tx().await;
    directory::people::join(&mut tx, stays, goes, &[]).await?;
    tx.commit().await
}

async fn count_people(app: &TestApp) -> i64 {
    app.database.count("select count(*) from person").await
}

async fn count_audited(app: &TestApp, action: &str) -> i64 {
    app.database.count(&format!("select count(*) from audit_entry where action = '{action}'")).await
}
