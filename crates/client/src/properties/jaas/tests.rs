//! Values as people write them, and what is wrong with others.

use super::*;

#[test]
fn a_module_with_its_options() {
    let cases = [
        (
            "org.apache.kafka.common.security.scram.ScramLoginModule required \
             username=\"alice\" password=\"s;e=c'r\\\"e\\\\t\";",
            "ScramLoginModule",
            &[("username", "alice"), ("password", "s;e=c'r\"e\\t")][..],
        ),
        (
            "software.amazon.msk.auth.iam.IAMLoginModule required awsProfileName='dev' ;",
            "IAMLoginModule",
            &[("awsProfileName", "dev")],
        ),
        (
            "OAuthBearerLoginModule Required;",
            "OAuthBearerLoginModule",
            &[],
        ),
        ("A required a=b\n  c = d;", "A", &[("a", "b"), ("c", "d")]),
    ];
    for (text, class, options) in cases {
        let module = LoginModule::parse(text).unwrap();
        assert_eq!(module.class, class);
        let found: Vec<_> = module
            .options
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        let mut expected = options.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_is_not_one_is_told_without_its_text() {
    let cases = [
        ("", "begin with the class"),
        ("=;", "begin with the class"),
        ("A;", "required"),
        ("A username=\"secret\";", "required"),
        ("A required username=\"secret\"", "end with a semicolon"),
        ("A required username \"secret\";", "name=\"value\""),
        ("A required username=\"secret;", "does not end"),
        ("A required a=\"secret\\", "does not end"),
        ("A required; B required;", "one login module alone"),
    ];
    for (text, expected) in cases {
        let problem = LoginModule::parse(text).err().unwrap();
        assert!(problem.contains(expected), "{text}: {problem}");
        assert!(!problem.contains("secret"), "{problem}");
    }
}
