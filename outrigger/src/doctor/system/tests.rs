//! The table of mounts, and directories that are not there yet.

use super::{Mount, existing, mount_of};
use std::path::Path;

const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw,data=ordered
23 22 0:5 / /dev rw - devtmpfs devtmpfs rw
40 22 0:40 / /mnt/my\\040disk rw,noatime shared:9 - nfs4 host:/x rw,vers=4.2
41 22 0:41 / /mnt/my\\040disk/inner ro - tmpfs tmpfs rw,size=1k
nonsense
";

#[test]
fn the_longest_mount_point_is_where_a_path_is() {
    let cases = [
        ("/srv/x", "/", "ext4", "rw,relatime,rw,data=ordered"),
        ("/device", "/", "ext4", "rw,relatime,rw,data=ordered"),
        (
            "/mnt/my disk/a/b",
            "/mnt/my disk",
            "nfs4",
            "rw,noatime,rw,vers=4.2",
        ),
        (
            "/mnt/my disk/inner/c",
            "/mnt/my disk/inner",
            "tmpfs",
            "ro,rw,size=1k",
        ),
    ];
    for (path, point, kind, options) in cases {
        let expected = Mount {
            point: point.into(),
            kind: kind.into(),
            options: options.into(),
        };
        assert_eq!(mount_of(Path::new(path), MOUNTS), Some(expected), "{path}");
    }
    assert_eq!(mount_of(Path::new("/x"), ""), None);
}

#[test]
fn what_does_not_exist_yet_is_looked_for_above() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let below = temporary.path().join("a/b/c");
    assert_eq!(existing(&below), temporary.path());
}
