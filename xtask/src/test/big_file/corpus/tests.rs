//! Which lines come back unchanged.

use super::kept;

#[test]
fn lines_that_a_line_wise_tool_keeps() {
    assert!(kept("ünïcode".as_bytes()));
    assert!(kept(b""));
    assert!(!kept(b"ends in CR\r"));
    assert!(!kept(b"\xff"));
}
