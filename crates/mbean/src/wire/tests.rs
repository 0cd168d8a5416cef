//! What is written is read, and nothing else is believed.

use proptest::prelude::{Just, Strategy, any, prop};
use proptest::{prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::encode::{Encoder, Head};
use super::{DecodeError, Mirror, MirrorError, decode};
use crate::{Attribute, ObjectName, Registry, Scale};

/// A registry of every kind of bean.
fn snapshot() -> Vec<u8> {
    let registry = Registry::of("authn", 0);
    let section = registry.section();
    let name = |name| ObjectName::new("d", "T").with("name", name);
    section.meter(name("m"));
    section.timer(name("a,b"), Scale::ONE);
    section.text(name("t"), || "text".into());
    let other = registry.section();
    let counter = other.counter_bean(name("c"));
    other.attributes(
        name("x"),
        vec![
            Attribute::total("c-total", "all of them", &counter),
            Attribute::text("state", "which", || "leader".into()),
        ],
    );
    registry.snapshot(None, 1)
}

#[test]
fn the_first_bytes_are_what_the_documentation_draws() {
    let head = Head {
        process: "ab",
        instance: 0x0102,
        since: 300,
        uptime: 1.0,
    };
    let bytes = Encoder::new(&head).finish(7);
    let mut expected = b"OMBN\x01\x02ab\x02\x01\0\0\0\0\0\0\xac\x02".to_vec();
    expected.extend(b"\0\0\0\0\0\0\xf0\x3f\x07\0\0\0\0\0\0\0\0\0\0\0");
    assert_eq!(bytes, expected);
}

#[test]
fn a_snapshot_cut_short_or_too_long_is_damaged() {
    let whole = snapshot();
    assert!(decode(&whole).is_ok());
    for end in 0..whole.len() {
        let error = decode(&whole[..end]).unwrap_err();
        assert!(
            end < 4 || matches!(error, DecodeError::Damaged { .. }),
            "{end}: {error}"
        );
    }
    let error = decode(&[&whole[..], &[0]].concat()).unwrap_err();
    assert!(
        error.to_string().contains("more bytes than its sections"),
        "{error}"
    );
}

#[test]
fn what_is_no_snapshot_of_this_version_is_refused_by_name() {
    let mut later = snapshot();
    later[4] = 9;
    let cases: [(&[u8], &str); 3] = [
        (b"<html>", "not a snapshot of MBeans"),
        (b"", "not a snapshot of MBeans"),
        (
            &later,
            "a snapshot of version 9, while this reader knows version 1: update it",
        ),
    ];
    for (bytes, expected) in cases {
        assert_eq!(decode(bytes).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_text_that_is_referred_to_a_million_times_is_refused() {
    let head = Head {
        process: "",
        instance: 1,
        since: 0,
        uptime: 0.0,
    };
    let mut bytes = Encoder::new(&head).finish(1);
    let at = bytes.len() - 4;
    bytes[at] = 1;
    // One section of one row: one gauge with 60,000 properties of one long text each.
    bytes.extend([1, 1, 1, 1, 1, 0]);
    bytes.extend([0xe0, 0xd4, 0x03]);
    bytes.extend([b'x'; 30_000]);
    bytes.extend([0xe0, 0xd4, 0x03]);
    bytes.extend([1; 120_000]);
    bytes.extend([0; 8]);
    let error = decode(&bytes).unwrap_err();
    assert!(error.to_string().contains("too much text"), "{error}");
}

#[test]
fn a_mirror_refuses_what_it_cannot_name() {
    let registry = Registry::new(0);
    let section = registry.section();
    section.gauge(ObjectName::new("d", "T"), || 1.0);
    let whole = decode(&registry.snapshot(None, 0)).unwrap();
    let mut mirror = Mirror::default();
    mirror.apply(whole.clone()).unwrap();
    let known = mirror.known();
    let bare = decode(&registry.snapshot(known, 0)).unwrap();
    let mut fresh = Mirror::default();
    assert_eq!(fresh.apply(bare.clone()), Err(MirrorError::Base(1)));
    assert_eq!(mirror.apply(bare.clone()), Ok(()));
    assert_eq!(mirror.apply(bare.clone()), Ok(()));
    let mut renumbered = bare;
    renumbered.sections[0].number = 9;
    assert_eq!(mirror.apply(renumbered), Err(MirrorError::Nameless(1)));
    assert_eq!(mirror.known(), None);
    assert_eq!(mirror.apply(whole), Ok(()));
}

fn name() -> impl Strategy<Value = ObjectName> {
    let property = ("[a-z]{1,3}", prop_oneof![Just("same".to_owned()), ".{0,6}"]);
    prop::collection::vec(property, 0..4).prop_map(|properties| {
        let name = ObjectName::new("kafka.server", "T");
        let with = |name: ObjectName, (key, value): (String, String)| name.with(&key, &value);
        properties.into_iter().fold(name, with)
    })
}

proptest! {
    #[test]
    fn names_and_values_survive(rows in prop::collection::vec((name(), any::<f64>()), 0..40)) {
        let registry = Registry::new(0);
        let section = registry.section();
        for (name, value) in rows.clone() {
            section.gauge(name, move || value);
        }
        let snapshot = decode(&registry.snapshot(None, 5)).unwrap();
        let beans = snapshot.sections[0].beans.iter().flatten();
        prop_assert!(beans.map(|bean| &bean.name).eq(rows.iter().map(|(name, _)| name)));
        let bits: Vec<_> = snapshot.values.iter().map(|value| value.to_bits()).collect();
        let expected: Vec<_> = rows.iter().map(|(_, value)| value.to_bits()).collect();
        prop_assert_eq!(bits, expected);
    }

    #[test]
    fn no_bytes_panic(flips in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6)) {
        let mut bytes = snapshot();
        for (at, byte) in flips {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let _ = decode(&bytes).map(|snapshot| Mirror::default().apply(snapshot));
    }
}
