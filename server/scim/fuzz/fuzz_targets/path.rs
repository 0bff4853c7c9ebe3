//! Any text as a PATCH path, a sort attribute and an attribute name.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| scim_fuzz::path(text));
