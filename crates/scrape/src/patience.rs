//! How long a scraper waits: `X-Prometheus-Scrape-Timeout-Seconds`, less what the answer takes to arrive.

use std::time::Duration;

/// For whoever does not say; thrice Prometheus' own default.
const UNSAID: Duration = Duration::from_secs(30);
/// Prometheus' longest sensible interval is two minutes (samples go stale after five).
pub(crate) const LONGEST: Duration = Duration::from_secs(120);
/// Left for writing, compressing and sending: a tenth, but never more than this.
const MARGIN_MAX: Duration = Duration::from_millis(500);

/// The time a collection may take, by the header's text. What is no time counts as unsaid.
pub(crate) fn of(header: Option<&str>) -> Duration {
    let said = header.and_then(|text| text.trim().parse::<f64>().ok());
    let said = said.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    match said.filter(|said| !said.is_zero()) {
        Some(said) => {
            let said = said.min(LONGEST);
            said.saturating_sub((said / 10).min(MARGIN_MAX))
        }
        None => UNSAID,
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, MARGIN_MAX, UNSAID, of};
    use std::time::Duration;

    #[test]
    fn a_margin_is_kept() {
        for (header, expected) in [
            (None, UNSAID),
            (Some("10"), Duration::from_millis(9_500)),
            (Some("10.000000"), Duration::from_millis(9_500)),
            (Some("0.5"), Duration::from_millis(450)),
            (Some("1e9"), LONGEST - MARGIN_MAX),
            (Some("inf"), UNSAID),
            (Some("NaN"), UNSAID),
            (Some("-3"), UNSAID),
            (Some("0"), UNSAID),
            (Some("soon"), UNSAID),
        ] {
            assert_eq!(of(header), expected, "{header:?}");
        }
    }
}
