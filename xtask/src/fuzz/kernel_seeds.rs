//! First inputs of the targets that play the kernel: the files of exporter-node's test machines, and one message each of netlink and D-Bus.

use std::fs;

use crate::command::{Failure, root};

/// The table that the target reads: `collector path` a line.
const FILES: &str = include_str!("../../../fuzz/src/kernel_files.txt");

/// Each file behind the byte that chooses it.
pub(super) fn files() -> Result<Vec<Vec<u8>>, Failure> {
    let tests = root().join("exporter-node/tests");
    let paths = FILES.lines().filter_map(|line| line.split_once(' '));
    let mut seeds = Vec::new();
    for (which, (_, path)) in (0u8..).zip(paths) {
        let found = ["devices", "machine"]
            .iter()
            .find_map(|machine| fs::read(tests.join(machine).join(path)).ok());
        let content = found.ok_or_else(|| Failure::of(path, "is in neither machine"))?;
        seeds.push([vec![which], content].concat());
    }
    Ok(seeds)
}

/// A message with one attribute, in the order of this machine.
pub(super) fn netlink() -> Vec<Vec<u8>> {
    let attribute = [&8u16.to_ne_bytes()[..], &3u16.to_ne_bytes(), b"lo\0\0"].concat();
    let head = [&24u32.to_ne_bytes()[..], &16u16.to_ne_bytes(), &[0; 10]].concat();
    vec![attribute.clone(), [head, attribute].concat()]
}

/// An answer whose body is a variant, and one with an array of structures.
pub(super) fn dbus() -> Vec<Vec<u8>> {
    let fields = b"\x05\x01u\0\x07\0\0\0\x08\x01g\0\x01v\0\0";
    let head = |body: u32| {
        let lengths = [body, 99, 15].map(u32::to_le_bytes).concat();
        [b"l\x02\x01\x01", &lengths[..], fields].concat()
    };
    let variant = b"\x01t\0\0\0\0\0\0\x05\0\0\0\0\0\0\0";
    let array = b"\x0c\0\0\0\0\0\0\0\x01\0\0\0a\0\0\0\x05\0\0\0";
    vec![
        [head(16), variant.to_vec()].concat(),
        [head(20), array.to_vec()].concat(),
    ]
}
