//! What is written, text for text.

use serde_json::{Value, json};

fn check(value: &Value, expected: &str) {
    assert_eq!(super::document("", value), expected);
}

#[test]
fn values_become_block_yaml() {
    check(&json!({ "b": 1, "a": "word" }), "a: word\nb: 1\n");
    check(
        &json!({ "list": [{ "z": 1, "x": [1, 2] }, "s"], "empty": [], "none": {} }),
        "empty: []\nlist:\n  - x:\n      - 1\n      - 2\n    z: 1\n  - s\nnone: {}\n",
    );
    check(&json!([true, null, 1.5]), "- true\n- null\n- 1.5\n");
}

#[test]
fn strings_are_quoted_where_they_could_be_something_else() {
    for (text, written) in [
        ("it's > 1", "'it''s > 1'"),
        ("true", "'true'"),
        ("No", "'No'"),
        ("", "''"),
        ("1m", "'1m'"),
        ("a: b", "'a: b'"),
        ("a #b", "'a #b'"),
        ("a-b_c.d/e", "a-b_c.d/e"),
    ] {
        check(&json!({ "k": text }), &format!("k: {written}\n"));
    }
}

#[test]
fn the_head_is_a_comment() {
    assert_eq!(super::document("one\ntwo", &json!(1)), "# one\n# two\n1\n");
}
