//! Globs taken apart, as cases.

use super::{Pattern, Step};

#[test]
fn begins_where_the_first_wildcard_is() {
    let cases: &[(&str, &str, &str)] = &[
        ("/var/log/server.log", "/var/log", ""),
        ("/var/log/*.log", "/var/log", ""),
        ("/var/log/*/server.log", "/var/log", "n"),
        ("/var/log/**/server.log", "/var/log", "a"),
        ("/var/log/**", "/var/log", "a"),
        ("/var/{a,b}/x/*.log", "/var", "nn"),
        ("/var/{a/b,c}/*.log", "/var", "a"),
        ("/var/log/{a/b,c}", "/var/log", "a"),
        ("/var//log/./x", "/var/log", ""),
        ("/*", "/", ""),
        ("/x", "/", ""),
        ("/", "/", ""),
        ("/a[b]/c", "/", "n"),
        ("/a[b/c]/d", "/", "a"),
    ];
    for (glob, start, steps) in cases {
        match Pattern::parse(glob) {
            Ok(pattern) => {
                let found: String = pattern
                    .steps
                    .iter()
                    .map(|step| match step {
                        Step::Named(_) => 'n',
                        Step::Any => 'a',
                    })
                    .collect();
                assert_eq!(
                    (pattern.start.to_str().unwrap(), found.as_str()),
                    (*start, *steps),
                    "{glob}"
                );
            }
            Err(error) => panic!("{glob}: {error}"),
        }
    }
}

#[test]
fn a_wrong_glob_is_named() {
    for glob in ["", "/var/[", "/var/{a"] {
        let error = Pattern::parse(glob).unwrap_err();
        assert!(error.contains(glob), "{error}");
    }
    assert!(
        Pattern::parse("relative/*.log")
            .unwrap()
            .start
            .is_absolute()
    );
}
