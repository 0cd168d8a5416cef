//! A lock file with one name twice.

use super::*;

#[test]
fn a_name_with_two_versions_is_found() {
    let text = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n\
                [[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\n\
                [[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";
    let lock = File {
        path: "Cargo.lock".to_string(),
        text: text.to_string(),
    };
    let repeated = repeated(&[lock]);
    assert_eq!(summary(&repeated), "b 1.0.0/2.0.0");
    let mut findings = Vec::new();
    check(&repeated, &mut findings);
    assert!(
        findings
            .iter()
            .any(|finding| finding.what.starts_with("`b` in versions 1.0.0 and"))
    );
}
