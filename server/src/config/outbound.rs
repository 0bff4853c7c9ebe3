//! Which addresses Rollcall may call.

use super::reader::{Reader, switch};

#[derive(Debug)]
pub struct Outbound {
    /// `ROLLCALL_ALLOW_PRIVATE_URLS` (0): lets the addresses that administrators type be plain http and lie in private
    /// networks. For the demo, tests and internal identity providers; never a setting on a screen.
    pub allow_private_urls: bool,
}

impl Outbound {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self { allow_private_urls: reader.parse("ROLLCALL_ALLOW_PRIVATE_URLS", false, "0", switch) }
    }
}
