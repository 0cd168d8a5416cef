//! What is translated, what is refused, and what looks at values.

use super::translate;
use regex::Regex;

#[test]
fn what_differs_is_translated() {
    // Java's pattern, a text, whether it is found in it.
    let cases = [
        (
            r"kafka.(\w+)<type=(.+)><>Value",
            "kafka.log<type=Log><>Value: 1",
            true,
        ),
        (r"\w", "é", false),
        (r"\W", "é", true),
        (r"\d", "٣", false),
        (r"[\w-]+!", "a-b!", true),
        (r"[\W]", "é", true),
        (r"\<\>", "<>", true),
        (r"a\-b\:c", "a-b:c", true),
        (r"\Qa.b*\E+", "a.b**", true),
        (r"\Qa.b*\E+", "axb*", false),
        (r"\x41\u0042\0103\x{44}", "ABCD", true),
        (r"[a-c&&[^b]]", "b", false),
        (r"[a-c&&[^b]]", "c", true),
        (r"[a-z--9]", "-", true),
        (r"[[:alpha:]]", ":", true),
        (r"[]a]", "]", true),
        (r"\p{Alpha}\p{Punct}\P{Digit}", "a:b", true),
        (r"[\p{Lower}_]", "A", false),
        (r"(?<name>a)(?:b)(?i)c", "abC", true),
        (r"a{2}b{1,}c{1,2}", "aabbcc", true),
        (r"a+?b*?c??", "a", true),
        (r"\bx", "ax", false),
        (r"\h\v", "\u{3000}\n", true),
        (r"}]", "}]", true),
        (r"a~~b&&c", "a~~b&&c", true),
    ];
    for (java, text, found) in cases {
        let pattern = translate(java).unwrap().pattern;
        let regex = Regex::new(&pattern).unwrap_or_else(|e| panic!("{java}: {pattern}: {e}"));
        assert_eq!(
            regex.is_match(text),
            found,
            "{java} as {pattern} in {text:?}"
        );
    }
}

#[test]
fn what_cannot_be_expressed_is_refused_by_name() {
    for (java, name) in [
        ("(?=a)", "look-ahead (?=…)"),
        ("(?!a)", "negative look-ahead (?!…)"),
        ("(?<=a)", "look-behind (?<=…)"),
        ("(?<!a)", "negative look-behind (?<!…)"),
        ("(?>a)", "an atomic group (?>…)"),
        ("a++", "the possessive quantifier ++"),
        ("a*+", "the possessive quantifier *+"),
        ("a{2}+", "the possessive quantifier {2}+"),
        (r"(a)\1", r"the back-reference \1"),
        (r"(?<n>a)\k<n>", r"a back-reference \k<name>"),
        ("(?x)a", "the flag x (comments)"),
        ("(?U)a", "the flag U"),
        (r"\p{IsGreek}", r"the class \p{IsGreek}"),
        (r"\Z", r"\Z"),
    ] {
        let error = translate(java).unwrap_err().to_string();
        let expected = format!("{name} is not supported; write the pattern without it");
        assert_eq!(error, expected, "{java}");
    }
    for java in [
        "(", ")", "*a", "a**", "[a", "{a}", "a{x}", "\\", r"\y", "(?y)", r"\xzz", "[z-a]",
    ] {
        assert!(translate(java).is_err(), "{java}");
    }
}

#[test]
fn what_must_be_found_before_the_value_is_known() {
    for (java, stem) in [
        ("a<b: (x)", Some("a<b")),
        ("a<(b|c)>+x: 5", Some("a<(b|c)>+x")),
        ("a<(b)>+: 5", Some("a<(b)>")),
        ("a<b>?: 5", Some("a<b")),
        ("a<b: 5|c<d: 6", None),
        (".*", None),
        ("5", None),
    ] {
        assert_eq!(translate(java).unwrap().stem.as_deref(), stem, "{java}");
    }
}

#[test]
fn who_cannot_look_at_the_value_is_known() {
    for (java, reads) in [
        ("", false),
        (".*", false),
        (".+", true),
        ("kafka.server<type=(.+), name=(.+)><>Value", false),
        ("kafka.server<type=(.+)><>([a-z-]+)", false),
        ("kafka.server<type=(.+)><>([a-z-]+)-total", false),
        ("kafka.(\\w+)<type=(.+)><>(\\d+)thPercentile", false),
        ("kafka.server<type=(.+)><>(.+)", true),
        ("kafka.server<type=(.+)><>([^,]+)", true),
        ("kafka.server<type=(.+)><>([^:]+)", false),
        ("kafka.server<type=(.+)><>(.+):", false),
        ("kafka.server<type=(.+)><>(.+):.*", false),
        ("kafka.server<type=(.+)><>(.+): ", true),
        ("kafka.server<type=(.+)><>(.+):(.+)", true),
        ("kafka.server<type=(.+)><>(.+):?", true),
        ("(.+):", true),
        (
            "kafka.server<type=raft-metrics><>current-state: ([a-z]+)",
            true,
        ),
        ("java.lang<(.*)", true),
        ("java.lang<.*", false),
        ("java.lang.*", false),
        ("java.lang.*<", false),
        ("5", true),
        ("a<|: 5", true),
        ("b<|c<", false),
        ("b<?", false),
        ("b<(x|:)", true),
        ("b<(x|y)*", false),
        ("b<\\S", true),
        ("b<[ -~]", true),
    ] {
        assert_eq!(translate(java).unwrap().reads_value, reads, "{java}");
    }
}
