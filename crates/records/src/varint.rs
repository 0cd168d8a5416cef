//! Zigzag variable-length integers, as records use them (Protocol Buffers' `sint32`, `sint64`).
//! Overlong encodings are accepted up to the width's last byte, as Kafka accepts them.

use crate::cursor::take;

/// The most bytes that a 64-bit value takes.
const VARLONG_BYTES_MAX: u32 = 10;
/// The most bytes that a 32-bit value takes.
const VARINT_BYTES_MAX: u32 = 5;

/// Takes a 32-bit value.
pub(crate) fn take_varint(rest: &mut &[u8]) -> Option<i32> {
    let raw = u32::try_from(take_unsigned(rest, VARINT_BYTES_MAX)? & u64::from(u32::MAX)).ok()?;
    Some((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
}

/// Takes a 64-bit value.
pub(crate) fn take_varlong(rest: &mut &[u8]) -> Option<i64> {
    let raw = take_unsigned(rest, VARLONG_BYTES_MAX)?;
    Some((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
}

fn take_unsigned(rest: &mut &[u8], bytes_max: u32) -> Option<u64> {
    let mut value = 0_u64;
    for i in 0..bytes_max {
        let [byte] = take(rest)?;
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Appends a 32-bit value.
pub(crate) fn put_varint(out: &mut Vec<u8>, value: i32) {
    put_unsigned(
        out,
        u64::from(((value << 1) ^ (value >> 31)).cast_unsigned()),
    );
}

/// Appends a 64-bit value.
pub(crate) fn put_varlong(out: &mut Vec<u8>, value: i64) {
    put_unsigned(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

fn put_unsigned(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// How many bytes [`put_varint`] writes.
pub(crate) fn varint_bytes(value: i32) -> usize {
    unsigned_bytes(u64::from(((value << 1) ^ (value >> 31)).cast_unsigned()))
}

/// How many bytes [`put_varlong`] writes.
pub(crate) fn varlong_bytes(value: i64) -> usize {
    unsigned_bytes(((value << 1) ^ (value >> 63)).cast_unsigned())
}

fn unsigned_bytes(mut value: u64) -> usize {
    let mut bytes = 1;
    while value > 0x7f {
        bytes += 1;
        value >>= 7;
    }
    bytes
}

#[cfg(test)]
mod tests;
