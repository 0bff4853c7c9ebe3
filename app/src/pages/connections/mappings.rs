//! The attribute mapping, to read: the default one, which holds for every connection.

use crate::components::{Card, Table};
use leptos::prelude::*;

struct Mapping {
    label: &'static str,
    zoom: &'static str,
    from: &'static str,
    apply: &'static str,
}

const fn mapping(label: &'static str, zoom: &'static str, from: &'static str, apply: &'static str) -> Mapping {
    Mapping { label, zoom, from, apply }
}

const CREATE: &str = "Create";
const BOTH: &str = "Create and update";

/// As `provision::mapping` and `provision::attributes` do it.
const MAPPINGS: [Mapping; 13] = [
    mapping("User name", "userName", "userName when it is an e-mail address, else the work e-mail", CREATE),
    mapping("E-mail", "emails", "the same address", CREATE),
    mapping("First name", "name.givenName", "name.givenName", BOTH),
    mapping("Last name", "name.familyName", "name.familyName", BOTH),
    mapping("Display name", "displayName", "displayName, else first and last name", BOTH),
    mapping("Active", "active", "whether the person is active in the directory", BOTH),
    mapping("Phone number", "phoneNumbers", "phoneNumbers of type work, else the primary one", BOTH),
    mapping("Licence", "userType", "userType when it is Basic, Licensed, On-Prem or Collaboration", BOTH),
    mapping("Role", "roles", "the primary role, else the first", BOTH),
    mapping("Job title", "title", "title", BOTH),
    mapping("Department", "department", "department (enterprise extension)", BOTH),
    mapping("Organization", "organization", "organization (enterprise extension)", BOTH),
    mapping("Locale", "locale", "locale; Zoom shows it as the location", BOTH),
];

pub(crate) fn mappings() -> AnyView {
    let rows = MAPPINGS.iter().map(|mapping| {
        let matching = if mapping.zoom == "userName" { "Finds the account" } else { "–" };
        view! {
            <tr>
                <th scope="row"><span class="font-[550]">{mapping.label}</span><span class="sub mono">{mapping.zoom}</span></th>
                <td>{mapping.from}</td>
                <td class="p2">{mapping.apply}</td>
                <td class="p3 muted">{matching}</td>
            </tr>
        }
    });
    view! {
        <Card
            id="mappings"
            title="Attribute mappings"
            count=13
            hint="The default mapping. Pictures and passwords cannot be sent: Zoom’s SCIM has neither."
        >
            <Table caption="Attribute mappings">
                <thead><tr>
                    <th scope="col">"Zoom attribute"</th>
                    <th scope="col">"From the person’s"</th>
                    <th scope="col" class="p2">"Apply on"</th>
                    <th scope="col" class="p3">"Matching"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </Table>
        </Card>
    }
    .into_any()
}
