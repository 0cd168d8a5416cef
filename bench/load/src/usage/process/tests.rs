//! This process, and one field.

use super::*;

#[test]
fn reads_this_process() {
    let sample = Sample::of(std::process::id()).unwrap();
    assert!(sample.rss_kb > 0 && sample.peak_kb >= sample.rss_kb);
    assert!(sample.threads >= 1 && sample.descriptors >= 3);
}

#[test]
fn a_field_is_the_number_after_its_name() {
    assert_eq!(field("VmPeak: 7 kB\nVmRSS:\t  12 kB\n", "VmRSS:"), 12);
    assert_eq!(field("", "VmRSS:"), 0);
}
