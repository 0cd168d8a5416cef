//! Fuzz target `log_events`: see `fuzz::log_events`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::log_events::run(input));
