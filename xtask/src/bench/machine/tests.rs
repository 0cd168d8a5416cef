//! Texts of `/proc`.

use super::*;

#[test]
fn idle_time_is_not_busy() {
    let stat = "cpu  100 10 50 9000 800 5 35 0 0 0\ncpu0 1 1 1 1 1 1 1 0 0 0\n";
    assert_eq!(busy_s(stat).unwrap(), 2.0);
    assert!(busy_s("cpu 1 2\n").is_err());
}

#[test]
fn memory_is_the_number_of_its_line() {
    let status = "VmHWM:\t  4096 kB\nVmRSS:\t  2048 kB\n";
    assert_eq!(memory_kib(status, "VmRSS:"), Some(2048.0));
    assert_eq!(memory_kib(status, "VmSwap:"), None);
}

#[test]
fn this_process_has_used_some() {
    assert!(memory_mib(std::process::id(), "VmHWM:").unwrap() > 0.5);
}
