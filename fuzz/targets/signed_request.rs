//! Fuzz target `signed_request`: see `fuzz::login::signed_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::login::signed_request(input));
