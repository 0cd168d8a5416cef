//! What the fuzz targets share: the properties, and an allocator that counts.
//!
//! The properties of the wire protocol live with its tests. The allocator makes the memory rule a
//! measurement: what decoding really takes is compared with the input's length, not with the
//! reader's own books.

pub mod batch;
pub mod meter;

#[path = "../../crates/protocol/tests/wire/properties.rs"]
mod properties;

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
