//! Cases for splitting record sets, whole, cut and damaged.

use proptest::prelude::*;

use super::*;
use crate::tests::sample;
use crate::{Compression, Limits};

fn record_set() -> Vec<u8> {
    Compression::ALL
        .into_iter()
        .flat_map(|codec| sample(codec).bytes)
        .collect()
}

#[test]
fn a_record_set_is_split_into_slices_of_itself() {
    let set = Bytes::from(record_set());
    let batches: Vec<Batch> = Batches::new(set.clone()).map(Result::unwrap).collect();
    assert_eq!(batches.len(), 5);
    let mut at = 0;
    for (batch, codec) in batches.iter().zip(Compression::ALL) {
        assert_eq!(batch.bytes.as_ptr(), set[at..].as_ptr());
        assert_eq!(batch.header.attributes.compression(), codec);
        assert_eq!(Batch::parse(batch.bytes.clone()).as_ref(), Ok(batch));
        at += batch.bytes.len();
    }
    assert_eq!(at, set.len());
}

#[test]
fn a_cut_set_gives_its_whole_batches_and_then_one_error() {
    let set = Bytes::from(record_set());
    let mut cut = Batches::new(set.slice(..set.len() - 1));
    assert_eq!(cut.by_ref().take(4).filter(Result::is_ok).count(), 4);
    assert!(matches!(
        cut.next(),
        Some(Err(BatchError::Truncated { .. }))
    ));
    assert_eq!(cut.next(), None);
}

#[test]
fn one_batch_with_bytes_after_it_is_not_one_batch() {
    let mut bytes = sample(Compression::None).bytes.to_vec();
    bytes.push(0);
    assert!(matches!(
        Batch::parse(bytes.into()),
        Err(BatchError::InvalidLength(_))
    ));
}

proptest! {
    #[test]
    fn damaged_sets_never_panic(
        at in 0_usize..400,
        damage in prop::collection::vec(any::<u8>(), 1..12),
        cut in 0_usize..900,
    ) {
        let mut set = record_set();
        for (byte, new) in set.iter_mut().skip(at).zip(&damage) {
            *byte = *new;
        }
        set.truncate(cut.max(1));
        let limits = Limits { decompressed_bytes_max: 1 << 16 };
        for batch in Batches::new(set.into()).flatten() {
            prop_assert_eq!(batch.bytes.len(), batch.header.total_bytes());
            if let Ok(records) = crate::records(&batch, limits) {
                records.for_each(drop);
            }
            let _ = crate::validate_records(&batch, limits);
            let _ = crate::find_timestamp(&batch, 5, limits);
            let _ = crate::max_timestamp_record(&batch, limits);
            let _ = crate::convert(&batch, Compression::Zstd, None, limits);
        }
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        Batches::new(bytes.into()).for_each(drop);
    }
}
