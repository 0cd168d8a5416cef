//! Cases for the text of topic ids.

use super::TopicId;

#[test]
fn text_is_kafkas_base64() {
    let mut one = [0; 16];
    one[15] = 1;
    assert_eq!(TopicId::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(TopicId(one).to_string(), "AAAAAAAAAAAAAAAAAAAAAQ");
    assert_eq!(TopicId([0xff; 16]).to_string(), "_____________________w");
}

#[test]
fn text_parses_back() {
    for seed in 0..=255_u8 {
        let id = TopicId(std::array::from_fn(|i| {
            seed.wrapping_mul(31).wrapping_add(i as u8 * 17)
        }));
        assert_eq!(id.to_string().parse(), Ok(id));
    }
}

#[test]
fn other_text_is_refused() {
    for text in [
        "",
        "AAAA",
        "AAAAAAAAAAAAAAAAAAAAAR",
        "AAAAAAAAAAAAAAAAAAAAA=",
        "éAAAAAAAAAAAAAAAAAAAA",
    ] {
        assert!(text.parse::<TopicId>().is_err(), "{text}");
    }
}
