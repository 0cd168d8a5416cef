//! Which of several places wins, and what a profile file may look like.

use std::io;

use super::*;

const FILE: &str = "# a comment\n\
    [default]\naws_access_key_id=AKIADEFAULT\naws_secret_access_key = one\n\n\
    [ dev ] ; another\naws_access_key_id = ASIADEV\naws_secret_access_key = two=\n\
    aws_session_token = tok==\ns3 =\n  region = nested\nregion = eu-west-1\n\
    [empty]\nregion = us-west-2\n";
const CONFIG: &str = "[profile dev]\nregion = ap-south-1\n[profile conf]\n\
    aws_access_key_id = AKIACONF\naws_secret_access_key = three\nregion = eu-north-1\n";

fn read(path: &Path) -> io::Result<Vec<u8>> {
    match path.to_str() {
        Some("/users/me/.aws/credentials") => Ok(FILE.into()),
        Some("/users/me/.aws/config") => Ok(CONFIG.into()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

fn home(name: &str) -> Option<String> {
    (name == "HOME").then(|| "/users/me".to_owned())
}

fn variables(name: &str) -> Option<String> {
    match name {
        "AWS_ACCESS_KEY_ID" => Some("AKIAENV".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("env".to_owned()),
        "AWS_REGION" => Some("sa-east-1".to_owned()),
        _ => home(name),
    }
}

fn other_file(name: &str) -> Option<String> {
    match name {
        "AWS_SHARED_CREDENTIALS_FILE" => Some("/nowhere".to_owned()),
        _ => home(name),
    }
}

fn chain(variable: fn(&str) -> Option<String>, profile: Option<&str>) -> ProfileChain {
    ProfileChain {
        surroundings: Surroundings {
            read,
            variable,
            now_ms: || 0,
        },
        profile: profile.map(str::to_owned),
    }
}

#[test]
fn the_first_place_that_has_keys_wins() {
    type Variable = fn(&str) -> Option<String>;
    type Case = (
        Variable,
        Option<&'static str>,
        Option<&'static str>,
        Option<&'static str>,
    );
    let cases: [Case; 7] = [
        (home, None, Some("AKIADEFAULT"), None),
        (home, Some("dev"), Some("ASIADEV"), Some("eu-west-1")),
        (home, Some("conf"), Some("AKIACONF"), Some("eu-north-1")),
        (home, Some("empty"), None, Some("us-west-2")),
        (variables, None, Some("AKIAENV"), Some("sa-east-1")),
        (variables, Some("dev"), Some("ASIADEV"), Some("sa-east-1")),
        (other_file, None, None, None),
    ];
    for (variable, profile, id, region) in cases {
        let chain = chain(variable, profile);
        let found = chain.resolve().ok().map(|keys| keys.access_key_id);
        assert_eq!(found.as_deref(), id, "{profile:?}");
        assert_eq!(chain.region().as_deref(), region, "{profile:?}");
    }
}

#[test]
fn a_session_brings_its_token_and_a_secret_may_end_with_equals() {
    let keys = chain(home, Some("dev")).resolve().unwrap();
    assert_eq!(keys.secret_access_key.expose(), "two=");
    assert_eq!(keys.session_token.unwrap().expose(), "tok==");
}

#[test]
fn what_is_missing_is_named() {
    let error = chain(home, Some("nobody")).resolve().unwrap_err();
    let text = error.to_string();
    assert!(text.contains("profile \"nobody\""), "{text}");
    assert!(text.contains("AWS_ACCESS_KEY_ID"), "{text}");
}
