//! How a value is spelled: whole numbers as such, the rest as shortly as it reads back the same.

/// Whole numbers up to here are exact in an f64, and shorter written out than with an exponent.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Appends `value`: `42`, `0.25`, `1e300`, `NaN`, `+Inf`, `-Inf`.
#[inline]
pub fn write_value(out: &mut Vec<u8>, value: f64) {
    if value.abs() < WHOLE_MAX {
        let whole = value as i64;
        if whole as f64 == value && (whole != 0 || value.is_sign_positive()) {
            out.extend_from_slice(itoa::Buffer::new().format(whole).as_bytes());
            return;
        }
    }
    if value.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else if value.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if value > 0.0 {
        out.extend_from_slice(b"+Inf");
    } else {
        out.extend_from_slice(b"-Inf");
    }
}

/// Appends milliseconds as OpenMetrics writes a time: seconds, `12.345`.
pub(crate) fn write_seconds(out: &mut Vec<u8>, timestamp_ms: i64) {
    if timestamp_ms < 0 {
        out.push(b'-');
    }
    let whole = timestamp_ms.unsigned_abs();
    out.extend_from_slice(itoa::Buffer::new().format(whole / 1000).as_bytes());
    let rest = whole % 1000;
    if rest > 0 {
        out.extend_from_slice(format!(".{rest:03}").as_bytes());
    }
}

#[cfg(test)]
mod tests;
