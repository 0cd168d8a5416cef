//! Fuzz target `kernel_file`: see `fuzz::kernel::file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::kernel::file(input));
