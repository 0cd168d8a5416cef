//! A snapshot of MBeans, as an exporter gets it from whatever answers at an address.

use mbean::Known;
use mbean::wire::{Mirror, decode};

use crate::meter;

/// A text of one byte is 16 bytes in the table of texts, which doubles as it grows; names may be 32
/// times longer than what they refer to.
const BYTES_PER_INPUT_BYTE: usize = 128;
const SLACK_BYTES: usize = 16 * 1024;

/// Bytes that may be a snapshot.
pub fn snapshot(input: &[u8]) {
    let limit = input.len() * BYTES_PER_INPUT_BYTE + SLACK_BYTES;
    let (read, peak) = meter::peak_of(|| decode(input));
    assert!(
        peak <= limit,
        "{peak} bytes of memory for {} of input",
        input.len()
    );
    let Ok(snapshot) = read else { return };
    let named = snapshot
        .sections
        .iter()
        .filter(|section| section.beans.is_some());
    let named = named.count();
    let mut mirror = Mirror::default();
    if mirror.apply(snapshot).is_ok() {
        for section in mirror.sections() {
            let attributes = section.beans.iter().map(|bean| bean.attributes.len());
            assert_eq!(attributes.sum::<usize>(), section.values.len());
            let names = section.beans.iter().map(|bean| &bean.name);
            let properties: usize = names.map(|name| name.properties().count()).sum();
            assert!(properties <= input.len());
        }
        assert!(mirror.sections().count() <= named);
    }
    let _ = Known::from_query(&String::from_utf8_lossy(input));
}
