//! Fuzz target `exposition`: see `fuzz::exposition::exposition`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::exposition::exposition(input));
