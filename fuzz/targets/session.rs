//! Fuzz target `session`: see `fuzz::login::session`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::login::session(input));
