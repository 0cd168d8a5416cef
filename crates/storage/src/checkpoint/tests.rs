//! Kafka's text form, both ways.

use super::{
    InvalidCheckpoint, format, parse, parse_epoch_offset, parse_partition_offset,
    put_partition_offset,
};
use crate::test_log::partition;

#[test]
fn entries_are_written_as_kafka_writes_them() {
    let entries = [(partition("a", 0), 5), (partition("b.c-d", 12), 1 << 40)];
    let text = format(entries.iter().map(|(p, o)| (p, o)), put_partition_offset);
    assert_eq!(text, "0\n2\na 0 5\nb.c-d 12 1099511627776\n");
    assert_eq!(parse(&text, parse_partition_offset), Ok(entries.to_vec()));
}

#[test]
fn what_makes_no_sense_is_refused_by_line() {
    let cases = [
        ("", 1),
        ("1\n0\n", 1),
        ("0\n", 2),
        ("0\nx\n", 2),
        ("0\n2\na 0 1\n", 2),
        ("0\n1\na 0\n", 3),
        ("0\n1\na 0 1 2\n", 3),
        ("0\n1\na/b 0 1\n", 3),
        ("0\n2\na 0 1\na x 1\n", 4),
    ];
    for (text, line) in cases {
        let parsed = parse(text, parse_partition_offset);
        assert_eq!(parsed, Err(InvalidCheckpoint(line)), "{text:?}");
    }
    assert_eq!(parse("0\n1\n3 17\n", parse_epoch_offset), Ok(vec![(3, 17)]));
}
