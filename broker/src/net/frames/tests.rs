//! Cases for framing: what arrives in pieces, and what is refused.

use bytes::BufMut;

use super::{FrameError, Frames};

const LIMIT: usize = 100 * 1024 * 1024;

fn frames(bytes: &[u8]) -> Frames {
    let mut frames = Frames::default();
    frames.room().put_slice(bytes);
    frames
}

#[test]
fn a_frame_may_arrive_byte_by_byte() {
    let wire = [0, 0, 0, 3, 7, 8, 9, 0, 0, 0, 0];
    let mut frames = Frames::default();
    let mut found = Vec::new();
    for byte in wire {
        frames.room().put_u8(byte);
        found.extend(frames.next_frame(LIMIT).unwrap());
    }
    assert_eq!(found, [&[7_u8, 8, 9][..], &[][..]]);
}

#[test]
fn forged_lengths_are_refused_before_their_bytes_arrive() {
    let cases: &[(&[u8], FrameError)] = &[
        (&[0xff, 0xff, 0xff, 0xff], FrameError::NegativeLength),
        (
            &[0x7f, 0xff, 0xff, 0xff],
            FrameError::TooLarge {
                claimed: 0x7fff_ffff,
                limit: LIMIT,
            },
        ),
        (&[0x16, 0x03, 0x01, 0x02], FrameError::Tls),
        (b"GET / HTTP/1.1", FrameError::Http),
        // Metadata (key 3) of 64 MiB: only Produce may be larger than 2 MiB.
        (
            &[0x04, 0, 0, 0, 0, 3],
            FrameError::TooLargeForApi {
                api: "Metadata",
                claimed: 1 << 26,
                limit: 1 << 21,
            },
        ),
    ];
    for (wire, expected) in cases {
        assert_eq!(
            frames(wire).next_frame(LIMIT).as_ref(),
            Err(expected),
            "{wire:?}"
        );
    }
}

#[test]
fn the_buffer_grows_with_what_arrives() {
    // Produce (key 0) may claim 64 MiB; the buffer must not believe it.
    let mut frames = frames(&[0x04, 0, 0, 0, 0, 0]);
    assert_eq!(frames.next_frame(LIMIT), Ok(None));
    assert!(frames.room().capacity() <= 128 * 1024);
}
