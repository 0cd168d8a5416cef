//! Events in records, records in requests.

use super::{Aggregation, Envelope, Keys, NoKeys, Packing, Record};
use crate::batch::Batch;
use crate::position::FileKey;
use crate::sink::fixture::{append, batch};
use crate::sink::records::Format;

fn packing(aggregation: Aggregation, record_bytes_max: usize) -> Packing {
    Packing {
        envelope: Envelope {
            format: Format::Text,
            broker: "1".into(),
        },
        aggregation,
        ends_lines: false,
        records_max: 3,
        record_bytes_max,
        request_bytes_max: 40,
    }
}

/// The file's number, or one for all.
struct OfFile<'a>(&'a Batch, bool);

impl Keys for OfFile<'_> {
    fn group(&self, index: usize) -> Option<FileKey> {
        self.1.then(|| self.0.events()[index].span.file)
    }

    fn key(&mut self, index: usize) -> String {
        format!("k{}", self.0.events()[index].span.file.0)
    }
}

fn shown(requests: &[Vec<Record>]) -> Vec<Vec<(String, &str, &[usize])>> {
    let text = |record: &Record| String::from_utf8_lossy(&record.data).into_owned();
    let each = requests.iter().map(|records| {
        let records = records.iter();
        records
            .map(|record| (text(record), &*record.key, &*record.events))
            .collect()
    });
    each.collect()
}

#[test]
fn requests_stay_within_records_and_bytes() {
    let texts: Vec<Vec<u8>> = [5, 5, 5, 5, 30, 12, 12].map(|size| vec![b'x'; size]).into();
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    let batch = batch(&texts);
    let packed = packing(Aggregation::None, 30).pack(&batch, &mut NoKeys);
    let sizes = |records: &Vec<Record>| records.iter().map(|record| record.data.len()).collect();
    let sizes: Vec<Vec<usize>> = packed.requests.iter().map(sizes).collect();
    assert_eq!(sizes, [vec![5, 5, 5], vec![5, 30], vec![12, 12]]);
}

#[test]
fn what_no_record_can_hold_is_told() {
    let batch = batch(&[b"ok", b"12345678901", b"ok"]);
    for (aggregation, record_bytes_max) in [(Aggregation::None, 10), (Aggregation::Lines, 11)] {
        let packed = packing(aggregation, record_bytes_max).pack(&batch, &mut NoKeys);
        assert_eq!(packed.too_large, [1], "{aggregation:?}");
    }
    // 20 bytes of frame, an empty key and six of a record around each.
    let packed = packing(Aggregation::Kpl, 31).pack(&batch, &mut NoKeys);
    assert_eq!(packed.too_large, [1]);
}

#[test]
fn lines_of_a_key_share_records_in_their_order() {
    let mut batch = batch(&[b"a1", b"a2"]);
    append(&mut batch, 2, "controller.log", 0, &[b"b1"]);
    append(&mut batch, 1, "server.log", 6, &[b"a3", b"a4"]);
    let packing = packing(Aggregation::Lines, 12);
    let packed = packing.pack(&batch, &mut OfFile(&batch, true));
    let expected: [(String, &str, &[usize]); 3] = [
        ("a1\na2\na3\n".into(), "k1", &[0, 1, 3]),
        ("a4\n".into(), "k1", &[4]),
        ("b1\n".into(), "k2", &[2]),
    ];
    assert_eq!(shown(&packed.requests), [expected]);
    let packed = packing.pack(&batch, &mut OfFile(&batch, false));
    let expected: [(String, &str, &[usize]); 2] = [
        ("a1\na2\nb1\n".into(), "k1", &[0, 1, 2]),
        ("a3\na4\n".into(), "k1", &[3, 4]),
    ];
    assert_eq!(shown(&packed.requests), [expected]);
}
