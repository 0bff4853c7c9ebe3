//! Any bytes as the body of every kind of request.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scim_fuzz::body(bytes));
