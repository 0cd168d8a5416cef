//! Tails, however the bytes came.

use super::Tail;

#[test]
fn a_tail_is_the_last_bytes_however_they_came() {
    let all: Vec<u8> = (0..=255).collect();
    for step in [1, 2, 63, 64, 65, 200] {
        let mut tail = Tail::blank(0);
        for piece in all.chunks(step) {
            tail = tail.extended(piece);
        }
        assert_eq!(tail.bytes(), &all[192..], "by {step}");
        assert_eq!((tail.offset, tail.start()), (256, 192));
        assert_eq!(tail.extended(&[]), tail);
    }
    assert_eq!(Tail::blank(9).extended(b"ab").bytes(), b"ab");
    assert_eq!(Tail::blank(9).extended(b"ab").start(), 9);
}
