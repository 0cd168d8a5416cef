//! Patterns of directories, and files that are right, wrong, and at odds with each other.

use std::fs;
use std::path::PathBuf;

use exposition::Format;

use super::Textfile;
use super::directories::{expand, matches};
use crate::collector::Collector;
use crate::families::{Desc, Families};

#[test]
fn patterns_are_a_shells() {
    let check = |pattern: &str, name: &str, expected: bool| {
        let (pattern, name): (Vec<char>, Vec<char>) =
            (pattern.chars().collect(), name.chars().collect());
        assert_eq!(matches(&pattern, &name), expected, "{pattern:?} {name:?}");
    };
    check("*", "", true);
    check("a*b*c", "aXbbc", true);
    check("a*b*c", "aXbb", false);
    check("?", "é", true);
    check("?", "", false);
    check("[a-c]x", "bx", true);
    check("[^a-c]x", "bx", false);
    check("[a", "a", false);
    check("[]", "]", false);
    check("\\*", "*", true);
    check("a", "b", false);
}

#[test]
fn a_pattern_without_a_match_is_itself() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["a1", "a2", "b"] {
        fs::create_dir_all(directory.path().join(name).join("metrics")).unwrap();
    }
    let root = directory.path().to_str().unwrap();
    let found = |pattern: &str| expand(&format!("{root}/{pattern}"));
    let expected = ["a1/metrics", "a2/metrics"].map(|name| directory.path().join(name));
    assert_eq!(found("a*/metrics"), expected);
    assert_eq!(found("c*"), [PathBuf::from(format!("{root}/c*"))]);
    assert_eq!(found("b"), [directory.path().join("b")]);
}

fn collect(files: &[(&str, &[u8])]) -> String {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(directory.path().join(name), content).unwrap();
    }
    let mut textfile = Textfile {
        patterns: vec![directory.path().to_str().unwrap().to_owned()],
        problems: Vec::new(),
    };
    let mut families = Families::default();
    families.put(&Desc::gauge("node_load1", "1m load average."), &[], 1.0);
    textfile.collect(&mut families).unwrap();
    let mut text = Vec::new();
    families.write(Format::Text004, &mut text);
    let text = String::from_utf8(text).unwrap();
    let text = text.replace(directory.path().to_str().unwrap(), "DIR");
    let lines = text.lines().filter(|line| {
        !line.starts_with("# TYPE node_")
            && !line.starts_with("# HELP node_")
            && !line.starts_with("node_load1")
    });
    let lines = lines.map(|line| match line.rsplit_once(' ') {
        Some((name, _)) if name.starts_with("node_textfile_mtime") => name.to_owned(),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn files_are_told_side_by_side() {
    let told = collect(&[
        (
            "a.prom",
            b"# HELP x A sum.\n# TYPE x counter\nx{a=\"1\"} 1\n",
        ),
        (
            "b.prom",
            b"# HELP x A sum.\n# TYPE x counter\nx{b=\"2\"} 2\ny 3\n",
        ),
        ("c.txt", b"z 1\n"),
    ]);
    let expected = "node_textfile_mtime_seconds{file=\"DIR/a.prom\"}
node_textfile_mtime_seconds{file=\"DIR/b.prom\"}
node_textfile_scrape_error 0
# HELP x A sum.
# TYPE x counter
x{a=\"1\"} 1
x{b=\"2\"} 2
# HELP y Metric read from DIR/b.prom
# TYPE y untyped
y 3";
    assert_eq!(told, expected);
}

#[test]
fn a_wrong_file_is_left_out_and_told() {
    for wrong in [
        &b"x 1 1234567890123\n"[..],
        b"x{ 1\n",
        b"\xff\xfe\n",
        b"node_load1 5\n",
    ] {
        let told = collect(&[("good.prom", b"y 1\n"), ("wrong.prom", wrong)]);
        assert!(told.contains("node_textfile_scrape_error 1"), "{told}");
        assert!(told.ends_with("y 1"), "{told}");
    }
    let told = collect(&[
        ("a.prom", b"# HELP x a\nx 1\n"),
        ("b.prom", b"# HELP x b\nx{l=\"\"} 2\n"),
    ]);
    assert!(
        told.contains("node_textfile_scrape_error 1") && told.ends_with("x 1"),
        "{told}"
    );
}

#[test]
fn a_pipe_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe.prom");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let mut textfile = Textfile {
        patterns: vec![directory.path().to_str().unwrap().to_owned()],
        problems: Vec::new(),
    };
    let mut families = Families::default();
    textfile.collect(&mut families).unwrap();
    assert_eq!(textfile.problems.len(), 1);
    assert_eq!(families.len(), 1);
}
