//! A Zoom that answers over HTTP: the token endpoint and the eleven SCIM
//! operations, with Zoom's quirks, limits, error texts and, when asked, faults.
//! The demo and the tests provision into it.
//!
//! It never stores anything outside memory, never calls anybody and never
//! listens on anything but the address it is given (loopback at first). Where
//! Zoom's behaviour is documented it is followed to the letter; where it is
//! not, the comment beside the code says what was assumed.
//!
//! Start with [`Simulator::start`] and [`Options`]; hold the [`Running`] and
//! look inside through its [`Handle`]. The road of a request: `serve` (HTTP,
//! faults, journal), `api` (token, limits, which operation), then `users` or
//! `groups`, which change `state`; `refusal` holds every error Zoom words.

mod api;
mod attributes;
mod call;
mod clock;
mod fault;
mod filter;
mod group;
mod groups;
mod handle;
mod ids;
mod journal;
mod oauth;
mod operation;
mod options;
mod project;
mod rates;
mod refusal;
mod reply;
mod running;
mod seats;
mod serve;
mod snapshot;
mod state;
mod user;
mod users;

pub use fault::{Answer, Effect, Fault, Gate};
pub use group::Group;
pub use handle::{Handle, TimedOut};
pub use journal::Entry;
pub use operation::{Label, Operation};
pub use options::{Account, App, Churn, Credentials, Options, Rights};
pub use rates::{Rates, RetryAfter};
pub use running::{Running, Simulator, StartError};
pub use snapshot::Snapshot;
pub use state::{State, Transfer};
pub use user::{Kind, User};

/// The schema and message URNs that Zoom's SCIM speaks.
pub mod urn {
    pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
    pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
    pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    /// Licences, phone and custom attributes.
    pub const ZOOM: &str = "urn:ietf:params:scim:schemas:extension:zoom:1.0:User";
    /// `loginType`, in answers to GET and LIST only.
    pub const LOGIN: &str = "urn:us:zoom:scim:schemas:extension:1.0:ZoomUser";
    pub const ZOOM_GROUP: &str = "urn:ietf:params:scim:schemas:extension:zoom:2.0:Group";
    pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
    pub const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
}
