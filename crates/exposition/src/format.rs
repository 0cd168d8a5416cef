//! Which format a scraper is answered in: its `Accept` header against what we write.
//!
//! ```text
//! application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1
//! ```
//!
//! `escaping=` is accepted in any form: our names are legacy-safe, so every scheme leaves them alone.

/// A format of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Prometheus' text format 0.0.4.
    Text004,
    /// OpenMetrics 1.0 text.
    OpenMetrics1,
}

/// More media ranges than any scraper sends: the rest of a header is not looked at.
const RANGES_MAX: usize = 32;

impl Format {
    /// The format for an `Accept` header; text 0.0.4 where there is none or none of it is ours.
    ///
    /// The highest q wins, then what stands first. OpenMetrics is sent only to whoever names it.
    pub fn negotiate(accept: Option<&str>) -> Self {
        let mut best = (Self::Text004, 0);
        for range in accept.unwrap_or_default().split(',').take(RANGES_MAX) {
            if let Some((format, quality)) = offered(range)
                && quality > best.1
            {
                best = (format, quality);
            }
        }
        best.0
    }

    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text004 => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics1 => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// The format that a media range asks for, and its q in thousandths.
fn offered(range: &str) -> Option<(Format, u32)> {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next()?.to_ascii_lowercase();
    let mut version = "";
    let mut quality = 1000;
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value)?,
            "version" => version = value,
            _ => {}
        }
    }
    let format = match (media.as_str(), version) {
        ("application/openmetrics-text", "" | "1.0.0") => Format::OpenMetrics1,
        ("text/plain", "" | "0.0.4") | ("text/*" | "*/*", _) => Format::Text004,
        _ => return None,
    };
    Some((format, quality))
}

/// RFC 9110's qvalue: 0 to 1 with at most three decimals.
fn thousandths(value: &str) -> Option<u32> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals: u32 = format!("{decimals:0<3}").parse().ok()?;
    match (whole, decimals) {
        ("0", decimals) => Some(decimals),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
