//! One request and its answer on a bare socket.
//!
//!     length (4) | api key (2) | version (2) | correlation (4) | client id length (2), "load" | body

use std::io::{Read, Write};

use anyhow::{Context, Result, ensure};

/// Correlation id of every request that a bare socket sends.
const CORRELATION: [u8; 4] = *b"load";
/// Bytes of the header of a request.
const HEADER_BYTES: usize = 14;
/// A longer answer is none.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Sends a request whose header has no tagged fields and gives the body of its answer.
pub(super) fn exchange(
    stream: &mut (impl Read + Write),
    api_key: i16,
    version: i16,
    body: &[u8],
) -> Result<Vec<u8>> {
    let mut frame = Vec::with_capacity(4 + HEADER_BYTES + body.len());
    frame.extend(((HEADER_BYTES + body.len()) as u32).to_be_bytes());
    frame.extend(api_key.to_be_bytes());
    frame.extend(version.to_be_bytes());
    frame.extend(CORRELATION);
    frame.extend([0, 4]);
    frame.extend(b"load");
    frame.extend(body);
    stream.write_all(&frame)?;

    let answer = || format!("answer to api key {api_key}");
    let mut length = [0; 4];
    stream.read_exact(&mut length).with_context(answer)?;
    let length = u32::from_be_bytes(length) as usize;
    ensure!(
        (4..=ANSWER_BYTES_MAX).contains(&length),
        "{} of {length} bytes",
        answer()
    );
    let mut frame = vec![0; length];
    stream.read_exact(&mut frame).with_context(answer)?;
    ensure!(frame.starts_with(&CORRELATION), "wrong correlation id");
    Ok(frame.split_off(CORRELATION.len()))
}
