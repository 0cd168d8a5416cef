//! A compressed log and its name, whoever made them: what comes out of a whole one is the same in pieces of any size;
//! a broken one ends with an error; neither takes more memory than a decoder may.
//!
//! The module is taken into the input side's by its path, because what it uses is private there.

use super::log_name::{LogName, Packing};
use super::packing::Unpacker;
use crate::meter;

/// What is looked at of what comes out: archives may claim to hold any amount.
const UNPACKED_BYTES_MAX: usize = 4 << 20;
/// A decoder's own state and buffers. Zstandard's window is not taken from the allocator that counts; it is bounded by
/// the largest that is accepted.
const DECODER_BYTES_MAX: usize = 1 << 20;

/// The first byte chooses the packing and how much is read at once.
pub fn run(input: &[u8]) {
    name(input);
    let [mode, packed @ ..] = input else { return };
    let packing = if mode & 1 == 0 {
        Packing::Gzip
    } else {
        Packing::Zstandard
    };
    let chunk_bytes = usize::from(mode >> 1) * 64 + 1;
    let (whole, _) = meter::peak_of(|| digest(packing, packed, 1 << 16));
    let (parts, peak) = meter::peak_of(|| digest(packing, packed, chunk_bytes));
    // How much a decoder gives before an error depends on how much it was asked for.
    assert_eq!(
        whole.2, parts.2,
        "whether it ends well depends on its bytes"
    );
    if whole.2 {
        assert_eq!(whole, parts, "what comes out does not depend on the pieces");
    }
    assert!(peak <= DECODER_BYTES_MAX, "{peak} bytes of memory");
}

fn name(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let name = LogName::of(&text);
    assert!(name.log.len() <= text.len());
    assert_eq!(name.log.is_empty(), text.is_empty(), "a log has a name");
}

/// How much came out, a checksum of it, and whether it ended well.
fn digest(packing: Packing, packed: &[u8], chunk_bytes: usize) -> (usize, u64, bool) {
    let Ok(mut unpacker) = Unpacker::new(packing, packed) else {
        return (0, 0, false);
    };
    let mut buffer = vec![0; chunk_bytes];
    let (mut count, mut sum) = (0, 0_u64);
    while count < UNPACKED_BYTES_MAX {
        let room = buffer.len().min(UNPACKED_BYTES_MAX - count);
        match unpacker.fill(&mut buffer[..room]) {
            Ok(0) => return (count, sum, true),
            Ok(filled) => {
                count += filled;
                for byte in &buffer[..filled] {
                    sum = sum.wrapping_mul(31).wrapping_add(u64::from(*byte));
                }
                assert_eq!(unpacker.unpacked(), count as u64);
            }
            Err(error) => {
                unpacker.fail_later(error);
                assert!(
                    unpacker.fill(&mut buffer).is_err(),
                    "an error that was given back"
                );
                assert!(
                    unpacker.fill(&mut buffer).is_ok_and(|more| more == 0),
                    "closed after that"
                );
                return (count, sum, false);
            }
        }
    }
    (count, sum, true)
}
