//! What a process prints and exits with before it serves.

use std::path::PathBuf;

use clap::Parser;

use super::{Failure, ProcessArgs, check_report};
use crate::Exit;

#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    process: ProcessArgs,
}

fn args(line: &str) -> ProcessArgs {
    let words = std::iter::once("program").chain(line.split_whitespace());
    Program::try_parse_from(words).unwrap().process
}

#[test]
fn an_override_is_a_key_and_a_value() {
    let args = args("--override a=b --override c=d=e --override f=");
    let pairs = [("a", "b"), ("c", "d=e"), ("f", "")];
    let expected = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(args.overrides, expected);
    let error = Program::try_parse_from(["program", "--override", "a"]).unwrap_err();
    assert!(error.to_string().contains("\"a\" is no KEY=VALUE"));
    assert_eq!(error.exit_code(), i32::from(Exit::Usage.status()));
}

#[test]
fn a_file_that_cannot_be_read_is_a_wrong_configuration() {
    assert_eq!(args("").properties(), Ok(String::new()));
    let directory = tempfile::tempdir().unwrap();
    let mut args = args("");
    let path = directory.path().join("server.properties");
    args.config = Some(path.clone());
    let failure = args.properties().unwrap_err();
    assert_eq!(failure.exit(), Exit::Config);
    let sentence = format!("error: cannot read {}: ", path.display());
    assert!(failure.to_string().starts_with(&sentence), "{failure}");
    std::fs::write(&path, "a=b\n").unwrap();
    assert_eq!(args.properties(), Ok("a=b\n".to_owned()));
}

#[test]
fn a_wrong_configuration_is_told_under_its_file() {
    let wrong: Result<u8, ()> = Err(());
    for line in ["", "--check-config"] {
        let mut args = args(line);
        let failure = args.checked(wrong, "error: line 1: a\n").unwrap_err();
        assert_eq!(failure, Failure::Config("error: line 1: a".to_owned()));
        assert_eq!(failure.to_string(), "error: line 1: a");
        assert_eq!(failure.exit(), Exit::Config);
        args.config = Some(PathBuf::from("x.properties"));
        let failure = args.checked(wrong, "error: line 1: a\n").unwrap_err();
        assert_eq!(failure.to_string(), "x.properties:\nerror: line 1: a");
    }
}

#[test]
fn a_configuration_that_is_only_checked_is_not_gone_on_with() {
    let right: Result<u8, ()> = Ok(1);
    assert_eq!(args("").checked(right, ""), Ok(Some(1)));
    assert_eq!(args("--check-config").checked(right, ""), Ok(None));
}

#[test]
fn a_report_has_the_warnings_and_what_the_configuration_amounts_to() {
    let valid = |number: &u8| format!("{number} sources");
    let warnings = vec!["a is old".to_owned(), "b is large".to_owned()];
    assert_eq!(
        check_report(&Ok((3, warnings)), valid),
        "warning: a is old\nwarning: b is large\nconfiguration is valid: 3 sources\n"
    );
    let problem = config::Problem {
        origin: config::Origin::Line(2),
        message: "c: no".to_owned(),
    };
    let errors = config::ConfigErrors::check(vec![problem]).unwrap_err();
    assert_eq!(check_report(&Err(errors.clone()), valid), errors.report());
    let wrong = args("--check-config").configured(|_| Err(errors), valid);
    assert_eq!(wrong.unwrap_err().exit(), Exit::Config);
    let right = |_: &str| Ok((1, Vec::new()));
    assert_eq!(args("--check-config").configured(right, valid), Ok(None));
    let expected = Ok(Some((1, Vec::new())));
    assert_eq!(args("").configured(right, valid), expected);
}
