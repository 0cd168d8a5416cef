//! Crashes: of the process, where the page cache stays, and of the machine, where it does not.

use std::os::unix::fs::FileExt;

use proptest::prelude::*;

use crate::test_log::{NOW_MS, TestDir, batch, sequenced};
use crate::{Crash, Durability, LogSettings};

/// Small segments and a dense index, so that a few records are many files.
fn small() -> LogSettings {
    LogSettings {
        segment_bytes: 1000,
        index_interval_bytes: 150,
        ..LogSettings::default()
    }
}

fn log_file(dir: &TestDir, base_offset: i64) -> std::path::PathBuf {
    dir.path().join(format!("t-0/{base_offset:020}.log"))
}

#[test]
fn after_kill_nothing_is_lost_and_only_the_unflushed_is_read() {
    let dir = TestDir::new();
    let settings = LogSettings::default();
    let value = "x".repeat(1000);
    let one = batch(&[&value]).len() as u64;
    {
        let (disk, (log, _)) = dir.recover(settings.clone());
        for _ in 0..500 {
            log.put(batch(&[&value])).unwrap();
        }
        log.flush(NOW_MS).unwrap();
        disk.checkpoint().unwrap();
        for _ in 0..10 {
            log.put(batch(&[&value])).unwrap();
        }
    }
    let (disk, (log, recovery)) = dir.recover(settings);
    assert_eq!(recovery.checked_bytes, 10 * one);
    assert_eq!(recovery.truncated_bytes, 0);
    // Checkpoints, an index page, and the headers from the last index entry on.
    let read = disk.counters().bytes_read;
    assert!(read < 10 * one + 20_000, "{read}");
    assert_eq!(log.values(0).len(), 510);
}

#[test]
fn a_snapshot_of_producers_is_a_recovery_point_too() {
    let dir = TestDir::new();
    {
        let log = dir.log(LogSettings::default());
        for n in 0..50 {
            log.put(sequenced(1, 0, n, &["x"])).unwrap();
        }
        // No checkpoint follows.
        log.flush(NOW_MS).unwrap();
        log.put(sequenced(1, 0, 50, &["y"])).unwrap();
    }
    let (_, (log, recovery)) = dir.recover(LogSettings::default());
    assert_eq!(
        recovery.checked_bytes,
        sequenced(1, 0, 50, &["y"]).len() as u64
    );
    // The whole window is known: from the snapshot, and from what came after it.
    for n in 46..51 {
        let again = log
            .put(sequenced(1, 0, n, &[if n < 50 { "x" } else { "y" }]))
            .unwrap();
        assert!(again.duplicate);
        assert_eq!(again.base_offset, i64::from(n));
    }
    assert!(log.put(sequenced(1, 0, 45, &["x"])).is_err());
    assert!(!log.put(sequenced(1, 0, 51, &["z"])).unwrap().duplicate);
}

#[test]
fn a_damaged_snapshot_is_made_up_for_from_the_log() {
    let dir = TestDir::new();
    let snapshot = |offset: i64| dir.path().join(format!("t-0/{offset:020}.snapshot"));
    {
        let (disk, (log, _)) = dir.recover(small());
        for n in 0..20 {
            log.put(sequenced(1, 0, n, &["x"])).unwrap();
            log.put(sequenced(2, 0, n, &["x"])).unwrap();
            if n == 9 || n == 19 {
                log.flush(NOW_MS).unwrap();
            }
        }
        log.close(NOW_MS).unwrap();
        disk.close().unwrap();
    }
    assert!(snapshot(20).exists());
    std::fs::write(snapshot(40), b"damaged").unwrap();
    let log = dir.log(small());
    let last: Vec<_> = log.producers().iter().map(|p| p.last_sequence).collect();
    assert_eq!(last, [19, 19]);
    assert!(log.put(sequenced(1, 0, 15, &["x"])).unwrap().duplicate);
    drop(log);
    // Without any snapshot as well.
    std::fs::write(snapshot(20), b"damaged").unwrap();
    let log = dir.log(small());
    assert!(log.put(sequenced(2, 0, 15, &["x"])).unwrap().duplicate);
}

#[test]
fn the_log_is_cut_at_the_first_bad_batch_and_goes_on_from_there() {
    type Damage = fn(&std::fs::File, u64);
    let damages: [(&str, Damage); 4] = [
        ("a flipped bit", |file, at| {
            file.write_all_at(b"\xff", at + 65).unwrap()
        }),
        ("a cut", |file, at| file.set_len(at + 30).unwrap()),
        ("zeros", |file, at| {
            file.write_all_at(&[0; 200], at).unwrap()
        }),
        ("an earlier offset", |file, at| {
            file.write_all_at(&[0; 8], at).unwrap()
        }),
    ];
    let one = batch(&["0"]).len() as u64;
    for (name, damage) in damages {
        let dir = TestDir::new();
        {
            let log = dir.log(small());
            for n in 0..40 {
                log.put(batch(&[&(n % 10).to_string()])).unwrap();
            }
        }
        let second = 1000 / one as i64;
        let file = std::fs::OpenOptions::new()
            .write(true)
            .open(log_file(&dir, second))
            .unwrap();
        damage(&file, 3 * one);
        let end = second + 3;
        let (disk, (log, recovery)) = dir.recover(small());
        assert_eq!(log.offsets().end, end, "{name}");
        let lost = (40 - end as u64) * one;
        let cut = if name == "a cut" {
            lost - (second as u64 - 3) * one + 30
        } else {
            lost
        };
        assert_eq!(recovery.truncated_bytes, cut, "{name}");
        assert_eq!(log.values(0).len() as i64, end, "{name}");
        assert_eq!(
            log.put(batch(&["next"])).unwrap().base_offset,
            end,
            "{name}"
        );
        drop((disk, log));
        let (_, (log, recovery)) = dir.recover(small());
        assert_eq!(recovery.truncated_bytes, 0, "{name}");
        assert_eq!(log.values(end), ["next"], "{name}");
    }
}

#[test]
fn flushed_batches_that_vanished_are_noticed_after_a_crash() {
    let dir = TestDir::new();
    {
        let (disk, (log, _)) = dir.recover(LogSettings::default());
        for n in 0..10 {
            log.put(sequenced(1, 0, n, &["x"])).unwrap();
        }
        log.flush(NOW_MS).unwrap();
        disk.checkpoint().unwrap();
    }
    let one = sequenced(1, 0, 0, &["x"]).len() as u64;
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(log_file(&dir, 0))
        .unwrap();
    file.set_len(4 * one).unwrap();
    let (_, (log, _)) = dir.recover(LogSettings::default());
    assert_eq!(log.offsets().end, 4);
    assert_eq!(log.producers()[0].last_sequence, 3);
    assert!(!log.put(sequenced(1, 0, 4, &["x"])).unwrap().duplicate);
}

#[test]
fn marks_of_what_was_lost_are_not_taken_for_what_came_after() {
    let dir = TestDir::new();
    let one = sequenced(1, 0, 0, &["x"]).len() as u64;
    {
        let (disk, (log, _)) = dir.recover(LogSettings::default());
        for n in 0..10 {
            log.put(sequenced(1, 0, n, &["x"])).unwrap();
        }
        log.flush(NOW_MS).unwrap();
        log.delete_records_before(8, NOW_MS).unwrap();
        disk.checkpoint().unwrap();
    }
    let write = || {
        std::fs::OpenOptions::new()
            .write(true)
            .open(log_file(&dir, 0))
            .unwrap()
    };
    write().set_len(4 * one).unwrap();
    {
        let log = dir.log(LogSettings::default());
        assert_eq!((log.offsets().start, log.offsets().end), (4, 4));
        for n in 4..12 {
            log.put(sequenced(1, 0, n, &["y"])).unwrap();
        }
    }
    // Before the old recovery point, and not flushed.
    write().write_all_at(b"\xff", 6 * one + 65).unwrap();
    let log = dir.log(LogSettings::default());
    assert_eq!((log.offsets().start, log.offsets().end), (4, 6));
    assert_eq!(log.producers()[0].last_sequence, 5);
}

#[test]
fn missing_indexes_are_built_anew() {
    let dir = TestDir::new();
    let settings = LogSettings {
        index_interval_bytes: 100,
        ..LogSettings::default()
    };
    {
        let (disk, (log, _)) = dir.recover(settings.clone());
        for n in 0..100 {
            log.put(batch(&[&n.to_string()])).unwrap();
        }
        log.close(NOW_MS).unwrap();
        disk.close().unwrap();
    }
    let index = dir.path().join("t-0/00000000000000000000.index");
    let time_index = dir.path().join("t-0/00000000000000000000.timeindex");
    let before = std::fs::read(&index).unwrap();
    std::fs::remove_file(&index).unwrap();
    std::fs::remove_file(&time_index).unwrap();
    let log = dir.log(settings);
    assert_eq!(log.values(73)[0], "73");
    log.put(batch(&["100"])).unwrap();
    log.close(NOW_MS).unwrap();
    let after = std::fs::read(&index).unwrap();
    assert_eq!(after[..before.len()], before);
    assert!(time_index.exists());
}

#[test]
fn orphaned_files_are_cleared_away() {
    let dir = TestDir::new();
    drop(dir.log(LogSettings::default()));
    let names = [
        "00000000000000000009.index",
        "00000000000000000009.timeindex",
        "00000000000000000003.log.deleted",
        "leader-epoch-checkpoint.tmp",
    ];
    for name in names {
        std::fs::write(dir.path().join("t-0").join(name), b"x").unwrap();
    }
    std::fs::write(dir.path().join("t-0/notes.txt"), b"mine").unwrap();
    dir.log(LogSettings::default());
    for name in names {
        assert!(!dir.path().join("t-0").join(name).exists(), "{name}");
    }
    assert!(dir.path().join("t-0/notes.txt").exists());
}

#[test]
fn an_index_that_lies_is_passed_over() {
    let dir = TestDir::new();
    let settings = LogSettings {
        index_interval_bytes: 200,
        ..LogSettings::default()
    };
    {
        let (disk, (log, _)) = dir.recover(settings.clone());
        for n in 0..300 {
            log.put(batch(&[&n.to_string()])).unwrap();
        }
        log.close(NOW_MS).unwrap();
        disk.close().unwrap();
    }
    let index = dir.path().join("t-0/00000000000000000000.index");
    let good = std::fs::read(&index).unwrap();
    // Every position: wrong by a little, by a batch, or past the end.
    for wrong in [1_u32, batch(&["100"]).len() as u32, 1 << 30] {
        let mut bytes = good.clone();
        for entry in bytes.chunks_exact_mut(8) {
            let position = u32::from_be_bytes(entry[4..].try_into().unwrap());
            entry[4..].copy_from_slice(&(position + wrong).to_be_bytes());
        }
        std::fs::write(&index, bytes).unwrap();
        let log = dir.log(settings.clone());
        for from in [0, 1, 57, 200, 299] {
            assert_eq!(log.values(from)[0], from.to_string());
        }
    }
}

#[test]
fn a_log_that_was_made_before_a_kill_is_durable_with_its_first_commit() {
    let dir = TestDir::new();
    let settings = LogSettings {
        durability: Durability::Sync,
        ..small()
    };
    drop(dir.recover(settings.clone()));
    {
        let (_, (log, recovery)) = dir.recover(settings.clone());
        assert!(!recovery.created);
        log.put(batch(&["a"])).unwrap();
    }
    dir.crash(Crash::Dropped);
    let log = dir.log(settings);
    assert_eq!(log.values(0), ["a"]);
}

#[derive(Clone, Debug)]
enum Step {
    Append(u8),
    Checkpoint,
    Flush,
    Retain,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => (1_u8..6).prop_map(Step::Append),
        1 => Just(Step::Checkpoint),
        2 => Just(Step::Flush),
        1 => Just(Step::Retain),
    ];
    prop::collection::vec(step, 1..60)
}

fn crashes() -> impl Strategy<Value = Crash> {
    prop_oneof![
        Just(Crash::Dropped),
        Just(Crash::Zeroed),
        any::<u64>().prop_map(|seed| Crash::Torn {
            granularity: 512,
            seed
        }),
        any::<u64>().prop_map(|seed| Crash::Torn {
            granularity: 4096,
            seed
        }),
        any::<u64>().prop_map(|seed| Crash::Torn {
            granularity: 1,
            seed
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn a_power_cut_leaves_a_prefix_with_all_that_was_durable(
        rounds in prop::collection::vec((steps(), crashes()), 1..4),
        durability in prop_oneof![Just(Durability::Os), Just(Durability::Sync)],
    ) {
        let dir = TestDir::new();
        let settings = LogSettings {
            durability,
            retention_bytes: Some(3000),
            file_delete_delay_ms: 0,
            ..small()
        };
        // The value of a record is its offset; of a producer's batch n, its sequence is its offset.
        let mut durable = 0;
        let mut written = 0;
        for (steps, crash) in rounds {
            {
                let (disk, (log, _)) = dir.recover(settings.clone());
                written = written.min(log.offsets().end);
                for step in steps {
                    match step {
                        Step::Append(count) => {
                            let values: Vec<_> = (0..i64::from(count))
                                .map(|n| (written + n).to_string())
                                .collect();
                            let values: Vec<_> = values.iter().map(String::as_str).collect();
                            let set = sequenced(1, 0, written as i32, &values);
                            let appended = log.put(set).unwrap();
                            prop_assert_eq!(appended.base_offset, written);
                            prop_assert!(!appended.duplicate);
                            written += i64::from(count);
                            if durability == Durability::Sync {
                                durable = written;
                            }
                        }
                        Step::Checkpoint => disk.checkpoint().unwrap(),
                        Step::Flush => {
                            log.flush(NOW_MS).unwrap();
                            durable = written;
                        }
                        Step::Retain => {
                            log.apply_retention(NOW_MS).unwrap();
                            disk.remove_deleted(NOW_MS).unwrap();
                        }
                    }
                }
            }
            dir.crash(crash);
            let (_, (log, _)) = dir.recover(settings.clone());
            let offsets = log.offsets();
            prop_assert!(durable <= offsets.end && offsets.end <= written);
            let values: Vec<i64> = log.values(offsets.start).iter().map(|v| v.parse().unwrap()).collect();
            prop_assert_eq!(values.last().map_or(offsets.end, |v| v + 1), offsets.end);
            prop_assert!(values.first().is_none_or(|first| *first <= offsets.start));
            prop_assert!(values.windows(2).all(|pair| pair[0] + 1 == pair[1]));
            let producers = log.producers();
            if offsets.end > offsets.start {
                prop_assert_eq!(i64::from(producers[0].last_sequence), offsets.end - 1);
            }
            written = offsets.end;
            durable = durable.min(written);
        }
    }

    #[test]
    fn whatever_the_files_hold_a_log_opens_or_says_why_and_reads_end(
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u16>(), any::<[u8; 4]>()), 1..6),
        cut: Option<u16>,
        clean: bool,
    ) {
        let dir = TestDir::new();
        {
            let (disk, (log, _)) = dir.recover(small());
            for n in 0..60 {
                log.put(sequenced(1, 0, n, &[&n.to_string()])).unwrap();
            }
            if clean {
                log.close(NOW_MS).unwrap();
                disk.close().unwrap();
            } else {
                log.flush(NOW_MS).unwrap();
            }
        }
        let mut files: Vec<_> = std::fs::read_dir(dir.path().join("t-0"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for (file, at, bytes) in damages {
            let path = file.get(&files);
            let mut contents = std::fs::read(path).unwrap();
            let at = usize::from(at) % (contents.len() + 1);
            let end = (at + 4).min(contents.len());
            contents[at..end].copy_from_slice(&bytes[..end - at]);
            if let Some(cut) = cut {
                contents.truncate(usize::from(cut) % (contents.len() + 1));
            }
            std::fs::write(path, contents).unwrap();
        }
        let disk = dir.disk();
        let partition = crate::test_log::partition("t", 0);
        let settings = std::sync::Arc::new(small());
        let id = model::TopicId([7; 16]);
        let Ok((log, _)) = crate::Log::open(&disk, partition, id, settings, NOW_MS) else {
            return Ok(());
        };
        let offsets = log.offsets();
        let mut next = offsets.start;
        while next < offsets.end {
            match log.get(next, 500) {
                Ok(fetched) if fetched.next_offset > next => next = fetched.next_offset,
                Ok(_) | Err(_) => next += 1,
            }
        }
        let _ = crate::test_log::runtime().block_on(log.offset_for_timestamp(NOW_MS));
        let _ = crate::test_log::runtime().block_on(log.max_timestamp());
        let _ = log.apply_retention(NOW_MS + (1 << 50));
        let _ = log.put(batch(&["more"]));
    }
}
