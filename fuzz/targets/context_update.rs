//! Fuzz target `context_update`: see `fuzz::handoff::context_update`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::handoff::context_update(input));
