//! A rope is sent in pieces, however the socket cuts it.

use super::*;

fn rope(pieces: &[&'static str]) -> Rope {
    let mut rope = Rope::default();
    for piece in pieces {
        rope.push(Bytes::from_static(piece.as_bytes()));
    }
    rope
}

#[test]
fn empty_pieces_are_not_kept() {
    assert_eq!(rope(&["", "a", ""]).chunks().len(), 1);
    assert!(rope(&["", ""]).is_empty());
    assert_eq!(rope(&[]).to_bytes(), "");
    assert_eq!(rope(&["ab", "c"]).to_bytes(), "abc");
}

#[test]
fn any_partial_write_leaves_the_rest() {
    for sent in 0..=6 {
        let mut rope = rope(&["ab", "c", "def"]);
        rope.advance(sent);
        assert_eq!(rope.remaining(), 6 - sent);
        assert_eq!(rope.to_bytes(), "abcdef"[sent..]);
        assert!(rope.chunks().all(|chunk| !chunk.is_empty()));
    }
}

#[test]
#[should_panic(expected = "more than it was given")]
fn advancing_past_the_end_is_a_bug() {
    rope(&["ab"]).advance(3);
}

#[test]
fn a_vectored_write_sees_as_many_pieces_as_it_has_room_for() {
    let rope = rope(&["ab", "c", "def"]);
    let mut slices = [IoSlice::new(&[]); 2];
    assert_eq!(rope.chunks_vectored(&mut slices), 2);
    assert_eq!((&*slices[0], &*slices[1]), (&b"ab"[..], &b"c"[..]));
    let mut slices = [IoSlice::new(&[]); 9];
    assert_eq!(rope.chunks_vectored(&mut slices), 3);
}
