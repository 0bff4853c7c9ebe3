//! Any text as a filter.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| scim_fuzz::filter(text));
