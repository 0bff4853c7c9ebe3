//! Why a request did not get what it asked for, in words for whoever set the client up. What the client itself was told
//! is more exact, and stands beside.

use model::trace::RequestRow;

/// What happened, and what to do.
pub(super) struct Cause {
    pub(super) happened: &'static str,
    pub(super) advice: &'static str,
}

/// What a request is about, by its address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Person,
    Group,
    /// Somebody who is to be a member of it: the error begins with them.
    Members,
    /// No address that there is.
    Nowhere,
    Server,
}

impl About {
    fn of(row: &RequestRow) -> Self {
        let segments: Vec<&str> = row.path.split('/').filter(|segment| !segment.is_empty()).collect();
        let of_members = row.detail.as_deref().is_some_and(|detail| detail.starts_with("The member "));
        match segments.as_slice() {
            ["Users"] | ["Users", _] => Self::Person,
            ["Groups"] | ["Groups", _] if of_members => Self::Members,
            ["Groups"] | ["Groups", _] => Self::Group,
            []
            | [".search" | "Bulk" | "Me" | "ServiceProviderConfig" | "ResourceTypes" | "Schemas", ..]
            | [_, ".search"] => Self::Server,
            _ => Self::Nowhere,
        }
    }
}

/// The cause of a request that failed.
pub(super) fn of(row: &RequestRow) -> Cause {
    let about = About::of(row);
    let (happened, advice) = match (row.status, row.scim_type.as_deref()) {
        (None, _) => (
            "The client hung up before the answer",
            "Raise the client’s timeout, or look whether something between it and Rollcall cuts connections off. What it asked for was done whole or not at all.",
        ),
        (Some(200), _) => (
            "Operations of a bulk request were refused",
            "Which, and why, stands at each operation on the request’s page. The others were done.",
        ),
        (Some(400), keyword) => malformed(about, keyword),
        (Some(403), _) if row.detail.as_deref().is_some_and(|detail| !detail.contains("token")) => (
            "The client filters what cannot be filtered",
            "What the server says of itself comes whole. Switch the filter off in the provider, or pass this over.",
        ),
        (Some(403), _) => (
            "The token may not do this",
            "The token is for reading only, or may not be used from this address. Generate one that may, paste it into the provider, and revoke this one.",
        ),
        (Some(404), _) => missing(about, &row.method),
        (Some(409), _) => taken(about),
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

fn malformed(about: About, keyword: Option<&str>) -> (&'static str, &'static str) {
    match (keyword, about) {
        (Some("invalidFilter"), About::Group | About::Members) => (
            "The client searched in a way that is not supported",
            "Have the provider match groups by displayName or externalId.",
        ),
        (Some("invalidFilter"), _) => (
            "The client searched in a way that is not supported",
            "Have the provider match people by userName or externalId.",
        ),
        (Some("mutability"), About::Group | About::Members) => (
            "The client tried to change what only Rollcall sets",
            "Take the attribute out of the provider’s mapping for groups. Nothing of the request was done.",
        ),
        (Some("mutability"), _) => (
            "The client tried to change what only Rollcall sets, or what it does not keep",
            "Take the attribute out of the provider’s mapping; for a password, turn password sync off.",
        ),
        (Some("invalidValue"), About::Members) => (
            "A member of the group is not here",
            "The provider names somebody whom it has not sent to this source, or who was deleted. Assign the person (or the group inside of the group) in the provider first; the group follows with its next push. Nothing of the request was done.",
        ),
        (Some("invalidValue"), About::Group) => (
            "A value of the group is not of the kind that the attribute takes",
            "Correct the group, or its mapping, in the provider. Nothing of the request was done.",
        ),
        (Some("invalidValue"), _) => (
            "A value is not of the kind that the attribute takes",
            "Correct the attribute in the provider’s mapping. Nothing of the request was done.",
        ),
        (Some("invalidPath" | "noTarget"), _) => (
            "The client changes an attribute that is not there",
            "Compare the attribute’s name in the provider’s mapping with those of the guide. Nothing of the request was done.",
        ),
        (Some("tooMany"), _) => (
            "The client asked for more than one request may take",
            "Have the provider search by userName or externalId, and send fewer members at once. Nothing was changed.",
        ),
        _ => (
            "The request could not be understood",
            "If it comes from a known provider, this is a fault of Rollcall: keep the request from its page and report it.",
        ),
    }
}

fn missing(about: About, method: &str) -> (&'static str, &'static str) {
    match (about, method) {
        (About::Person, "DELETE") => (
            "The person to be deleted is not in this source",
            "Nothing to do: nobody of this id is left here. Most clients then count the person as deleted.",
        ),
        (About::Group | About::Members, "DELETE") => {
            ("The group to be deleted is not in this source", "Nothing to do: no group of this id is left here.")
        }
        (About::Person, _) => (
            "The person to be changed is not in this source",
            "Most clients then look the person up by name and make them anew. If this one repeats the same request, remove the person from the provider’s assignment and assign them again.",
        ),
        (About::Group | About::Members, _) => (
            "The group to be changed is not in this source",
            "Most clients then look the group up by name and make it anew. If this one repeats the same request, take the group out of what the provider pushes and add it again.",
        ),
        (About::Nowhere | About::Server, _) => (
            "There is nothing at this address",
            "Compare the SCIM URL in the provider with the one of this page: it ends in /scim/v2, and what follows counts upper and lower case.",
        ),
    }
}

fn taken(about: About) -> (&'static str, &'static str) {
    match about {
        About::Group | About::Members => (
            "Another group has this name already",
            "Two groups of the provider share a displayName or an externalId, or the group was sent twice. Rename one of them in the provider, or have it match groups by displayName.",
        ),
        _ => (
            "Somebody else has this name already",
            "Look for the person in the directory: two accounts of the provider share a userName or an externalId. Correct one of them in the provider.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trace::request;
    use super::*;
    use model::trace::Bulk;

    fn happened(status: Option<u16>, scim_type: Option<&str>) -> &'static str {
        of(&RequestRow { scim_type: scim_type.map(str::to_owned), ..request("PATCH", "/Users/x", status) }).happened
    }

    fn cause(method: &str, path: &str, status: u16, scim_type: &str, detail: &str) -> Cause {
        let scim_type = Some(scim_type.to_owned()).filter(|word| !word.is_empty());
        of(&RequestRow { scim_type, detail: Some(detail.into()), ..request(method, path, Some(status)) })
    }

    #[test]
    fn the_keyword_tells_more_than_the_status() {
        assert_ne!(happened(Some(400), Some("invalidFilter")), happened(Some(400), None));
        assert_eq!(happened(Some(409), Some("uniqueness")), "Somebody else has this name already");
        assert_eq!(happened(None, None), "The client hung up before the answer");
        assert_eq!(happened(Some(503), None), "Rollcall failed");
        let bulk = Some(Bulk { operations: 2, failed: 1 });
        let row = RequestRow { bulk, ..request("POST", "/Bulk", Some(200)) };
        assert_eq!(of(&row).happened, "Operations of a bulk request were refused");
    }

    #[test]
    fn what_is_about_a_group_does_not_speak_of_people() {
        for (method, path, status, keyword) in [
            ("POST", "/Groups", 409, "uniqueness"),
            ("PATCH", "/Groups/x", 404, ""),
            ("DELETE", "/Groups/x", 404, ""),
            ("PUT", "/Groups/x/", 400, "invalidValue"),
            ("GET", "/Groups", 400, "invalidFilter"),
        ] {
            let told = cause(method, path, status, keyword, "No.");
            let text = format!("{} {}", told.happened, told.advice);
            assert!(!text.contains("person") && !text.contains("people"), "{method} {path} {status}: {text}");
            assert_ne!(
                told.happened,
                cause(method, "/Users/x", status, "", "No.").happened,
                "{method} {path} {status}"
            );
        }
        let member =
            cause("PATCH", "/Groups/x", 400, "invalidValue", "The member \"7\" is no user or group of this source.");
        assert_eq!(member.happened, "A member of the group is not here");
    }

    #[test]
    fn a_wrong_address_is_none_of_a_resource() {
        for path in ["/users", "/scim/v2/Users", "/Users/x/y"] {
            assert_eq!(cause("GET", path, 404, "", "No.").happened, "There is nothing at this address", "{path}");
        }
        assert_eq!(
            cause("GET", "/Schemas", 403, "", "Nothing is filtered here.").happened.split(' ').nth(2),
            Some("filters")
        );
        assert_eq!(cause("GET", "/Schemas", 403, "", "This token only reads.").happened, "The token may not do this");
    }
}
