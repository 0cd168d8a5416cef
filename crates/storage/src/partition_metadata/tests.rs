//! Kafka's text, and what a crash may leave of it.

use model::TopicId;

use super::{Stored, parse, text};

#[test]
fn a_file_tells_its_topic_or_nothing() {
    let id = TopicId([7; 16]);
    let whole = text(id);
    assert_eq!(whole, "version: 0\ntopic_id: BwcHBwcHBwcHBwcHBwcHBw");
    assert_eq!(parse(&whole), Stored::Id(id));
    assert_eq!(parse(&format!("{whole}\n")), Stored::Id(id));
    for length in 0..whole.len() {
        assert_eq!(parse(&whole[..length]), Stored::Nothing, "{length}");
    }
    assert_eq!(parse(&"\0".repeat(43)), Stored::Nothing);
    assert_eq!(parse("version: 1\ntopic_id: ?"), Stored::Newer);
}
