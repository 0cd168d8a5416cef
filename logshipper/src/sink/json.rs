//! JSON written by hand: strings out of the bytes of logs, without a `String` for each.
//!
//! It reads no JSON, and writes nothing but strings. Bytes that are no UTF-8 become U+FFFD, or `?` where there is no room
//! for that.

/// What stands for bytes that are no UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// U+FFFD, three bytes for each sequence that is none.
    Character,
    /// A question mark: the text does not grow.
    QuestionMark,
}

/// How many bytes are looked at together; the compiler makes vector instructions of it.
const BLOCK_BYTES: usize = 32;

/// Appends `text` as a string without its quotes.
#[inline]
pub fn push_text(out: &mut Vec<u8>, text: &str) {
    push_escaped(out, text.as_bytes());
}

/// Appends `text`, which need not be UTF-8; answers how many bytes of it are none.
#[cold]
pub fn push_lossy(out: &mut Vec<u8>, text: &[u8], replacement: Replacement) -> usize {
    let mut invalid_bytes = 0;
    for chunk in text.utf8_chunks() {
        push_escaped(out, chunk.valid().as_bytes());
        let invalid = chunk.invalid();
        if invalid.is_empty() {
            continue;
        }
        invalid_bytes += invalid.len();
        match replacement {
            Replacement::Character => out.extend_from_slice("\u{fffd}".as_bytes()),
            Replacement::QuestionMark => out.push(b'?'),
        }
    }
    invalid_bytes
}

/// How many bytes `text` has as UTF-8 with U+FFFD for what is none.
pub fn lossy_bytes(text: &[u8]) -> usize {
    let chunks = text.utf8_chunks();
    chunks
        .map(|chunk| chunk.valid().len() + if chunk.invalid().is_empty() { 0 } else { 3 })
        .sum()
}

/// Whether JSON wants the byte escaped.
#[inline]
fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[inline]
fn push_escaped(out: &mut Vec<u8>, text: &[u8]) {
    let mut clean = 0;
    let mut at = 0;
    while let Some(found) = next_special(text, at) {
        out.extend_from_slice(text.get(clean..found).unwrap_or_default());
        // `found` is a place in the text.
        push_special(out, text.get(found).copied().unwrap_or_default());
        at = found + 1;
        clean = at;
    }
    out.extend_from_slice(text.get(clean..).unwrap_or_default());
}

/// The first byte from `at` on that has to be escaped.
#[inline]
fn next_special(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let (blocks, tail) = rest.as_chunks::<BLOCK_BYTES>();
    let mut base = at;
    for block in blocks {
        if has_special(block) {
            return Some(base + special_within(block)?);
        }
        base += BLOCK_BYTES;
    }
    Some(base + special_within(tail)?)
}

/// Whether there is one in a block. Written so that the compiler compares all bytes at once.
#[inline]
fn has_special(block: &[u8; BLOCK_BYTES]) -> bool {
    let mut marks = [0_u8; BLOCK_BYTES];
    for (mark, byte) in marks.iter_mut().zip(block) {
        *mark = u8::from(is_special(*byte));
    }
    let (words, _) = marks.as_chunks::<8>();
    words
        .iter()
        .fold(0, |any, word| any | u64::from_ne_bytes(*word))
        != 0
}

/// The first such byte of a few, by words.
#[inline]
fn special_within(bytes: &[u8]) -> Option<usize> {
    let (words, tail) = bytes.as_chunks::<8>();
    let mut base = 0;
    for word in words {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return Some(base + marks.trailing_zeros() as usize / 8);
        }
        base += 8;
    }
    let within = tail.iter().position(|byte| is_special(*byte));
    within.map(|within| base + within)
}

/// The highest bit of each byte that is special. Of the bytes above the lowest of them it may say so wrongly: a subtraction
/// borrows from its neighbour.
#[inline]
fn marks(word: u64) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, limit: u64| word.wrapping_sub(LOW * limit) & !word;
    let is = |byte: u8| below(word ^ (LOW * u64::from(byte)), 1);
    (below(word, 0x20) | is(b'"') | is(b'\\')) & HIGH
}

#[inline]
fn push_special(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        byte => {
            let digit = |digit: u8| HEX.get(usize::from(digit)).copied().unwrap_or(b'0');
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

#[cfg(test)]
mod tests;
