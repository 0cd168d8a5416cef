//! Fuzz target `scrape_request`: see `fuzz::exposition::scrape_request`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::exposition::scrape_request(input));
