//! Headings, and source text as it is printed.

use super::{Quoted, as_said, pieces, quoted};

#[test]
fn headings_of_the_third_level_are_messages() {
    let ours = |message| {
        Some(Quoted {
            message,
            whose: None,
        })
    };
    let cases = [
        ("### `cannot bind … (…)`", ours("cannot bind … (…)")),
        (
            "### `Not authorized` (Java)",
            Some(Quoted {
                message: "Not authorized",
                whose: Some("Java"),
            }),
        ),
        ("### `a `b` c`", ours("a `b` c")),
        ("## Starting", None),
        ("### Without quotes", None),
    ];
    for (line, expected) in cases {
        assert_eq!(quoted(line), expected, "{line}");
    }
}

#[test]
fn strings_are_joined_and_unquoted() {
    let source = "f(\"one \\\n    two \\\"three\\\"\")";
    assert_eq!(as_said(source), "f(\"one two \"three\"\")\n");
}

#[test]
fn short_pieces_are_left_out() {
    let found: Vec<&str> = pieces("cannot bind … (…): the address is …").collect();
    assert_eq!(found, ["cannot bind", "): the address is"]);
}
