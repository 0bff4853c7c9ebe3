//! A client that says exactly what it is told and hides nothing.

use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};
use simulator::{Options, Running, Simulator, urn};

pub struct Zoom {
    pub running: Running,
    pub http: reqwest::Client,
    pub token: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// Status and `detail` of a SCIM error, whose `status` must be that number.
    pub fn refusal(&self) -> (u16, &str) {
        assert_eq!(self.body["status"], json!(self.status), "a number, the same as HTTP's");
        assert_eq!(self.body["schemas"], json!([urn::ERROR]));
        assert!(self.body.get("scimType").is_none());
        (self.status, self.body["detail"].as_str().unwrap())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The keys of an object in the body, sorted.
    pub fn keys(&self, pointer: &str) -> Vec<String> {
        self.body.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap().to_owned()
    }
}

impl Zoom {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    #[expect(clippy::disallowed_methods, reason = "speaks to nobody but the simulator of its own test")]
    pub async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::default();
        change(&mut options);
        let running = Simulator::start(options).await.unwrap();
        let token = running.issue_token();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { running, http, token }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.running.base_url());
        self.http.request(method, url).bearer_auth(&self.token).header("accept", "application/scim+json")
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        send(self.request(method, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    pub async fn create(&self, body: &Value) -> Answer {
        self.send(Method::POST, "/scim2/Users", body).await
    }

    pub async fn put(&self, id: &str, body: &Value) -> Answer {
        self.send(Method::PUT, &user_path(id), body).await
    }

    pub async fn set_active(&self, id: &str, active: bool) -> Answer {
        let body = json!({
            "schemas": [urn::PATCH],
            "Operations": [{ "op": "replace", "value": { "active": active } }],
        });
        self.send(Method::PATCH, &user_path(id), &body).await
    }

    pub async fn find(&self, filter: &str) -> Answer {
        let query = [("filter", filter), ("startIndex", "1"), ("count", "100")];
        send(self.request(Method::GET, "/scim2/Users").query(&query)).await
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
    Answer { status, headers, body }
}

pub fn user_path(id: &str) -> String {
    format!("/scim2/Users/{}", id.replace('&', "%26"))
}

pub fn group_path(id: &str) -> String {
    format!("/scim2/Groups/{}", id.replace('&', "%26"))
}

/// Every attribute Zoom takes on a create, one of each sort in the extension.
pub fn jill() -> Value {
    json!({
        "schemas": [urn::USER, urn::ENTERPRISE, urn::ZOOM],
        "userName": "jchill@example.com",
        "userType": "Licensed",
        "name": { "givenName": "Jill", "familyName": "Chill" },
        "title": "Developer",
        "locale": "San Jose",
        "phoneNumbers": [{ "type": "work", "value": "+015550100" }],
        "roles": [{ "display": "Developer", "value": "Developer", "primary": true }],
        "groups": [{ "display": "Developers", "type": "direct", "value": "Developers" }],
        urn::ENTERPRISE: {
            "department": "Development",
            "organization": "Example",
            "costCenter": "US01",
            "employeeNumber": "123",
            "manager": "thill@example.com",
        },
        urn::ZOOM: {
            "pronouns": "They/Them",
            "transferee": "heir@example.com",
            "zoomUnited": "1",
            "zoomDocs": true,
            "zoomAICompanion": true,
            "zoomRevenueAcceleratorRole": "Agent",
            "zoomPhoneExtNumber": "0",
            "zoomPhoneCallingPlan": "3000",
            "zoomContactCenterRole": "Agent",
            "badge": "7",
        },
    })
}
