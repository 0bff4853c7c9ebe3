//! The attributes of a User by their names. Empty text counts as unassigned: OneLogin's templates
//! send it for everything that has no value.

use serde_json::{Map, Value};

use super::User;
use crate::schema::ENTERPRISE_USER;

impl User {
    /// Never empty in a user that was checked.
    pub fn user_name(&self) -> &str {
        self.text("userName").unwrap_or_default()
    }

    pub fn external_id(&self) -> Option<&str> {
        self.text("externalId")
    }

    /// Unassigned counts as true.
    pub fn active(&self) -> bool {
        self.attributes().get("active") != Some(&Value::Bool(false))
    }

    pub fn given_name(&self) -> Option<&str> {
        self.name("givenName")
    }

    pub fn family_name(&self) -> Option<&str> {
        self.name("familyName")
    }

    pub fn formatted_name(&self) -> Option<&str> {
        self.name("formatted")
    }

    pub fn display_name(&self) -> Option<&str> {
        self.text("displayName")
    }

    pub fn nick_name(&self) -> Option<&str> {
        self.text("nickName")
    }

    pub fn title(&self) -> Option<&str> {
        self.text("title")
    }

    pub fn user_type(&self) -> Option<&str> {
        self.text("userType")
    }

    pub fn preferred_language(&self) -> Option<&str> {
        self.text("preferredLanguage")
    }

    pub fn locale(&self) -> Option<&str> {
        self.text("locale")
    }

    pub fn timezone(&self) -> Option<&str> {
        self.text("timezone")
    }

    /// The primary e-mail address, else the one for work, else the first.
    pub fn email(&self) -> Option<&str> {
        self.preferred("emails")
    }

    /// The e-mail address of this type.
    pub fn email_of_type(&self, kind: &str) -> Option<&str> {
        self.of_type("emails", kind)
    }

    /// The primary telephone number, else the one for work, else the first.
    pub fn phone_number(&self) -> Option<&str> {
        self.preferred("phoneNumbers")
    }

    /// The telephone number of this type.
    pub fn phone_number_of_type(&self, kind: &str) -> Option<&str> {
        self.of_type("phoneNumbers", kind)
    }

    /// The value of each role, in order.
    pub fn roles(&self) -> Vec<&str> {
        self.elements("roles").filter_map(value_of).collect()
    }

    pub fn employee_number(&self) -> Option<&str> {
        self.enterprise("employeeNumber")
    }

    pub fn cost_center(&self) -> Option<&str> {
        self.enterprise("costCenter")
    }

    pub fn organization(&self) -> Option<&str> {
        self.enterprise("organization")
    }

    pub fn division(&self) -> Option<&str> {
        self.enterprise("division")
    }

    pub fn department(&self) -> Option<&str> {
        self.enterprise("department")
    }

    /// The manager's id, in the source's words.
    pub fn manager(&self) -> Option<&str> {
        let extension = self.attributes().get(ENTERPRISE_USER.id)?;
        filled(extension.get("manager")?.get("value"))
    }

    fn text(&self, name: &str) -> Option<&str> {
        filled(self.attributes().get(name))
    }

    fn name(&self, part: &str) -> Option<&str> {
        filled(self.attributes().get("name")?.get(part))
    }

    fn enterprise(&self, name: &str) -> Option<&str> {
        filled(self.attributes().get(ENTERPRISE_USER.id)?.get(name))
    }

    fn elements(&self, name: &str) -> impl Iterator<Item = &Map<String, Value>> {
        self.attributes().get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
    }

    fn of_type(&self, name: &str, kind: &str) -> Option<&str> {
        self.elements(name).filter(|element| is_of_type(element, kind)).find_map(value_of)
    }

    fn preferred(&self, name: &str) -> Option<&str> {
        self.elements(name)
            .filter(|element| element.get("primary") == Some(&Value::Bool(true)))
            .find_map(value_of)
            .or_else(|| self.of_type(name, "work"))
            .or_else(|| self.elements(name).find_map(value_of))
    }
}

fn is_of_type(element: &Map<String, Value>, kind: &str) -> bool {
    filled(element.get("type")).is_some_and(|t| t.eq_ignore_ascii_case(kind))
}

fn value_of(element: &Map<String, Value>) -> Option<&str> {
    filled(element.get("value"))
}

fn filled(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn user(rest: Value) -> User {
        let mut body = rest;
        body["userName"] = json!("ada");
        User::from_json(body).unwrap()
    }

    #[test]
    fn the_preferred_value() {
        let all = user(json!({"emails": [
            {"value": "first"}, {"value": "w", "type": "Work"}, {"value": "p", "primary": true}]}));
        assert_eq!(all.email(), Some("p"));
        assert_eq!(all.email_of_type("work"), Some("w"));
        assert_eq!(all.email_of_type("home"), None);
        let two = user(json!({"phoneNumbers": [
            {"value": "1"}, {"value": "", "primary": true}, {"value": "2", "type": "work"}]}));
        assert_eq!(two.phone_number(), Some("2"));
        assert_eq!(user(json!({"emails": ["only"]})).email(), Some("only"));
        assert_eq!(user(json!({})).email(), None);
    }

    #[test]
    fn every_name_reads_its_own_attribute() {
        let names = json!({"givenName": "g", "familyName": "f", "formatted": "gf"});
        let user = user(json!({
            "externalId": "e", "name": names, "displayName": "d", "nickName": "n", "title": "t",
            "userType": "u", "preferredLanguage": "pl", "locale": "l", "timezone": "tz",
            "active": false, "roles": ["a", {"display": "none"}, "b"],
            (ENTERPRISE_USER.id): {"employeeNumber": "en", "costCenter": "cc", "organization": "o",
                "division": "dv", "department": "dp", "manager": "m"},
        }));
        let read = [
            user.external_id(),
            user.given_name(),
            user.family_name(),
            user.formatted_name(),
            user.display_name(),
            user.nick_name(),
            user.title(),
            user.user_type(),
            user.preferred_language(),
            user.locale(),
            user.timezone(),
            user.employee_number(),
            user.cost_center(),
            user.organization(),
            user.division(),
            user.department(),
            user.manager(),
        ];
        let read: Vec<&str> = read.into_iter().map(Option::unwrap_or_default).collect();
        assert_eq!(read.join(" "), "e g f gf d n t u pl l tz en cc o dv dp m");
        assert_eq!(user.roles(), ["a", "b"]);
        assert!(!user.active());
    }

    #[test]
    fn empty_text_is_unassigned() {
        let user = user(json!({"title": "", (ENTERPRISE_USER.id): {"manager": {"value": ""}}}));
        assert_eq!(user.title(), None);
        assert_eq!(user.manager(), None);
        assert!(user.active());
    }
}
