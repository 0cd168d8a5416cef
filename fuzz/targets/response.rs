//! Fuzz target `response`: see `fuzz::response`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::response(input));
