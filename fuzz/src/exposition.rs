//! What comes to an exporter, and what it reads of others: expositions, media ranges, parameters.

use exposition::{Format, encode, parse, parse_as};
use scrape::Query;

use crate::meter;

/// A sample of four bytes is a family of its own, with room for four samples and their lines.
const BYTES_PER_INPUT_BYTE: usize = 256;
const SLACK_BYTES: usize = 64 * 1024;

/// An exposition in either format. What can be read is written, and read again the same.
pub fn exposition(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else {
        return;
    };
    let limit = input.len() * BYTES_PER_INPUT_BYTE + SLACK_BYTES;
    let (read, peak) = meter::peak_of(|| parse(text));
    assert!(
        peak <= limit,
        "{peak} bytes of memory for {} of input",
        input.len()
    );
    let _ = parse_as(text, Format::OpenMetrics1);
    let Ok(read) = read else { return };
    let mut written = Vec::new();
    encode(&read, Format::Text004, &mut written);
    let written = str::from_utf8(&written).expect("text stays text");
    let again = parse_as(written, Format::Text004).expect("what was written can be read");
    // NaN has no equal, so the spelling is compared.
    assert_eq!(format!("{read:?}"), format!("{again:?}"));
}

/// An `Accept` header, and the parameters of a URL.
pub fn scrape_request(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    Format::negotiate(Some(&text));
    let query = Query::parse(&text);
    assert!(query.names().map(str::len).sum::<usize>() <= 3 * text.len());
}
