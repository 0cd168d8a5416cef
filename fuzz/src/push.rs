//! What a collector of OTLP answers: whatever the bytes, it is taken for one of three outcomes, and what
//! a log would repeat of it is short.

use otlp::{Answer, Outcome, Signal, judge};

use crate::meter;

/// A message is decoded, its text copied and escaped.
const BYTES_PER_INPUT_BYTE: usize = 16;
const SLACK_BYTES: usize = 16 * 1024;

/// The first byte chooses status and signal, the second how long the Retry-After is that follows.
pub fn answer(input: &[u8]) {
    let [mode, length, rest @ ..] = input else {
        return;
    };
    let statuses = [200, 429, 503, 400];
    let status = statuses[usize::from(mode & 3)];
    let signal = if mode & 4 == 0 {
        Signal::Metrics
    } else {
        Signal::Traces
    };
    let (retry_after, body) = rest.split_at(usize::from(*length).min(rest.len()));
    let answer = Answer {
        status,
        retry_after: std::str::from_utf8(retry_after).ok().map(str::to_owned),
        body: body.to_vec().into(),
    };
    let limit = input.len() * BYTES_PER_INPUT_BYTE + SLACK_BYTES;
    let (outcome, peak) = meter::peak_of(|| judge(signal, &answer, 1_700_000_000_000));
    assert!(peak <= limit, "{peak} bytes of memory for {}", input.len());
    let text = match outcome {
        Outcome::Taken { text, .. } => {
            assert_eq!(status, 200);
            text
        }
        Outcome::Refused(text) => {
            assert_eq!(status, 400);
            text
        }
        Outcome::Retry { text, .. } => text,
    };
    // 256 characters, each escaped as \u{10ffff} at the longest.
    assert!(text.len() <= 4_096, "{}", text.len());
}
