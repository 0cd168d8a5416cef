//! A device of a bcachefs: its buckets, what it did, and its errors.
//!
//! ```text
//! io_done      read: / write:, each followed by lines `user        :610019098624`
//! io_errors    a title, `  read:    18828`, then the same since some later time
//! ```

use super::super::CollectError;
use super::super::attribute::{existing, text};
use super::{bytes, malformed};
use crate::families::{Desc, Families};
use crate::file::KeptTree;

static INFO: Desc = Desc::gauge("node_bcachefs_device_info", "Device information.");
static BUCKET_SIZE: Desc = Desc::gauge(
    "node_bcachefs_device_bucket_size_bytes",
    "Bucket size in bytes.",
);
static BUCKETS: Desc = Desc::gauge("node_bcachefs_device_buckets", "Total number of buckets.");
static DURABILITY: Desc = Desc::gauge(
    "node_bcachefs_device_durability",
    "Device durability setting.",
);
static DONE: Desc = Desc::counter(
    "node_bcachefs_device_io_done_bytes_total",
    "IO bytes by operation type and data type.",
);
static ERRORS: Desc = Desc::counter(
    "node_bcachefs_device_io_errors_total",
    "IO errors by error type.",
);

pub(super) fn put(
    tree: &mut KeptTree,
    uuid: &str,
    directory: &str,
    families: &mut Families,
) -> Result<(), CollectError> {
    let device = directory.trim_start_matches("dev-");
    let mut read = |file: &str| {
        let found = existing(text(tree, uuid, &format!("{directory}/{file}")));
        found.map(Option::unwrap_or_default)
    };
    let labels = [("uuid", uuid), ("device", device)];
    let (label, state) = (read("label")?, read("state")?);
    let info = [labels[0], labels[1], ("label", &label), ("state", &state)];
    families.put(&INFO, &info, 1.0);
    let numbers = [
        ("bucket_size", &BUCKET_SIZE),
        ("nbuckets", &BUCKETS),
        ("durability", &DURABILITY),
    ];
    for (file, desc) in numbers {
        let value = match read(file)?.as_str() {
            "" => 0.0,
            text => bytes(text).ok_or_else(|| malformed(uuid, directory))?,
        };
        families.put(desc, &labels, value);
    }
    let done = read("io_done")?;
    each_done(&done, |operation, data_type, value| {
        let labels = [
            labels[0],
            labels[1],
            ("operation", operation),
            ("data_type", data_type),
        ];
        families.put(&DONE, &labels, value as f64);
    })
    .ok_or_else(|| malformed(uuid, directory))?;
    let errors = read("io_errors")?;
    each_error(&errors, |kind, value| {
        let labels = [labels[0], labels[1], ("type", kind)];
        families.put(&ERRORS, &labels, value as f64);
    })
    .ok_or_else(|| malformed(uuid, directory))
}

fn each_done(text: &str, mut put: impl FnMut(&str, &str, u64)) -> Option<()> {
    let mut operation = None;
    for line in text.lines().map(str::trim) {
        match line {
            "read:" => operation = Some("read"),
            "write:" => operation = Some("write"),
            _ => {
                if let (Some(operation), Some((kind, value))) = (operation, line.split_once(':')) {
                    put(operation, kind.trim(), value.trim().parse().ok()?);
                }
            }
        }
    }
    Some(())
}

fn each_error(text: &str, mut put: impl FnMut(&str, u64)) -> Option<()> {
    let mut lines = text.lines();
    lines.find(|line| line.starts_with("IO errors since filesystem creation"));
    for line in lines.take_while(|line| !line.starts_with("IO errors since ")) {
        if let Some((kind, value)) = line.split_once(':') {
            put(kind.trim(), value.trim().parse().ok()?);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{each_done, each_error};

    #[test]
    fn bytes_belong_to_the_operation_above() {
        let mut told = Vec::new();
        let text = "lost: 9\nread:\nsb   :  86016\nwrite:\nuser:5\n\n";
        let result = each_done(text, |operation, kind, value| {
            told.push(format!("{operation} {kind} {value}"));
        });
        assert_eq!(result, Some(()));
        assert_eq!(told, ["read sb 86016", "write user 5"]);
        assert_eq!(each_done("read:\nsb: x\n", |_, _, _| ()), None);
    }

    #[test]
    fn errors_are_those_since_creation() {
        let mut told = Vec::new();
        let text = "IO errors since filesystem creation\n  read:  18828\n  checksum:5\n\
                    IO errors since 8 y ago\n  read:  1\n";
        let result = each_error(text, |kind, value| told.push(format!("{kind} {value}")));
        assert_eq!(result, Some(()));
        assert_eq!(told, ["read 18828", "checksum 5"]);
        assert_eq!(
            each_error("IO errors since filesystem creation\nread:\n", |_, _| ()),
            None
        );
    }
}
