//! Fuzz target `mapping_rules`: see `fuzz::login::mapping_rules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::login::mapping_rules(input));
