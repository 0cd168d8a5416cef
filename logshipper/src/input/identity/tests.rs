//! Heads, marks, ids and digests, as cases.

use super::{Digest, Head, Mark, Node, file_id, first_line};

#[test]
fn a_first_line_is_known_when_nothing_can_be_added_to_it() {
    let long = [b'x'; 100];
    let cases: &[(&[u8], Option<&[u8]>)] = &[
        (b"", None),
        (b"no end", None),
        (b"\n", Some(b"")),
        (b"one\ntwo", Some(b"one")),
        (&long, long.get(..64)),
        (long.get(..64).unwrap(), long.get(..64)),
        (long.get(..63).unwrap(), None),
    ];
    for (bytes, expected) in cases {
        assert_eq!(first_line(bytes), *expected);
    }
}

#[test]
fn a_head_fits_what_begins_like_it() {
    let head = Head::of(b"abc");
    assert!(head.fits(b"abc") && head.fits(b"abcd"));
    assert!(!head.fits(b"ab") && !head.fits(b"abx"));
    let long = vec![b'x'; 5000];
    assert_eq!(Head::of(&long).length, 1024);
    assert!(Head::of(b"").fits(b"anything"));
}

#[test]
fn a_mark_is_of_the_last_bytes() {
    let bytes = vec![7; 9000];
    let mark = Mark::of(9000, &bytes);
    assert_eq!((mark.length, mark.start()), (4096, 4904));
    assert_eq!(Mark::blank(9).length, 0);
}

#[test]
fn a_digest_survives_being_written_down() {
    let digest = Digest::of(b"x");
    let text = serde_json::to_string(&digest).unwrap();
    assert_eq!(serde_json::from_str::<Digest>(&text).unwrap(), digest);
    for wrong in [
        "\"\"",
        "\"+0000000000000000000000000000000\"",
        "\"zz\"",
        "\"ééééééééééééééée\"",
    ] {
        assert!(serde_json::from_str::<Digest>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn birth_tells_an_inode_from_the_next_of_its_number() {
    let node = |birth_ns| Node {
        device: 1,
        inode: 2,
        birth_ns,
    };
    assert!(node(Some(1)).is(&node(None)) && node(Some(1)).is(&node(Some(1))));
    assert!(!node(Some(1)).is(&node(Some(2))));
    let id = file_id(&node(None), b"x", None);
    assert_eq!(id.len(), 16);
    assert_ne!(id, file_id(&node(None), b"x", Some(&id)));
    assert_ne!(id, file_id(&node(Some(1)), b"x", None));
}
