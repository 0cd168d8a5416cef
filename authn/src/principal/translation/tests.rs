//! Java's patterns in the other syntax, and what is refused.

use super::*;
use regex::Regex;

#[test]
fn a_translated_pattern_means_what_java_means() {
    for (pattern, matching, other) in [
        (r"\d+", "123", "١٢"),
        (r"\w+", "a_1", "å"),
        (r"[\w.]+", "a.b", "å"),
        (r"[^\W]", "a", "å"),
        (r"\S\s", "a\t", "a\u{A0}"),
        (".", "å", "\u{2028}"),
        ("(?s).", "\n", ""),
        ("(?i)k", "K", "\u{212A}"),
        ("(?i:a)b", "Ab", "AB"),
        ("(?i)[a-c]", "B", "d"),
        ("(?i)[^X-c]+", "d,D", "y"),
        ("(?i)[åK]", "k", "Å"),
        ("(?i)[^,]*", "K\u{212A}", ","),
        ("(?i)a(?-i)b", "Ab", "AB"),
        ("((?i)a)b", "Ab", "AB"),
        (r"\Qa.b\E.", "a.bc", "axbc"),
        (r"\x41B", "AB", "ab"),
        (r"[\]\[~&-]+", "[]~-&", "a"),
        ("[a-]+", "a-a", "b"),
        (r"\p{Lower}", "a", "å"),
        ("a{2}", "aa", "a"),
        ("a{1,2}?b", "aab", "aaab"),
        (r"\/", "/", r"\"),
        ("}", "}", "{"),
    ] {
        let translated = rust_pattern(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        let whole = Regex::new(&format!(r"\A(?:{translated})\z")).unwrap();
        assert!(whole.is_match(matching), "{pattern} as {translated}");
        assert!(!whole.is_match(other), "{pattern} as {translated}");
    }
}

#[test]
fn what_has_no_exact_counterpart_is_refused() {
    for (pattern, expected) in [
        ("(?=a)", LOOK_AROUND),
        ("(?!a)", LOOK_AROUND),
        ("(?<=a)", LOOK_AROUND),
        ("(?<!a)", LOOK_AROUND),
        ("(?>a)", LOOK_AROUND),
        (r"(a)\1", BACK_REFERENCE),
        (r"(?<x>a)\k<x>", BACK_REFERENCE),
        ("a*+", POSSESSIVE),
        ("a{1}+", POSSESSIVE),
        ("(?m)a", FLAGS),
        ("(?x: a)", FLAGS),
        ("[a[b]]", CLASS_OPERATION),
        ("[a&&b]", CLASS_OPERATION),
        (r"\bCN", BOUNDARY),
        (r"\p{L}", ESCAPE),
        (r"\R", ESCAPE),
        (r"\07", ESCAPE),
        (r"(?i)\p{Upper}", CLASS_CASE),
        ("[a", UNFINISHED),
        ("a\\", UNFINISHED),
        ("(?<x", UNFINISHED),
    ] {
        assert_eq!(rust_pattern(pattern), Err(expected), "{pattern}");
    }
    for pattern in ["a{,2}", "a{x}", "[]a]"] {
        let refused = rust_pattern(pattern);
        assert!(matches!(refused, Err(PatternError::Syntax(_))), "{pattern}");
    }
}
