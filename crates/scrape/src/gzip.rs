//! Whether a scraper takes gzip, and the compression.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Encodings that a header may list; the rest is not looked at.
const CODINGS_MAX: usize = 32;

/// Whether an `Accept-Encoding` header wants gzip: named, or meant by `*`, with a q above 0.
pub(crate) fn is_accepted(header: Option<&str>) -> bool {
    let mut by_star = false;
    for coding in header.unwrap_or_default().split(',').take(CODINGS_MAX) {
        let mut parts = coding.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let quality = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
        });
        let is_wanted = quality.is_none_or(|q| q.parse::<f64>().is_ok_and(|q| q > 0.0));
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return is_wanted;
        }
        by_star |= name == "*" && is_wanted;
    }
    by_star
}

/// Compresses at level 1: a third of the time of level 6 for a body that is hardly larger.
pub(crate) fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    // A scrape shrinks to a tenth.
    let room = Vec::with_capacity(plain.len() / 8);
    let mut encoder = GzEncoder::new(room, Compression::fast());
    encoder.write_all(plain)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::is_accepted;

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        for (header, expected) in [
            (None, false),
            (Some(""), false),
            (Some("gzip"), true),
            (Some("GZIP"), true),
            (Some("deflate, gzip;q=0.5, br"), true),
            (Some("gzip;q=0"), false),
            (Some("gzip; q=0.000"), false),
            (Some("gzip;q=x"), false),
            (Some("*"), true),
            (Some("*;q=0"), false),
            (Some("*, gzip;q=0"), false),
            (Some("identity"), false),
            (Some("zstd, br"), false),
        ] {
            assert_eq!(is_accepted(header), expected, "{header:?}");
        }
    }
}
