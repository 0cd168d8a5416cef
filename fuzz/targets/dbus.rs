//! Fuzz target `dbus`: see `fuzz::kernel::dbus`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::kernel::dbus(input));
