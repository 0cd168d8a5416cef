//! Wildcards and variables, compared with texts that look like them.

use super::{Pattern, Syntax};
use crate::iam::IamAction;
use crate::iam::policies::Tags;
use crate::iam::request::{Arn, Request};
use crate::iam::test_world::World;
use crate::iam::truth::Truth::{self, No, Unknown, Yes};

const WILD: Syntax = Syntax {
    wildcards: true,
    variables: true,
};
const OLD: Syntax = Syntax {
    wildcards: true,
    variables: false,
};

/// As alice with the tag `team`, which is `a*b`.
fn matches(pattern: &str, syntax: Syntax, text: &str) -> Truth {
    let pattern = Pattern::compile(pattern, syntax).unwrap();
    let tags: Tags = [("Team".to_owned(), "a*b".to_owned())]
        .into_iter()
        .collect();
    World::default().ask(|subject| {
        let request = Request {
            action: IamAction::ReadData,
            resource: Arn::parse("arn:a:b:c:d:e").unwrap(),
            subject,
            caller: subject.iam.unwrap(),
            principal_tags: &tags,
            session_tags: Tags::NONE,
            resource_tags: Tags::NONE,
            assume_role: None,
        };
        pattern.matches(text, &request)
    })
}

#[test]
fn wildcards_are_those_of_the_policy_alone() {
    for (pattern, text, expected) in [
        ("*", "", Yes),
        ("*", "a*b/ü", Yes),
        ("", "", Yes),
        ("", "a", No),
        ("abc", "abc", Yes),
        ("abc", "ABC", No),
        ("abc", "abcd", No),
        ("ab*", "ab", Yes),
        ("ab*", "abc", Yes),
        ("ab*", "a", No),
        ("*bc", "abcbc", Yes),
        ("*bc", "abcb", No),
        ("a*b*c", "aXbYbZc", Yes),
        ("a*b*c", "ac", No),
        ("a**c", "ac", Yes),
        ("a?c", "abc", Yes),
        ("a?c", "aüc", Yes),
        ("a?c", "ac", No),
        ("a?c", "abbc", No),
        ("?", "", No),
        ("*?", "", No),
        ("*?", "ab", Yes),
        ("?*", "a", Yes),
        ("*a?b*", "xaaxb", Yes),
        ("*aab", "aaab", Yes),
        ("a*a", "a", No),
        ("a*a", "aa", Yes),
        // What was asked for is never a pattern.
        ("x", "*", No),
        ("x", "?", No),
        ("*x", "*x", Yes),
        ("x", "*x", No),
        ("?x", "*x", Yes),
    ] {
        assert_eq!(matches(pattern, WILD, text), expected, "{pattern} {text}");
    }
}

#[test]
fn variables_stand_for_letters() {
    for (pattern, text, expected) in [
        ("${aws:username}", "alice", Yes),
        ("${AWS:UserName}-*", "alice-1", Yes),
        ("${aws:username}", "bob", No),
        ("x/${aws:PrincipalTag/team}/*", "x/a*b/c", Yes),
        // The tag's own star is a letter.
        ("x/${aws:PrincipalTag/team}", "x/aXb", No),
        ("${*}", "*", Yes),
        ("${*}", "a", No),
        ("a${?}b${$}c", "a?b$c", Yes),
        ("${aws:PrincipalTag/nobody, 'x*'}", "x*", Yes),
        ("${aws:PrincipalTag/nobody, 'x*'}", "xy", No),
        ("${aws:PrincipalTag/nobody,''}", "", Yes),
        ("${aws:PrincipalTag/team, 'x'}", "a*b", Yes),
        // No value: whether it matches is not known, unless no value could make it.
        ("x/${aws:PrincipalTag/nobody}", "x/secret", Unknown),
        ("x/${aws:PrincipalTag/nobody}*", "x/secret", Unknown),
        ("x/${aws:PrincipalTag/nobody}", "y/secret", No),
        ("${s3:prefix}", "anything", Unknown),
        ("$", "$", Yes),
        ("{a}", "{a}", Yes),
        ("$a", "$a", Yes),
    ] {
        assert_eq!(matches(pattern, WILD, text), expected, "{pattern} {text}");
    }
}

#[test]
fn the_old_version_of_the_language_has_no_variables() {
    assert_eq!(matches("${aws:username}", OLD, "alice"), No);
    assert_eq!(matches("${aws:username}", OLD, "${aws:username}"), Yes);
    assert_eq!(matches("${*}", OLD, "${abc}"), Yes);
}

#[test]
fn what_is_no_variable_is_refused() {
    for text in [
        "${",
        "a${aws:username",
        "${}",
        "${aws:usrname}",
        "${username}",
        "${aws:username, x}",
        "${aws:username, 'x}",
        "${aws:username 'x'}",
    ] {
        assert!(Pattern::compile(text, WILD).is_err(), "{text}");
        assert!(Pattern::compile(text, OLD).is_ok(), "{text}");
    }
}
