//! What a certificate means by what the next start would do, and reading those that `up` makes.

use super::{Certificate, DAY_MS, Facts, File, certificate, covers, judge};
use crate::doctor::verdict::Level;
use std::collections::BTreeSet;

const NOW_MS: i64 = 1_795_900_000_000;

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn lasting(days: i64) -> Certificate {
    Certificate {
        not_before_ms: NOW_MS - 100 * DAY_MS,
        not_after_ms: NOW_MS + days * DAY_MS,
        names: names(&["localhost", "kafka.example.org"]),
    }
}

fn file(what: &'static str, content: Option<Result<Certificate, String>>) -> File {
    File {
        what,
        path: format!("/pki/{what}.pem").into(),
        content,
    }
}

fn facts() -> Facts {
    Facts {
        now_ms: NOW_MS,
        is_own: true,
        is_running: true,
        server: file("server", Some(Ok(lasting(300)))),
        others: vec![file("authority", Some(Ok(lasting(3000))))],
        hosts: names(&["127.0.0.1", "kafka.example.org"]),
    }
}

#[test]
fn certificates_are_judged_by_what_the_next_start_would_do() {
    type Change = fn(&mut Facts);
    #[rustfmt::skip]
    let cases: [(Change, Level, &str); 11] = [
        (|_| {}, Level::Ok, "lasts 300 days"),
        (|f| f.server.content = None, Level::Ok, "none yet"),
        (|f| { f.server.content = None; f.is_own = false; }, Level::Problem, "/pki/server.pem is not there"),
        (|f| f.server.content = Some(Ok(lasting(20))), Level::Warning, "ends in 20 days"),
        (|f| { f.server.content = Some(Ok(lasting(20))); f.is_running = false; }, Level::Ok, "lasts 20 days"),
        (|f| f.server.content = Some(Ok(lasting(-3))), Level::Problem, "ended 3 days ago"),
        (|f| f.others[0].content = Some(Ok(lasting(-3))), Level::Problem, "authority certificate has ended"),
        (|f| f.server.content = Some(Err("it has no certificate in PEM".into())), Level::Problem, "cannot be used"),
        (|f| f.now_ms -= 200 * DAY_MS, Level::Problem, "not valid yet"),
        (|f| { f.hosts.insert("Other.org".into()); }, Level::Warning, "not for other.org"),
        (|f| { f.hosts.insert("other.org".into()); f.is_running = false; }, Level::Ok, "lasts"),
    ];
    for (change, level, text) in cases {
        let mut facts = facts();
        change(&mut facts);
        let verdicts = judge(&facts);
        let worst = verdicts.iter().max_by_key(|v| v.level).expect("one");
        assert_eq!(worst.level, level, "{verdicts:?}");
        assert!(
            verdicts.iter().any(|v| v.found.contains(text)),
            "{text}: {verdicts:?}"
        );
    }
}

#[test]
fn a_wildcard_stands_for_one_label() {
    let of = names(&["*.example.org"]);
    let cases = [
        ("a.example.org", true),
        ("a.b.example.org", false),
        ("example.org", false),
    ];
    for (host, expected) in cases {
        assert_eq!(covers(&of, host), expected, "{host}");
    }
}

#[test]
fn what_up_makes_can_be_read_and_nonsense_cannot() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let made = crate::certs::prepare(temporary.path(), &["kafka.test".to_owned()], NOW_MS);
    made.expect("made");
    let pem = std::fs::read_to_string(temporary.path().join(crate::certs::SERVER)).expect("read");
    let found = certificate(&pem).expect("a certificate");
    assert!(found.names.contains("kafka.test") && found.names.contains("127.0.0.1"));
    assert!(found.not_after_ms > NOW_MS);
    for text in [
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        assert!(certificate(text).is_err(), "{text}");
    }
}
