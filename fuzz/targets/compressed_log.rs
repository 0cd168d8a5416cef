//! Fuzz target `compressed_log`: see `fuzz::compressed_log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::compressed_log::run(input));
