//! Fuzz target `network_rules`: see `fuzz::rules::network`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::rules::network(input));
