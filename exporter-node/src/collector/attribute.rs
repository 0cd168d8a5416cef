//! What small files of sysfs and procfs say: trimmed text and numbers, as node_exporter takes them.

use std::borrow::Cow;
use std::io::ErrorKind;

use super::CollectError;
use crate::file::{KeptFile, KeptTree, ReadError};

/// The text without the white space around it; what is not UTF-8 becomes U+FFFD.
pub(super) fn trimmed(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.trim_ascii())
}

/// The text of an attribute.
///
/// # Errors
/// It is not there, or cannot be read.
pub(super) fn text(
    tree: &mut KeptTree,
    device: &str,
    attribute: &str,
) -> Result<String, ReadError> {
    let bytes = tree.read(device, attribute)?;
    Ok(trimmed(bytes).into_owned())
}

/// The text of an attribute, where the driver offers it: one that is not there, or that the driver
/// answers only with an error, is none.
///
/// # Errors
/// It cannot be read for another reason.
pub(super) fn offered(
    tree: &mut KeptTree,
    device: &str,
    attribute: &str,
) -> Result<Option<String>, ReadError> {
    match text(tree, device, attribute) {
        Ok(text) => Ok(Some(text)),
        Err(error) if is_not_offered(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is there, if it is.
///
/// # Errors
/// It cannot be read for another reason.
pub(super) fn existing<T>(result: Result<T, ReadError>) -> Result<Option<T>, ReadError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Not there, or something else is where its directory should be.
fn is_absent(error: &ReadError) -> bool {
    matches!(
        error.source.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory
    )
}

/// Not there, write-only, or of no meaning for this device.
pub(super) fn is_not_offered(error: &ReadError) -> bool {
    use rustix::io::Errno;
    let code = error.source.raw_os_error().map(Errno::from_raw_os_error);
    is_absent(error)
        || matches!(
            code,
            Some(Errno::OPNOTSUPP | Errno::NODEV | Errno::INVAL | Errno::NODATA | Errno::ACCESS)
        )
}

/// The number in a file of its own.
///
/// # Errors
/// It cannot be read, or says something else.
pub(super) fn unsigned(file: &mut KeptFile) -> Result<f64, CollectError> {
    let number = trimmed(file.read()?).parse::<u64>().ok();
    number
        .map(|number| number as f64)
        .ok_or_else(|| CollectError::malformed(file.path().display(), "no unsigned number"))
}

/// An integer of 64 bits, signed or not, in one of C's bases: `12`, `-3`, `0x1f`, `017`.
pub(super) fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = |prefix| digits.strip_prefix(prefix);
    let (base, digits) = match (lower("0x").or(lower("0X")), digits.strip_prefix('0')) {
        (Some(digits), _) => (16, digits),
        (None, Some(digits)) if !digits.is_empty() => (8, digits),
        _ => (10, digits),
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let value = i128::from(u64::from_str_radix(digits, base).ok()?);
    if negative {
        (value <= 1 << 63).then_some(-value)
    } else {
        Some(value)
    }
}

/// The text as part of the name of a family: what is no letter, digit or underscore becomes one underscore, with those around it.
pub(super) fn name_part(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut rest = text;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    while let Some(at) = rest.find(|c| !is_part(c)) {
        let (good, bad) = rest.split_at(at);
        name.push_str(good.trim_end_matches('_'));
        name.push('_');
        rest = bad
            .trim_start_matches(|c| !is_part(c))
            .trim_start_matches('_');
    }
    name.push_str(rest);
    name
}

#[cfg(test)]
mod tests;
