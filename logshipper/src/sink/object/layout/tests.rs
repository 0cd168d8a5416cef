//! Names, as MSK has them.

use super::{Compression, Layout};
use crate::sink::fixture::{TIME_MS, about};

#[test]
fn objects_are_named_as_msk_names_them() {
    let cluster = "demo-043b6d76-352c-494a-9eee-fbff5cc1687d-20";
    let hour = format!("AWSLogs/012345678910/KafkaBrokerLogs/us-east-1/{cluster}/2026-01-31-22");
    for (prefix, compression, expected) in [
        (
            "",
            Compression::Gzip,
            format!("{hour}/Broker-1_22-59_5b17f696.log.gz"),
        ),
        (
            "a/b",
            Compression::Zstd,
            format!("a/b/{hour}/Broker-1_22-59_5b17f696.log.zst"),
        ),
        (
            "/a/",
            Compression::None,
            format!("a/{hour}/Broker-1_22-59_5b17f696.log"),
        ),
    ] {
        let layout = Layout::new(prefix, &about(), "us-east-1", compression);
        let name = layout.name(TIME_MS, 0x5b17_f696);
        assert_eq!(name, expected);
        let (folder, file) = name.rsplit_once('/').unwrap();
        assert!(
            layout.is_ours(folder.rsplit_once('/').unwrap().1, file),
            "{name}"
        );
        assert!(name.starts_with(layout.folder()));
    }
}

#[test]
fn no_name_leaves_its_folder_and_a_cluster_needs_no_uuid() {
    let mut about = about();
    about.cluster_name = "../../etc".into();
    about.cluster_uuid = "".into();
    about.broker_id = "..".into();
    let layout = Layout::new("", &about, "us-east-1", Compression::Gzip);
    let name = layout.name(i64::MAX, 1);
    let folder = "AWSLogs/012345678910/KafkaBrokerLogs/us-east-1/.._.._etc/";
    assert_eq!(
        name,
        format!("{folder}1970-01-01-00/Broker-___00-00_00000001.log.gz")
    );
}

#[test]
fn what_others_put_there_is_not_ours() {
    let layout = Layout::new("", &about(), "us-east-1", Compression::Gzip);
    for (hour, file) in [
        ("2026-01-31-22", "Broker-2_22-59_5b17f696.log.gz"),
        ("2026-01-31-22", "Broker-1_22-59_5B17F696.log.gz"),
        ("2026-01-31-22", "Broker-1_22-59_5b17f696.log.bz2"),
        ("2026-01-31-22", "Broker-1_22-59_5b17f696.txt"),
        ("2026-01-31-22", "Broker-1_22-59_5b17f69.log.gz"),
        ("2026-01-31", "Broker-1_22-59_5b17f696.log.gz"),
        ("2026-01-31-22", "notes.log"),
    ] {
        assert!(!layout.is_ours(hour, file), "{hour}/{file}");
    }
}
