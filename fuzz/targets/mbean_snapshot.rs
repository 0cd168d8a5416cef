//! Fuzz target `mbean_snapshot`: see `fuzz::mbeans::snapshot`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::mbeans::snapshot(input));
