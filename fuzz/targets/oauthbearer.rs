//! Fuzz target `oauthbearer`: see `fuzz::login::oauthbearer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::login::oauthbearer(input));
