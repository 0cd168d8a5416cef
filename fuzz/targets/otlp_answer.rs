//! Fuzz target `otlp_answer`: see `fuzz::push::answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::push::answer(input));
