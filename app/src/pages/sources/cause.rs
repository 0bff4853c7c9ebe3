//! Why a request did not get what it asked for, in words for whoever set the client up. What the client itself was told
//! is more exact, and stands beside.

use model::trace::RequestRow;

/// What happened, and what to do.
pub(super) struct Cause {
    pub(super) happened: &'static str,
    pub(super) advice: &'static str,
}

/// The cause of a request that failed.
pub(super) fn of(row: &RequestRow) -> Cause {
    let (happened, advice) = match (row.status, row.scim_type.as_deref()) {
        (None, _) => (
            "The client hung up before the answer",
            "Raise the client’s timeout, or look whether something between it and Rollcall cuts connections off. What it asked for was done whole or not at all.",
        ),
        (Some(403), _) => (
            "The token may not do this",
            "The token is for reading only, or may not be used from this address. Generate one that may, paste it into the provider, and revoke this one.",
        ),
        (Some(404), _) => (
            "What was asked for does not exist in this source",
            "Most clients then look the person up by name and make them anew. If this one repeats the same request, remove the person from the provider’s assignment and assign them again.",
        ),
        (Some(409), _) => (
            "Somebody else has this name already",
            "Look for the person in the directory: two accounts of the provider share a userName or an externalId. Correct one of them in the provider.",
        ),
        (Some(400), Some("invalidFilter")) => (
            "The client searched in a way that is not supported",
            "Have the provider match people by userName or externalId.",
        ),
        (Some(400), Some("mutability")) => (
            "The client tried to change what only Rollcall sets, or what it does not keep",
            "Take the attribute out of the provider’s mapping; for a password, turn password sync off.",
        ),
        (Some(400), Some("invalidValue")) => (
            "A value is not of the kind that the attribute takes",
            "Correct the attribute in the provider’s mapping. Nothing of the request was done.",
        ),
        (Some(400), Some("invalidPath" | "noTarget")) => (
            "The client changes an attribute that is not there",
            "Compare the attribute’s name in the provider’s mapping with those of the guide. Nothing of the request was done.",
        ),
        (Some(400), _) => (
            "The request could not be understood",
            "If it comes from a known provider, this is a fault of Rollcall: keep the request from its page and report it.",
        ),
        (Some(412), _) => {
            ("The resource was changed meanwhile", "Nothing to do: the client reads it again and repeats its change.")
        }
        (Some(413), _) => ("The request was too large", "Have the provider send fewer people or operations at once."),
        (Some(415), _) => (
            "The body is of a kind that SCIM does not have",
            "Choose application/scim+json or application/json in the provider.",
        ),
        (Some(405 | 501), _) => (
            "The client asked for something that is not supported",
            "Switch this part off in the provider. ServiceProviderConfig says what is supported.",
        ),
        (Some(500..), _) => (
            "Rollcall failed",
            "Nothing was changed, and the client tries again by itself. The server’s log has the cause; if it goes on, look at Operations.",
        ),
        (Some(_), _) => ("The request was refused", "The sentence beside says why."),
    };
    Cause { happened, advice }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use model::RequestId;

    fn happened(status: Option<u16>, scim_type: Option<&str>) -> &'static str {
        let row = RequestRow {
            id: RequestId(uuid::Uuid::nil()),
            at: DateTime::UNIX_EPOCH,
            method: "GET".into(),
            path: "/Users".into(),
            query: String::new(),
            status,
            duration_ms: 0,
            client: None,
            address: "192.0.2.1".into(),
            changes: Vec::new(),
            scim_type: scim_type.map(str::to_owned),
            detail: None,
        };
        of(&row).happened
    }

    #[test]
    fn the_keyword_tells_more_than_the_status() {
        assert_ne!(happened(Some(400), Some("invalidFilter")), happened(Some(400), None));
        assert_eq!(happened(Some(409), Some("uniqueness")), "Somebody else has this name already");
        assert_eq!(happened(None, None), "The client hung up before the answer");
        assert_eq!(happened(Some(503), None), "Rollcall failed");
    }
}
