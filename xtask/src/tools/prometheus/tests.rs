//! Both formats of apt's sources.

use super::{of_list, of_sources};

#[test]
fn the_archive_is_found_in_both_formats() {
    let stanza = "Types: deb\n# a comment\nURIs: http://archive.example/debian\nSuites: old old-updates\n\
                  Components: main\nSigned-By: /usr/share/keyrings/k.gpg\n\n\
                  Types: deb\nURIs: http://security.example\nSuites: old-security\n";
    let found = "[signed-by=/usr/share/keyrings/k.gpg] http://archive.example/debian";
    assert_eq!(of_sources(stanza, "old").as_deref(), Some(found));
    assert_eq!(of_sources(stanza, "new"), None);
    let list = "# deb http://no.example old main\ndeb [arch=amd64] http://archive.example/debian old main contrib\n";
    let found = "[arch=amd64] http://archive.example/debian";
    assert_eq!(of_list(list, "old").as_deref(), Some(found));
    assert_eq!(of_list(list, "older"), None);
}
