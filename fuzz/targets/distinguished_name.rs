//! Fuzz target `distinguished_name`: see `fuzz::login::distinguished_name`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::login::distinguished_name(input));
