//! xmlsec prints what it finds wrong to standard error, several lines for each bad signature, which anybody can post.

use std::ffi::c_int;
use std::sync::Once;

#[expect(unsafe_code, reason = "samael does not pass this function on; it takes a number and sets a flag")]
unsafe extern "C" {
    safe fn xmlSecErrorsDefaultCallbackEnableOutput(enabled: c_int);
}

/// Makes it silent, for the whole process.
pub(super) fn silence() {
    static SILENT: Once = Once::new();
    SILENT.call_once(|| xmlSecErrorsDefaultCallbackEnableOutput(0));
}
