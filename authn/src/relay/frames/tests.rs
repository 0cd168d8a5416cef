//! Frames cut anywhere pass whole; what must be held is held at its first byte.

use super::{FrameError, Frames, Gate, Held, Scan};

const GATE: Gate = Gate {
    request_bytes_max: 1000,
    holds_sasl: true,
    expired: false,
    holds_greeting: false,
};

fn request(key: i16, body: usize) -> Vec<u8> {
    let length = i32::try_from(8 + body).unwrap();
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(key.to_be_bytes());
    frame.extend([0; 6]);
    frame.extend(vec![7; body]);
    frame
}

fn response(id: i32, body: usize) -> Vec<u8> {
    let mut frame = i32::try_from(4 + body).unwrap().to_be_bytes().to_vec();
    frame.extend(id.to_be_bytes());
    frame.extend(vec![7; body]);
    frame
}

/// Feeds `bytes` in pieces of `piece`; what did not pass is seen again with the next piece.
fn fed(
    bytes: &[u8],
    piece: usize,
    mut look: impl FnMut(&mut Frames, &[u8]) -> Result<Scan, FrameError>,
) -> Result<(usize, Option<Held>), FrameError> {
    let (mut frames, mut passed) = (Frames::default(), 0);
    for end in (1..=bytes.len()).filter(|end| end % piece == 0 || *end == bytes.len()) {
        let scan = look(&mut frames, &bytes[passed..end])?;
        passed += scan.pass;
        if scan.held.is_some() {
            return Ok((passed, scan.held));
        }
    }
    Ok((passed, None))
}

#[test]
fn a_sasl_request_is_held_wherever_the_stream_is_cut() {
    let before = [request(0, 100), request(3, 0), request(18, 33)].concat();
    for key in [17, 36] {
        let stream = [before.clone(), request(key, 20), request(0, 5)].concat();
        for piece in 1..60 {
            let found = fed(&stream, piece, |frames, bytes| frames.requests(bytes, GATE));
            assert_eq!(found, Ok((before.len(), Some(Held::Sasl))), "{key} {piece}");
        }
        let open = Gate {
            holds_sasl: false,
            ..GATE
        };
        let found = fed(&stream, 7, |frames, bytes| frames.requests(bytes, open));
        assert_eq!(found, Ok((stream.len(), None)));
    }
}

#[test]
fn what_is_no_request_is_refused() {
    let expired = Gate {
        expired: true,
        ..GATE
    };
    // Whatever comes behind a wrong length, if anything does.
    let claims = |length: i32| length.to_be_bytes().to_vec();
    let cases = [
        (claims(-1), GATE, FrameError::Length(-1)),
        (claims(i32::MIN), GATE, FrameError::Length(i32::MIN)),
        (claims(0), GATE, FrameError::Length(0)),
        (claims(7), GATE, FrameError::Length(7)),
        (
            claims(i32::MAX),
            GATE,
            FrameError::TooLarge {
                claimed: 0x7fff_ffff,
                limit: 1000,
            },
        ),
        (request(-2, 50), GATE, FrameError::ApiKey(-2)),
        (request(i16::MIN, 50), GATE, FrameError::ApiKey(i16::MIN)),
        (request(0, 50), expired, FrameError::Expired),
        (request(36, 50), expired, FrameError::Expired),
    ];
    for (bytes, gate, expected) in cases {
        for piece in [1, 6, 100] {
            let found = fed(&bytes, piece, |frames, bytes| frames.requests(bytes, gate));
            assert_eq!(found, Err(expected.clone()));
        }
    }
    let good = request(3, 9);
    let stream = [&good[..], &claims(-1)].concat();
    let mut frames = Frames::default();
    let passed = frames.requests(&stream, GATE).map(|scan| scan.pass);
    assert_eq!(passed, Ok(good.len()), "what is good passes first");
    let rest = &stream[good.len()..];
    assert_eq!(frames.requests(rest, GATE), Err(FrameError::Length(-1)));
    let renewal = fed(&request(17, 5), 3, |frames, bytes| {
        frames.requests(bytes, expired)
    });
    assert_eq!(renewal, Ok((0, Some(Held::Sasl))));
}

#[test]
fn only_the_answer_to_the_barrier_is_held() {
    let before = [response(1, 0), response(9, 500), response(2, 3)].concat();
    let stream = [before.clone(), response(77, 40), response(3, 1)].concat();
    for piece in 1..60 {
        let found = fed(&stream, piece, |frames, bytes| {
            frames.responses(bytes, Some(77))
        });
        assert_eq!(found, Ok((before.len(), Some(Held::Barrier(48)))));
        let found = fed(&stream, piece, |frames, bytes| {
            frames.responses(bytes, None)
        });
        assert_eq!(found, Ok((stream.len(), None)));
    }
    for length in [-1, 0, 3] {
        let bytes = [i32::to_be_bytes(length), [0; 4]].concat();
        let found = fed(&bytes, 1, |frames, bytes| frames.responses(bytes, None));
        assert_eq!(found, Err(FrameError::Length(length)));
    }
}
