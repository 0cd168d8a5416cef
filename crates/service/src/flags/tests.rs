//! Flags from all their sources, and durations.

use std::time::Duration;

use clap::{Args, Command, FromArgMatches};

use super::{Flag, FlagArgs, Table, Values, default_properties, parse_duration};

const GUEST: Flag = Flag::switch("collector.cpu.guest", true, "Guests");
const INFO: Flag = Flag::switch("collector.cpu.info", false, "Info");
const EXCLUDE: Flag = Flag::text("device-exclude", "^\\d$", "Pattern");
const IGNORED: Flag = Flag::renamed("ignored-devices", &EXCLUDE);
const ADDRESS: Flag = Flag::list("listen-address", &[":9100"], "Addresses");
const LISTEN: Flag = Flag::alias("listen", &ADDRESS, "The same");
const TIMEOUT: Flag = Flag::text("timeout", "5s", "Time");
const FLAGS: &[&Flag] = &[
    &GUEST, &INFO, &EXCLUDE, &IGNORED, &ADDRESS, &LISTEN, &TIMEOUT,
];

struct All;

impl Table for All {
    fn flags() -> Vec<&'static Flag> {
        FLAGS.to_vec()
    }
}

fn given(arguments: &[&str]) -> Result<super::Given, String> {
    let command = FlagArgs::<All>::augment_args(Command::new("x"));
    let arguments = ["x"].iter().chain(arguments);
    let matches = command
        .try_get_matches_from(arguments)
        .map_err(|error| error.to_string())?;
    FlagArgs::<All>::from_arg_matches(&matches)
        .map(|args| args.given)
        .map_err(|error| error.to_string())
}

fn load(file: &str, overrides: &[(&str, &str)], arguments: &[&str]) -> Values {
    let owned = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
    let overrides: Vec<_> = overrides.iter().map(owned).collect();
    Values::load(FLAGS, file, &overrides, &given(arguments).unwrap())
}

#[test]
fn the_command_line_stands_over_overrides_over_the_file_over_defaults() {
    let nothing = load("", &[], &[]);
    assert!(nothing.switch(&GUEST) && !nothing.switch(&INFO));
    assert_eq!(nothing.text(&EXCLUDE), "^\\d$");
    assert_eq!(nothing.list(&ADDRESS), [":9100"]);
    assert!(!nothing.given(&EXCLUDE));

    let file = "collector.cpu.guest=false\nlisten-address = a:1, b:2\ndevice-exclude=f\n";
    let values = load(file, &[("device-exclude", "o")], &[]);
    assert!(!values.switch(&GUEST));
    assert_eq!(values.list(&ADDRESS), ["a:1", "b:2"]);
    assert_eq!(values.text(&EXCLUDE), "o");

    let arguments = [
        "--collector.cpu.guest",
        "--listen-address=c:3",
        "--listen-address",
        "d,4",
        "--device-exclude=",
        "--collector.cpu.info",
    ];
    let values = load(file, &[("device-exclude", "o")], &arguments);
    assert!(values.switch(&GUEST) && values.switch(&INFO));
    assert_eq!(values.list(&ADDRESS), ["c:3", "d,4"]);
    assert_eq!(values.optional(&EXCLUDE), None);
    assert!(!load("", &[], &["--no-collector.cpu.guest"]).switch(&GUEST));
}

#[test]
fn a_list_in_the_file_is_split_outside_of_braces() {
    let check = |value: &str, expected: &[&str]| {
        let values = load(&format!("listen-address={value}\n"), &[], &[]);
        assert_eq!(values.list(&ADDRESS), expected, "{value}");
        let values = load("", &[("listen-address", value)], &[]);
        assert_eq!(values.list(&ADDRESS), expected, "{value}");
    };
    check("a, b,,c,", &["a", "b", "c"]);
    check("/l/{a,b}.log, /l/c", &["/l/{a,b}.log", "/l/c"]);
    check("{a,{b,c}}d,e{f,g}", &["{a,{b,c}}d", "e{f,g}"]);
    check("a},b", &["a}", "b"]);
    check("a{b,c,{d,e},f", &["a{b", "c", "{d,e}", "f"]);
    check("{,é,}", &["{,é,}"]);
    check("", &[]);
}

#[test]
fn a_key_twice_in_the_file_is_a_longer_list_or_a_problem() {
    let file = "listen-address=a:1,b:2\ntimeout=1s\nlisten-address=c:3\n";
    let values = load(file, &[], &[]);
    assert_eq!(values.list(&ADDRESS), ["a:1", "b:2", "c:3"]);
    assert_eq!(values.finish(), Ok(Vec::new()));
    // Another source stands over the file, as ever.
    let values = load(file, &[("listen-address", "d:4"), ("timeout", "2s")], &[]);
    assert_eq!(values.list(&ADDRESS), ["d:4"]);
    assert_eq!(values.text(&TIMEOUT), "2s");

    let file = "timeout=1s\ncollector.cpu.info=true\ntimeout=2s\ncollector.cpu.info=false\n";
    let errors = load(file, &[], &[]).finish().unwrap_err().to_string();
    let expected = "\
line 3: timeout: given twice, as \"1s\" and as \"2s\"; keep one of the lines
line 4: collector.cpu.info: given twice, as \"true\" and as \"false\"; keep one of the lines";
    assert_eq!(errors, expected);
}

#[test]
fn contradictions_on_the_command_line_are_refused() {
    for arguments in [
        &["--collector.cpu.guest", "--no-collector.cpu.guest"][..],
        &["--collector.cpu.guest", "--collector.cpu.guest"],
        &["--timeout=1s", "--timeout=2s"],
        &["--collector.gpu"],
    ] {
        given(arguments).unwrap_err();
    }
}

#[test]
fn every_problem_is_told_with_its_place() {
    let file = "collector.cpu.guest=maybe\ncollector.cpu.gest=true\n\ntimeout=5\n";
    let mut values = load(file, &[("nothing.like.it", "")], &[]);
    assert_eq!(values.duration(&TIMEOUT), Duration::ZERO);
    let errors = values.finish().unwrap_err().to_string();
    let expected = "\
line 1: collector.cpu.guest: \"maybe\" is neither true nor false
line 2: collector.cpu.gest: unknown; did you mean collector.cpu.guest?
command line: nothing.like.it: unknown; --print-default-config shows what there is
line 4: timeout: \"5\" is no duration; write a number with its unit, such as 5s, 1m30s or 250ms";
    assert_eq!(errors, expected);
}

#[test]
fn an_old_spelling_is_the_new_one_with_a_warning() {
    let values = load("", &[], &["--ignored-devices=x"]);
    assert_eq!(values.text(&EXCLUDE), "x");
    assert!(values.given(&EXCLUDE));
    assert_eq!(
        values.finish().unwrap(),
        ["ignored-devices is deprecated: use device-exclude"]
    );
    let both = load("device-exclude=a", &[], &["--ignored-devices=x"]);
    assert_eq!(
        both.finish().unwrap_err().to_string(),
        "command line: ignored-devices and device-exclude are mutually exclusive"
    );
}

#[test]
fn another_name_is_the_same_flag() {
    let values = load("", &[], &["--listen=a:1", "--listen=b:2"]);
    assert_eq!(values.list(&ADDRESS), ["a:1", "b:2"]);
    assert_eq!(values.finish(), Ok(Vec::new()));
}

#[test]
fn printed_defaults_read_back_as_they_are() {
    let text = default_properties(FLAGS);
    let values = Values::load(FLAGS, &text, &[], &Vec::new());
    assert_eq!(values.text(&EXCLUDE), "^\\d$");
    assert_eq!(values.finish(), Ok(Vec::new()));
    assert!(!text.contains("ignored-devices"));
}

#[test]
fn durations_are_gos() {
    let check = |text: &str, ms: Option<u64>| {
        let read = parse_duration(text).ok();
        assert_eq!(read, ms.map(Duration::from_millis), "{text}");
    };
    check("5s", Some(5_000));
    check("1m30s", Some(90_000));
    check("250ms", Some(250));
    check("1.5h", Some(5_400_000));
    check("0", Some(0));
    for text in [
        "",
        "5",
        "s",
        "-5s",
        "5 s",
        "1e3s",
        "5x",
        "1..5s",
        "99999999999999999999h",
    ] {
        check(text, None);
    }
}
