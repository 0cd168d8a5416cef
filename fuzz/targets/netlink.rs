//! Fuzz target `netlink`: see `fuzz::kernel::netlink`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::kernel::netlink(input));
