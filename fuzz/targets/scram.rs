//! Fuzz target `scram`: see `fuzz::login::scram`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::login::scram(input));
