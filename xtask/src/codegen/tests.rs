//! The committed files are what the schema says, and the schema reader refuses what it should.

use super::*;

#[test]
fn committed_code_is_what_the_schema_generates() {
    let protocol = root().join("crates/protocol");
    let files = generate(&protocol.join("schema")).unwrap();
    let stale = differing(&protocol.join("src"), &files);
    assert!(
        stale.is_empty(),
        "run `cargo xtask codegen`; differing: {stale:?}"
    );
}

#[test]
fn a_broken_schema_is_refused_with_its_line() {
    let head = "api 1 Fetch\nversions 0-3\nflexible 2+\nabout \"Reads.\"\n";
    let cases = [
        ("apo 1 Fetch\n", 1, "unknown word `apo`"),
        ("api one Fetch\n", 1, "the key is no number"),
        ("api 1 Fetch\nversions 3-0\n", 2, "these are no versions"),
        ("api 1 Fetch\nabout Reads.\n", 2, "a quoted text is needed"),
        ("api 1 Fetch\n", 0, "`api KEY NAME` and `about` are needed"),
        (
            "+request {\nA int33\n}\n",
            6,
            "`NAME TYPE [VERSIONS] [ATTRIBUTES]` is needed",
        ),
        (
            "+request {\nA int32 4+\n}\n",
            6,
            "`NAME TYPE [VERSIONS] [ATTRIBUTES]` is needed",
        ),
        (
            "+request {\nA int32\nA int32\n}\n",
            7,
            "field A is defined twice",
        ),
        (
            "+request {\nA int32 {\n}\n}\n",
            6,
            "only a structure has fields",
        ),
        (
            "+request {\nA []Thing\n}\n",
            0,
            "field A: no structure Thing",
        ),
        ("+request {\nA int32\n", 6, "the file ends inside `{`"),
        (
            "+struct T {\n}\nstruct T {\n}\n",
            7,
            "structure T is defined twice",
        ),
        (
            "+request {\nA int32 2-2 tag 0\n}\n",
            0,
            "tagged field A ends before FetchRequest",
        ),
        (
            "+request {\nA T?2+ 2+ tag 0 {\n}\n}\n",
            0,
            "field A: a tagged structure is never null",
        ),
        (
            "+request {\nA T 2+ {\n}\nB T\n}\n",
            0,
            "field B has versions that T lacks",
        ),
    ];
    for (text, line, fault) in cases {
        let text = text
            .strip_prefix('+')
            .map_or(text.to_owned(), |body| format!("{head}{body}"));
        let error = parse::api(&text).unwrap_err();
        assert_eq!((error.line, error.fault.as_str()), (line, fault), "{text}");
    }
}

#[test]
fn names_become_rusts() {
    for (kafka, rust) in [
        ("TransactionalId", "transactional_id"),
        ("V3AndBelowTopics", "v3_and_below_topics"),
        ("Match", "match_"),
        ("SASLHandshake", "sasl_handshake"),
    ] {
        assert_eq!(names::snake(kafka), rust);
    }
}
