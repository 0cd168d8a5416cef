//! Checkpoints on a disk that tears them, and texts that are none.

use proptest::prelude::*;

use super::{Checkpoint, Entry, Plan, PlannedSpan, Store, Unreadable, file_name};
use crate::input::{Head, Identity, Mark, Node};

fn entry(number: u64, acknowledged: Vec<(u64, u64)>) -> Entry {
    let bytes = number.to_be_bytes();
    Entry {
        identity: Identity {
            file_id: format!("{number:016x}"),
            node: Node {
                device: 64,
                inode: number,
                birth_ns: number.is_multiple_of(2).then_some(17),
            },
            packed_bytes: number.is_multiple_of(3).then_some(99),
            head: Head::of(&bytes),
            mark: Mark::of(number, &bytes),
            size: number * 2,
            path: format!("/logs/\"quoted\" \u{1f980}-{number}.log"),
        },
        acknowledged,
        missing_since_ms: number.is_multiple_of(5).then_some(1),
    }
}

fn checkpoint(files: u64) -> Checkpoint {
    Checkpoint {
        sink: "cloudwatch-logs:/aws/msk/x".to_owned(),
        written_ms: 1_760_000_000_000,
        files: (0..files)
            .map(|number| entry(number, vec![(number + 2, number + 4)]))
            .collect(),
        plans: vec![Plan {
            name: "AWSLogs/x.log.gz".to_owned(),
            destination: String::new(),
            spans: vec![PlannedSpan {
                file: 0,
                start: 5,
                end: 9,
            }],
        }],
    }
}

proptest! {
    #[test]
    fn a_checkpoint_is_read_as_it_was_written(
        files in prop::collection::vec((any::<u32>(), prop::collection::vec((any::<u32>(), any::<u32>()), 0..4)), 0..20),
    ) {
        let mut written = checkpoint(2);
        written.files.extend(files.into_iter().map(|(number, ranges)| {
            let ranges = ranges.into_iter().map(|(start, end)| (u64::from(start), u64::from(end)));
            entry(u64::from(number), ranges.collect())
        }));
        let text = written.to_text().unwrap();
        prop_assert_eq!(Checkpoint::from_text(&text).unwrap(), written);
    }

    #[test]
    fn an_altered_checkpoint_is_never_taken_for_another(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let written = checkpoint(3);
        let mut text = written.to_text().unwrap();
        let at = at.index(text.len());
        text[at] ^= 1 << bit;
        if let Ok(read) = Checkpoint::from_text(&text) {
            // A bit of the first line that says the same, such as the case of a digit.
            prop_assert_eq!(read, written);
        }
    }

    #[test]
    fn no_text_is_more_than_an_error(text in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Checkpoint::from_text(&text);
    }
}

#[test]
fn a_torn_checkpoint_is_the_old_or_the_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (checkpoint(1), checkpoint(4));
    let store = Store::new(directory.path(), "s3:bucket");
    store.save(&old).unwrap();
    store.save(&new).unwrap();
    let whole = std::fs::read(store.path()).unwrap();
    for length in 0..=whole.len() {
        std::fs::write(store.path(), &whole[..length]).unwrap();
        let loaded = Store::new(directory.path(), "s3:bucket").load().unwrap();
        let is_whole = length == whole.len();
        assert_eq!(
            loaded.checkpoint.as_ref(),
            Some(if is_whole { &new } else { &old }),
            "{length}"
        );
        assert_eq!(loaded.warning.is_none(), is_whole);
    }
    // One that is damaged does not become the one before.
    std::fs::write(store.path(), &whole[..9]).unwrap();
    let store = Store::new(directory.path(), "s3:bucket");
    store.load().unwrap();
    store.save(&new).unwrap();
    std::fs::write(store.path(), b"").unwrap();
    assert_eq!(store.load().unwrap().checkpoint, Some(old));
    std::fs::remove_file(store.path()).unwrap();
    assert!(
        store
            .load()
            .unwrap()
            .warning
            .unwrap()
            .contains("is not there")
    );
}

#[test]
fn nothing_is_begun_anew_silently() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::new(directory.path(), "stdout:");
    let loaded = store.load().unwrap();
    assert_eq!((loaded.checkpoint, loaded.warning), (None, None));
    store.save(&checkpoint(1)).unwrap();
    let text = String::from_utf8(std::fs::read(store.path()).unwrap()).unwrap();
    std::fs::write(store.path(), "x").unwrap();
    let error = store.load().unwrap_err().to_string();
    assert!(
        error.contains("damaged") && error.contains("begin anew"),
        "{error}"
    );
    let newer = text.replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(
        Checkpoint::from_text(newer.as_bytes()),
        Err(Unreadable::Newer(2))
    );
    std::fs::write(store.path(), newer).unwrap();
    let error = store.load().unwrap_err().to_string();
    assert!(
        error.contains("version 2") && error.contains("newer one"),
        "{error}"
    );
}

#[test]
fn each_sink_has_a_file_of_its_own() {
    let name = |sink| file_name("checkpoint", sink, "json");
    let (one, two) = (
        name("cloudwatch-logs:/aws/msk"),
        name("cloudwatch-logs:_aws_msk"),
    );
    assert!(
        one.starts_with("checkpoint-cloudwatch-logs__aws_msk-"),
        "{one}"
    );
    assert_ne!(one, two);
    assert!(name(&"x".repeat(5000)).len() < 200);
}
