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
