//! Cases for version negotiation.

use super::*;

#[test]
fn the_newest_common_version_is_taken() {
    let ours = ApiKey::Metadata.versions();
    let newest =
        |offered| Versions::new([(ApiKey::Metadata.code(), offered)]).newest(ApiKey::Metadata);
    assert_eq!(newest(0..=4), Some(4));
    assert_eq!(newest(0..=i16::MAX), Some(*ours.end()));
    assert_eq!(newest(*ours.end() + 1..=i16::MAX), None);
    assert_eq!(Versions::default().newest(ApiKey::Metadata), None);
}
