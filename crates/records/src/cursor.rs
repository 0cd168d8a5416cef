//! Reading big-endian integers off a slice; `None` is "too short". No positions, no panics.

/// Takes the first `N` bytes.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*first)
}

/// Takes an `i8`.
pub(crate) fn take_i8(rest: &mut &[u8]) -> Option<i8> {
    take(rest).map(i8::from_be_bytes)
}

/// Takes an `i16`.
pub(crate) fn take_i16(rest: &mut &[u8]) -> Option<i16> {
    take(rest).map(i16::from_be_bytes)
}

/// Takes an `i32`.
pub(crate) fn take_i32(rest: &mut &[u8]) -> Option<i32> {
    take(rest).map(i32::from_be_bytes)
}

/// Takes a `u32`.
pub(crate) fn take_u32(rest: &mut &[u8]) -> Option<u32> {
    take(rest).map(u32::from_be_bytes)
}

/// Takes an `i64`.
pub(crate) fn take_i64(rest: &mut &[u8]) -> Option<i64> {
    take(rest).map(i64::from_be_bytes)
}

/// Takes `count` bytes.
pub(crate) fn take_slice<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (first, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    Some(first)
}
