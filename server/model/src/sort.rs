//! What lists are sorted by, where one can choose.

crate::words! {
    /// The order of the accounts that an import found; a minus turns it round.
    AccountsSort {
        Name = "name", "Zoom user";
        NameDown = "-name", "Zoom user, descending";
        UserName = "user_name", "User name";
        UserNameDown = "-user_name", "User name, descending";
    }
}

impl AccountsSort {
    pub const fn is_down(self) -> bool {
        matches!(self, Self::NameDown | Self::UserNameDown)
    }

    pub const fn is_by_user_name(self) -> bool {
        matches!(self, Self::UserName | Self::UserNameDown)
    }

    /// By the same, the other way round.
    #[must_use]
    pub const fn turned(self) -> Self {
        match self {
            Self::Name => Self::NameDown,
            Self::NameDown => Self::Name,
            Self::UserName => Self::UserNameDown,
            Self::UserNameDown => Self::UserName,
        }
    }
}
