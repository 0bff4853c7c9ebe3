//! Every refusal that Zoom words, with its status. The texts are Zoom's own
//! (SCIM2 reference) unless a comment says otherwise; clients have nothing but
//! the text to tell two 409s apart, so not a letter may change.

use serde_json::{Value, json};

use crate::urn;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("Account has not enabled Single Sign-On.")]
    SsoOff,
    #[error("The request body must be in JSON format.")]
    NotJson,
    #[error("The request JSON must not be empty.")]
    EmptyJson,
    #[error("The \"userName\" of the request is invalid.")]
    InvalidUserName,
    #[error("The email \"{0}\" is already in use.")]
    AlreadyInUse(String),
    #[error("User is inactive or locked.")]
    InactiveOrLocked,
    #[error("Cannot change the email of Admin user.")]
    AdminEmail,
    #[error("Cannot update Zoom Room user to free")]
    RoomToFree,
    #[error("Cannot assign Zoom Whiteboard and Zoom Whiteboard Plus to a user at the same time.")]
    BothWhiteboards,
    #[error("User is force inactive.")]
    ForceInactive,
    #[error("Cannot activate or deactivate Zoom Room and Admin users.")]
    RoomOrAdmin,
    /// Observed, not in the reference (devforum 100447).
    #[error("The request json did not contains valid active field.")]
    NoActiveField,
    #[error("Cannot delete Admin user.")]
    AdminDelete,
    #[error("The current filter is not supported, the filter name: {0}")]
    UserFilter(String),
    /// A pending invitee, or a user of another account (devforum 7646).
    #[error("User {0} not exist or not belong to this account.")]
    NotInAccount(String),
    #[error(
        "The email domain does not match the associated domain of the account, please contact Zoom Customer Support to set up if necessary."
    )]
    DomainNotAssociated,
    #[error("Cannot add paid users.")]
    NoPaidSeats,
    /// Text and status assumed: Zoom documents them for its REST API only.
    #[error("Your account has reached the permitted maximum number of {0} basic users.")]
    BasicCap(usize),
    #[error("The Zoom United Plan is invalid.")]
    InvalidUnitedPlan,
    #[error("Cannot create more users with {0}.")]
    PlanFull(&'static str),
    #[error("Email ''{0}'' has already been used.")]
    EmailUsed(String),
    #[error("User does not exist.")]
    NoSuchUser,
    #[error("The request was denied due to insufficient permissions: \"{0}\".")]
    MissingRight(&'static str),
    #[error("The current login user does not have the \"User:Read\" permission.")]
    MissingListRight,
    /// Zoom's general validation error; that SCIM uses it is assumed.
    #[error("Validation Failed.")]
    Validation(&'static str),
    #[error("The current filter does not support the filter name: {0}")]
    GroupFilter(String),
    #[error("The \"DisplayName\" of the request is invalid.")]
    InvalidDisplayName,
    #[error("Group {0} exists.")]
    GroupExists(String),
    #[error("The \"Operations\" of the request is invalid.")]
    InvalidOperations,
    #[error(
        "The request body size exceeds the 100,000 character limit. Please reduce the payload size or contact Zoom Support to request a limit increase."
    )]
    BodyTooLarge,
    #[error("Cannot delete account default group.")]
    DefaultGroup,
    #[error("Group does not exist.")]
    NoSuchGroup,
}

impl Refusal {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::NoSuchUser | Self::NoSuchGroup => 404,
            Self::MissingRight(_) | Self::MissingListRight => 403,
            Self::DomainNotAssociated
            | Self::NoPaidSeats
            | Self::BasicCap(_)
            | Self::InvalidUnitedPlan
            | Self::PlanFull(_)
            | Self::EmailUsed(_)
            | Self::GroupExists(_) => 409,
            _ => 400,
        }
    }

    /// SCIM's error, `status` as a number and no `scimType`, as two
    /// independent traces of Zoom show it.
    pub(crate) fn body(&self) -> Value {
        match self {
            Self::Validation(field) => json!({
                "code": 300,
                "message": self.to_string(),
                "errors": [{ "field": field, "message": "Invalid field." }],
            }),
            _ => json!({
                "schemas": [urn::ERROR],
                "detail": self.to_string(),
                "status": self.status(),
            }),
        }
    }
}
