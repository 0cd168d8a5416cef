//! What is written is read; what is not, is not.

use super::*;

const TIME: &str = "2026-11-29 07:20:00,123";
const NUMBER: Number = Number {
    writer: 3,
    sequence: 17,
};

fn event(bytes: usize, frames: usize) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out, NUMBER, TIME, bytes, frames);
    out
}

#[test]
fn events_of_any_length_are_found() {
    for (bytes, frames, expected) in [
        (0, 0, EVENT_BYTES_MIN),
        (175, 0, 175),
        (0, 2, EVENT_BYTES_MIN + 2 * FRAME.len()),
        (700, 3, 700),
        (200_000, 0, 200_000),
    ] {
        let text = event(bytes, frames);
        assert_eq!(read(&text), Found::Event(NUMBER, expected));
        let without_end = &text[..text.len() - 1];
        assert_eq!(read(without_end), Found::Event(NUMBER, expected));
    }
}

#[test]
fn a_changed_byte_is_noticed() {
    let text = event(175, 1);
    for place in (0..text.len() - 1).filter(|place| !(26..75).contains(place)) {
        let mut altered = text.clone();
        altered[place] ^= 1;
        assert_eq!(read(&altered), Found::Altered(NUMBER), "byte {place}");
    }
}

#[test]
fn an_end_that_is_missing_is_noticed() {
    let text = event(175, 1);
    assert_eq!(read(&text[..100]), Found::Torn(NUMBER));
    assert_eq!(read(&text[..50]), Found::Foreign);
    assert_eq!(read(b"a banner"), Found::Foreign);
    assert_eq!(read(b""), Found::Foreign);
}

#[test]
fn the_time_is_read() {
    let later = time_ms(b"[2026-11-29 07:20:00,123]").unwrap();
    let earlier = time_ms(b"[2026-11-29 07:19:59,023] INFO").unwrap();
    assert_eq!(later - earlier, 1_100);
    assert_eq!(time_ms(b"[2026-11-29T07:19:59,023]"), None);
    assert_eq!(time_ms(b"[2026"), None);
}
