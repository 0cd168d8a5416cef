//! Lines of diskstats and of udev's data.

use super::{Disk, EXCLUDE, parse, udev};
use crate::filter::DeviceFilter;

#[test]
fn a_line_has_numbers_a_name_and_columns() {
    let line = "   8       0 sda 1 2 3 4 5 6 7 8 9 10 11";
    let disk = Disk {
        major: 8,
        minor: 0,
        device: "sda",
        columns: "1 2 3 4 5 6 7 8 9 10 11",
    };
    assert_eq!(parse(line).unwrap(), Some(disk));
    assert_eq!(parse(" ").unwrap(), None);
    for line in [
        "8 0 sda 1 2 3",
        "x 0 sda 1 2 3 4 5 6 7 8 9 10 11",
        "8",
        "8 0",
        "-8 0 a 1",
    ] {
        assert!(parse(line).is_err(), "{line:?}");
    }
}

#[test]
fn upstreams_default_leaves_partitions_out() {
    let service::flags::Shape::Text(default) = EXCLUDE.shape else {
        panic!("a text");
    };
    let filter = DeviceFilter::of(None, Some(default));
    for (device, ignored) in [
        ("sda", false),
        ("sda1", true),
        ("nvme0n1", false),
        ("nvme0n1p2", true),
        ("ram0", true),
        ("zram0", true),
        ("loop12", true),
        ("dm-0", false),
        ("vda", false),
        ("xvdb3", true),
    ] {
        assert_eq!(filter.ignores(device), ignored, "{device}");
    }
}

#[test]
fn properties_are_the_lines_of_the_environment() {
    let text = "S:disk/by-id\nE:ID_MODEL=A=B\nE:NOTHING\nG:systemd\nE:ID_FS_TYPE=xfs\n";
    let found = udev::properties(text);
    let found: Vec<_> = found
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(found, [("ID_FS_TYPE", "xfs"), ("ID_MODEL", "A=B")]);
}
