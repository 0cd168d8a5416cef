//! The bytes of a log: whatever they are, their events do not depend on how they are read, take what is there and no
//! more, and their parts are parts of them.
//!
//! The module is taken by its path: the crate has the AWS SDK below it, which is nothing to build for a fuzz target.

use std::ops::ControlFlow;

use jiff::tz::TimeZone;

use crate::event::{Chunk, Ending, Framer, Framing, Line, Multiline};
use crate::meter;
use crate::position::FileKey;

/// The longest event, so that most inputs have some that are too long.
const EVENT_BYTES_MAX: usize = 1024;
/// What a framer keeps of a line that is too long.
const SLACK_BYTES: usize = 8 * 1024;

/// An event as it is compared: its end, its time, its text and what was cut of it.
type Seen = (u64, i64, Vec<u8>, u64);

/// The first byte chooses the mode and how much is read at once.
pub fn run(input: &[u8]) {
    let [mode, log @ ..] = input else { return };
    let multiline = if mode & 1 == 0 {
        Multiline::Kafka
    } else {
        Multiline::None
    };
    let framing = Framing::new(multiline, TimeZone::UTC, EVENT_BYTES_MAX);
    let chunk_bytes = framing.window_bytes() + usize::from(mode >> 1) * 16;
    let mut parts = Vec::new();
    read(&framing, log, chunk_bytes, |seen| parts.push(seen));
    let mut whole = Vec::new();
    read(&framing, log, log.len(), |seen| whole.push(seen));
    assert_eq!(whole, parts, "the events do not depend on the chunks");
    let (_, peak) = meter::peak_of(|| read(&framing, log, chunk_bytes, drop));
    // What is given away here are copies of the texts, one at a time.
    assert!(peak <= SLACK_BYTES, "{peak} bytes of memory");
}

fn read(framing: &Framing, log: &[u8], chunk_bytes: usize, mut give: impl FnMut(Seen)) {
    let mut framer = Framer::at(0);
    let mut end = 0;
    loop {
        let from = usize::try_from(framer.offset()).unwrap_or(usize::MAX);
        let to = log.len().min(from + chunk_bytes);
        let chunk = Chunk {
            file: FileKey(1),
            bytes: &log[from..to],
            ending: if to == log.len() {
                Ending::Final
            } else {
                Ending::Open
            },
            modified_ms: 1,
        };
        let consumed = framer.frame(framing, chunk, |event| {
            assert_eq!(event.span.start, end, "spans adjoin");
            assert!(event.span.end > end && event.span.end <= log.len() as u64);
            end = event.span.end;
            assert!(event.text.len() <= EVENT_BYTES_MAX);
            let line = Line::read(event.text);
            assert!(line.message.len() + line.below.len() <= event.text.len());
            if !event.text.is_empty() {
                give((
                    end,
                    event.timestamp_ms,
                    event.text.to_vec(),
                    event.cut_bytes,
                ));
            }
            ControlFlow::Continue(())
        });
        if consumed == 0 && !framer.is_in_long_line() {
            break;
        }
    }
    assert_eq!(end, log.len() as u64, "all of the file is in spans");
}
