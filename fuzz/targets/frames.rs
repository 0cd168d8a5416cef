//! Fuzz target `frames`: see `fuzz::login::frames`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::login::frames(input));
