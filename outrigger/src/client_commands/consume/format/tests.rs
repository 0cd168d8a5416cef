//! Cases for the forms in which records are printed.

use bytes::Bytes;
use model::{PartitionIndex, TopicName, TopicPartition};
use records::RecordHeader;

use super::*;

fn record(key: Option<&'static [u8]>, value: Option<&'static [u8]>) -> ConsumedRecord {
    let header = |key: &'static str, value: Option<&'static str>| RecordHeader {
        key: key.into(),
        value: value.map(Bytes::from),
    };
    ConsumedRecord {
        partition: TopicPartition {
            topic: TopicName::new("t").unwrap(),
            partition: PartitionIndex(3),
        },
        offset: 42,
        timestamp_ms: 1_700,
        timestamp_type: TimestampType::CreateTime,
        key: key.map(Bytes::from_static),
        value: value.map(Bytes::from_static),
        headers: vec![header("a", Some("1")), header("a", None)],
    }
}

fn printed(format: &str, record: &ConsumedRecord) -> Vec<u8> {
    let mut out = Vec::new();
    Format::parse(format).unwrap().write(&mut out, record);
    out
}

#[test]
fn bytes_come_out_as_they_went_in() {
    let odd = record(Some(b"k\0"), Some(b"\xff\n"));
    assert_eq!(printed("value", &odd), b"\xff\n\n");
    assert_eq!(printed("key-value", &odd), b"k\0\t\xff\n\n");
}

#[test]
fn patterns_are_kcats() {
    let full = record(Some(b"key"), Some(b"value"));
    let cases: [(&str, &[u8]); 6] = [
        ("%t[%p]@%o %T\\n", b"t[3]@42 1700\n"),
        ("%k=%s", b"key=value"),
        ("%K/%S", b"3/5"),
        ("%h", b"a=1,a=NULL"),
        ("100%% %s%%", b"100% value%"),
        ("%R%s", b"\0\0\0\x05value"),
    ];
    for (format, expected) in cases {
        assert_eq!(printed(format, &full), expected, "{format}");
    }
    assert_eq!(printed("%K %S|", &record(None, None)), b"-1 -1|");
    for wrong in ["plain", "%q", "%s%", "%s\\q"] {
        assert!(Format::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn json_tells_null_text_and_bytes_apart() {
    let parsed = |record| -> Value {
        let line = printed("json", &record);
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(&line).unwrap()
    };
    let object = parsed(record(None, Some(b"caf\xc3\xa9\n")));
    assert_eq!(object["key"], Value::Null);
    assert_eq!(object["value"], "café\n");
    assert_eq!(object["offset"], 42);
    assert_eq!(object["headers"][0]["value"], "1");
    assert_eq!(object["headers"][1]["value"], Value::Null);
    let object = parsed(record(Some(b""), Some(b"\xff\xfe")));
    assert_eq!(object["key"], "");
    assert_eq!(object["value_base64"], "//4=");
    assert_eq!(object.get("value"), None);
}
