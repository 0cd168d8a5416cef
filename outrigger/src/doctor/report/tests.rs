//! The report for people and for programs, and what it exits with.

use super::Report;
use crate::doctor::verdict::Verdict;
use service::Exit;
use std::path::Path;

fn report(found: Vec<(&'static str, Vec<Verdict>)>) -> Report {
    Report::new(Path::new("/d"), found)
}

#[test]
fn a_line_has_its_level_first_and_its_remedy_last() {
    let report = report(vec![
        ("ports", vec![Verdict::ok("7 are free")]),
        (
            "disk",
            vec![
                Verdict::warning("tmpfs", "use a disk"),
                Verdict::problem("full\nok       forged\u{1b}[2J", "make room"),
            ],
        ),
    ]);
    assert_eq!(
        report.text(false),
        "ok       ports          7 are free\n\
         warning  disk           tmpfs; use a disk\n\
         problem  disk           full ok       forged [2J; make room\n\
         1 problem, 1 warning: /d\n"
    );
    assert!(
        report
            .text(true)
            .starts_with("\u{1b}[32mok     \u{1b}[0m  ports")
    );
    let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON");
    assert_eq!(json["level"], "problem");
    assert_eq!(json["checks"][1]["check"], "disk");
    assert_eq!(json["checks"][1]["remedy"], "use a disk");
}

#[test]
fn only_a_problem_is_a_failure() {
    let cases = [
        (vec![], Exit::Ok, "nothing to do: /d\n"),
        (
            vec![Verdict::warning("a", "b"), Verdict::warning("a", "b")],
            Exit::Ok,
            "2 warnings, no problem: /d\n",
        ),
        (
            vec![Verdict::problem("a", "b")],
            Exit::Failure,
            "1 problem: /d\n",
        ),
    ];
    for (verdicts, exit, sum) in cases {
        let report = report(vec![("x", verdicts)]);
        assert_eq!(report.exit(), exit);
        assert!(report.text(false).ends_with(sum), "{}", report.text(false));
    }
}
