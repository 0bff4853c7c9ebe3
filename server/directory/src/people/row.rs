//! A person's row, made of the resource that holds.

use crate::text::fold;
use crate::{Result, Tx};
use model::PersonId;
use model::person::PersonState;
use scim::User;
use serde_json::{Map, Value};
use uuid::Uuid;

/// A longer employee number is none: no index holds it.
const LONGEST_NUMBER: usize = 320;

/// How much of a name the order looks at: an index holds no more.
const LONGEST_KEY: usize = 200;

fn sort_key(name: &str) -> String {
    fold(name).chars().take(LONGEST_KEY).collect()
}

/// A new person, whom one record holds.
pub(crate) async fn insert(tx: &mut Tx, id: PersonId, user: &User) -> Result<()> {
    let (now, name) = (tx.now(), display_name(user));
    sqlx::query!(
        "insert into person (id, state, user_name, display_name, email, department, title, profile, sort_key, search,
                             employee_number, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)",
        id.0,
        state(user).as_str(),
        user.user_name(),
        name,
        user.email(),
        user.department(),
        user.title(),
        profile(user),
        sort_key(&name),
        search_text(user, &name),
        employee_number(user),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(())
}

/// Brings a person up to date whom this one record holds. False when others hold them as well: nothing was written
/// then. It is asked in the statement that writes, also of whoever waited for somebody else's change.
pub(crate) async fn update(tx: &mut Tx, id: PersonId, user: &User) -> Result<bool> {
    let (now, name) = (tx.now(), display_name(user));
    let done = sqlx::query!(
        "update person set state = $2, user_name = $3, display_name = $4, email = $5, department = $6, title = $7,
                profile = $8, sort_key = $9, search = $10, employee_number = $11, revision = revision + 1,
                updated_at = $12, gone = false
         where id = $1 and not several",
        id.0,
        state(user).as_str(),
        user.user_name(),
        name,
        user.email(),
        user.department(),
        user.title(),
        profile(user),
        sort_key(&name),
        search_text(user, &name),
        employee_number(user),
        now
    )
    .execute(tx.db())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// No source knows the person any more. False when another record holds them still: nothing was written then.
pub(crate) async fn leave(tx: &mut Tx, id: PersonId) -> Result<bool> {
    let now = tx.now();
    let done = sqlx::query!(
        "update person set gone = true, state = 'deactivated', revision = revision + 1, updated_at = $2
         where id = $1 and not several",
        id.0,
        now
    )
    .execute(tx.db())
    .await?;
    let left = done.rows_affected() > 0;
    if left {
        // Nobody proposes whoever is not there.
        sqlx::query!(
            "update zoom_account set proposal = null, person_id = null, why = null, chosen_at = null, chosen_by = null
             where person_id = $1",
            id.0
        )
        .execute(tx.db())
        .await?;
    }
    Ok(left)
}

/// A person as several records make them, or one that was one of several.
pub(crate) struct Merged {
    pub id: PersonId,
    pub user: User,
    /// Whether more than one record holds the person now.
    pub several: bool,
}

/// Writes many people in one statement: those who are not as they should be. Says who they were.
pub(crate) async fn update_all(tx: &mut Tx, people: &[Merged]) -> Result<Vec<PersonId>> {
    let now = tx.now();
    let names: Vec<String> = people.iter().map(|person| display_name(&person.user)).collect();
    let of = |text: fn(&User) -> Option<&str>| {
        people.iter().map(|person| text(&person.user).map(str::to_owned)).collect::<Vec<Option<String>>>()
    };
    let ids: Vec<Uuid> = people.iter().map(|person| person.id.0).collect();
    let states: Vec<String> = people.iter().map(|person| state(&person.user).as_str().to_owned()).collect();
    let user_names: Vec<String> = people.iter().map(|person| person.user.user_name().to_owned()).collect();
    let profiles: Vec<Value> = people.iter().map(|person| profile(&person.user)).collect();
    let sort: Vec<String> = names.iter().map(|name| sort_key(name)).collect();
    let search: Vec<String> = people.iter().zip(&names).map(|(it, name)| search_text(&it.user, name)).collect();
    let several: Vec<bool> = people.iter().map(|person| person.several).collect();
    let changed = sqlx::query_scalar!(
        "update person p set state = n.state, user_name = n.user_name, display_name = n.display_name, email = n.email,
                department = n.department, title = n.title, profile = n.profile, sort_key = n.sort_key,
                search = n.search, employee_number = n.employee_number, several = n.several,
                revision = p.revision + 1, updated_at = $1, gone = false
         from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[],
                     $10::text[], $11::text[], $12::text[], $13::bool[])
              as n(id, state, user_name, display_name, email, department, title, profile, sort_key, search,
                   employee_number, several)
         where p.id = n.id and (p.gone or p.several <> n.several or p.profile <> n.profile)
         returning p.id",
        now,
        &ids,
        &states,
        &user_names,
        &names,
        &of(User::email) as &[Option<String>],
        &of(User::department) as &[Option<String>],
        &of(User::title) as &[Option<String>],
        &profiles,
        &sort,
        &search,
        &of(employee_number) as &[Option<String>],
        &several
    )
    .fetch_all(tx.db())
    .await?;
    Ok(changed.into_iter().map(PersonId).collect())
}

fn state(user: &User) -> PersonState {
    if user.active() { PersonState::Active } else { PersonState::Deactivated }
}

/// What the person is called: what the source says, else what can be made of the parts.
pub(crate) fn display_name(user: &User) -> String {
    let parts: Vec<&str> = user.given_name().into_iter().chain(user.family_name()).collect();
    let joined = parts.join(" ");
    let made = Some(joined.trim()).filter(|name| !name.is_empty());
    user.display_name().or(user.formatted_name()).or(made).unwrap_or(user.user_name()).to_owned()
}

fn employee_number(user: &User) -> Option<&str> {
    user.employee_number().filter(|number| number.len() <= LONGEST_NUMBER)
}

fn search_text(user: &User, name: &str) -> String {
    let parts = [Some(name), Some(user.user_name()), user.email(), user.department()];
    fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// The attributes without `schemas`, which says nothing of a person.
fn profile(user: &User) -> Value {
    let attributes = user.attributes().iter().filter(|(name, _)| *name != "schemas");
    Value::Object(attributes.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn user(mut rest: Value) -> User {
        rest["userName"] = json!("Ada@Example.com");
        User::from_json(rest).unwrap()
    }

    #[test]
    fn a_name_is_found_for_everybody() {
        assert_eq!(display_name(&user(json!({}))), "Ada@Example.com");
        assert_eq!(display_name(&user(json!({"name": {"givenName": "Ada", "familyName": " "}}))), "Ada");
        let parts = json!({"givenName": "Ada", "familyName": "King", "formatted": "Ada K."});
        assert_eq!(display_name(&user(json!({"name": parts}))), "Ada K.");
        assert_eq!(display_name(&user(json!({"displayName": "A", "name": parts}))), "A");
    }
}
