//! Fuzz target `policy`: see `fuzz::rules::policy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::rules::policy(input));
