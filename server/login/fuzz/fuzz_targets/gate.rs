//! The SAML gate on any text. It must not panic, and what it lets through must hold nothing that two parsers could read
//! differently.
//!
//! `cargo +nightly fuzz run gate fuzz/corpus/gate src/saml/tests/recorded -- -dict=fuzz/gate.dict -max_len=20000`, in
//! `server/login`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if login::saml::testing::gate(text).is_ok() {
        assert!(!text.contains("<!"), "a document type, comment or CDATA section came through");
        assert!(text.matches("<?").count() <= 1, "a processing instruction came through");
        assert!(!text.contains('\0'));
    }
});
