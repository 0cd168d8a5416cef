//! Which bucket a value falls into: values below 32 have one each, every octave above has 32.

const BITS: u32 = 5;
/// 2^5: a bucket is at most 1/32 of its lower bound wide, so its middle is off by at most 1.6 %.
pub(crate) const BUCKETS_PER_OCTAVE: usize = 1 << BITS;
/// Octave 0 holds 0..32; the last one ends with `u64::MAX`.
pub(crate) const OCTAVES: usize = 64 - BITS as usize + 1;

/// The octave of a value, and the bucket in it.
#[inline]
pub(crate) fn of(value: u64) -> (usize, usize) {
    // The position of the highest bit, as if values below 32 had that of 16.
    let top = (value | (1 << (BITS - 1))).ilog2();
    let octave = (top - (BITS - 1)) as usize;
    let shift = octave.saturating_sub(1);
    (octave, (value >> shift) as usize % BUCKETS_PER_OCTAVE)
}

/// The smallest value of a bucket and how many values it holds.
pub(crate) fn range(octave: usize, bucket: usize) -> (u64, u64) {
    let bucket = bucket as u64;
    match octave.checked_sub(1) {
        None => (bucket, 1),
        Some(shift) => ((bucket + BUCKETS_PER_OCTAVE as u64) << shift, 1 << shift),
    }
}
