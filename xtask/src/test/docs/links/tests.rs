//! Links, anchors and what becomes of them.

use super::{anchor, broken};
use crate::command::root;

#[test]
fn anchors_are_those_of_headings() {
    let cases = [
        ("## Two commands", "two-commands"),
        (
            "# What differs from Kafka, and MSK",
            "what-differs-from-kafka-and-msk",
        ),
        ("### `cannot bind`: …", "cannot-bind-"),
    ];
    for (heading, expected) in cases {
        assert_eq!(anchor(heading), expected);
    }
}

#[test]
fn only_links_that_lead_nowhere_are_told() {
    let page = root().join("README.md");
    let cases = [
        (
            "[a](STYLE.md) [b](https://example.org/x) ![c](docs/images/page-dark.png)",
            0,
        ),
        ("# Here\n[a](#here) [b](STYLE.md#names)", 0),
        (
            "[a](NOTHING.md) [b](#there) [c](STYLE.md#no-such-heading)",
            3,
        ),
        ("<img src=\"docs/images/none.svg\">", 1),
    ];
    for (text, expected) in cases {
        assert_eq!(broken(&page, text).len(), expected, "{text}");
    }
}
