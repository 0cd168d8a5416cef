//! Fuzz target `preface`: see `fuzz::handoff::preface`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::handoff::preface(input));
