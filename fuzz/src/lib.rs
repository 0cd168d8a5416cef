//! What the fuzz targets share: the properties, and an allocator that counts.
//!
//! The properties of the wire protocol live with its tests. The allocator makes the memory rule a
//! measurement: what decoding really takes is compared with the input's length, not with the
//! reader's own books.

pub mod batch;
pub mod exposition;
pub mod handoff;
pub mod kernel;
pub mod log_events;
pub mod login;
pub mod mbeans;
pub mod meter;
pub mod push;
pub mod rules;

#[path = "../../crates/protocol/tests/wire/properties.rs"]
mod properties;

/// How logs become events; it names its parts from its crate's root, which is this one here.
#[path = "../../logshipper/src"]
pub mod logshipper {
    pub mod event;
    pub mod position;

    /// Names and archives as whoever writes into a log folder may make them.
    pub mod input {
        #[path = "../../../fuzz/src/compressed_log.rs"]
        pub mod compressed_log;
        mod log_name;
        mod packing;
    }
}

pub use logshipper::input::compressed_log;
pub use logshipper::{event, position};
use meter::Meter;

#[global_allocator]
static ALLOCATOR: Meter = Meter;

/// What a target may take beyond 16 times its input: reference counts, buffers that grow by
/// doubling, the frame copied and written again (see `properties`).
const SLACK_BYTES: usize = 64 * 1024;

/// Bytes per input byte: 16 for what was decoded, twice (read and read again), and both frames.
const BYTES_PER_INPUT_BYTE: usize = 2 * protocol::DECODED_BYTES_PER_FRAME_BYTE + 8;

/// A whole request frame.
pub fn frame(input: &[u8]) {
    metered(input, properties::frame);
}

/// A request body behind two bytes that choose API and version.
pub fn request(input: &[u8]) {
    metered(input, properties::request);
}

/// A response body behind two bytes that choose API and version.
pub fn response(input: &[u8]) {
    metered(input, properties::response);
}

fn metered(input: &[u8], property: fn(&[u8]) -> bool) {
    let limit = input.len() * BYTES_PER_INPUT_BYTE + SLACK_BYTES;
    let (_, peak) = meter::peak_of(|| property(input));
    assert!(
        peak <= limit,
        "{peak} bytes of memory for {} bytes of input",
        input.len()
    );
}
