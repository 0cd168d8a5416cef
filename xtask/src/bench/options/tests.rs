//! Words that make sense and words that do not.

use super::*;

fn parsed(words: &str) -> Result<Options, String> {
    let words: Vec<String> = words.split_whitespace().map(str::to_string).collect();
    parse(&words).map_err(|failure| failure.to_string())
}

#[test]
fn flags_combine() {
    let options = parsed("kafka --quick --only kafka --force").unwrap();
    assert_eq!(options.engines, [Engine::Kafka]);
    assert_eq!(
        (options.rounds, options.quick, options.force),
        (1, true, true)
    );
    assert_eq!(parsed("kafka --rounds 5").unwrap().rounds, 5);
}

#[test]
fn nonsense_is_named() {
    for (words, part) in [
        ("", "needs a suite"),
        ("redpanda", "needs a suite"),
        ("kafka --only redpanda", "`redpanda`"),
        ("kafka --rounds 0", "`0`"),
        ("kafka --rounds", "--rounds needs a value"),
        ("kafka --fast", "`--fast`"),
    ] {
        let text = parsed(words).unwrap_err();
        assert!(text.contains(part), "{words}: {text}");
    }
}
