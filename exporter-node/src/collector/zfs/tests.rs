//! Tables of kstat, as they are and as they are not.

use exposition::Format;

use super::{Row, each_row, put_io, put_objset, put_state};
use crate::families::Families;

fn told(put: impl FnOnce(&mut Families) -> Option<()>) -> Option<String> {
    let mut families = Families::default();
    put(&mut families)?;
    let mut text = Vec::new();
    families.write(Format::Text004, &mut text);
    let text = String::from_utf8(text).unwrap();
    let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    Some(samples.join("\n"))
}

#[test]
fn rows_have_types() {
    let rows = |text: &str| {
        let mut rows = Vec::new();
        let result = each_row(text, |row| match row {
            Row::Number(name, value) => rows.push(format!("{name}={value}")),
            Row::Dataset(name) => rows.push(name.to_owned()),
        });
        result.map(|()| rows.join(" "))
    };
    let title = "13 1 0x01 91 4368 5266997922 97951858082072\nname type data\n";
    let good = format!("{title}hits 4 8772612\nlow 3 -7\nname 7 text\n\n");
    assert_eq!(rows(&good).as_deref(), Some("hits=8772612 low=-7"));
    assert_eq!(rows(&format!("{title}hits 4 -1\n")), None);
    assert_eq!(rows(&format!("{title}hits 4 18446744073709551616\n")), None);
    assert_eq!(rows("hits 4 1\n"), None);
    assert_eq!(rows(""), None);
}

#[test]
fn pools_and_their_datasets() {
    let objset = "36 1 0x01 7 2160 0 0\nname type data\ndataset_name 7 pool1/my data\nnread 4 5\n";
    assert_eq!(
        told(|families| put_objset(objset, "pool1", families)).as_deref(),
        Some("node_zfs_zpool_dataset_nread{zpool=\"pool1\",dataset=\"pool1/my data\"} 5")
    );
    let io = "12 3 0x00 1 80 79205351707403 395818011156865\nnread nwritten\n1884160 3206144\n";
    assert_eq!(
        told(|families| put_io(io, "p", families)).as_deref(),
        Some(
            "node_zfs_zpool_nread{zpool=\"p\"} 1884160\n\
             node_zfs_zpool_nwritten{zpool=\"p\"} 3206144"
        )
    );
    assert_eq!(told(|families| put_io("nread\n", "p", families)), None);
    assert_eq!(told(|families| put_io("nread\nx\n", "p", families)), None);
    let state = told(|families| put_state("DEGRADED\n", "p", families)).unwrap();
    assert!(state.contains("state=\"degraded\"} 1"), "{state}");
    assert_eq!(state.matches("} 1").count(), 1, "{state}");
}
