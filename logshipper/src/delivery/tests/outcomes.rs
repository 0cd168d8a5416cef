//! Every answer of a sink.

use std::sync::Arc;
use std::time::Duration;

use super::rig::{Answer, Rig, Scripted, until};
use crate::sink::{Rejection, TroubleClass};

/// Ships 35 lines to a sink with these answers, and says what it took and what was counted of `metric`.
async fn check(script: Vec<Answer>, expected_taken: usize, metric: (&str, &str), expected: f64) {
    let rig = Rig::new();
    let lines = rig.write("server.log", 0..35);
    let told = format!("{script:?}");
    let sink = Arc::new(Scripted::new(script));
    let work = rig.start(&sink);
    until(&told, || {
        sink.distinct().len() >= expected_taken && work.lag() == 0
    })
    .await;
    let kept: Vec<_> = lines
        .iter()
        .filter(|line| sink.distinct().contains(line))
        .collect();
    assert_eq!(kept.len(), expected_taken, "{told}");
    let (name, label) = metric;
    let counted = work.metric(&format!("outrigger_logshipper_{name}"), label);
    assert_eq!(counted, expected, "{told} {name} {label}");
    let dead = rig.dead_letters();
    assert_eq!(dead.len() + expected_taken, lines.len(), "{told}");
    work.delivery.stop(Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_leads_to_delivery_or_a_dead_letter() {
    use Answer::{Break, Fail, Leave, Reject, Take, TakeUnheard};
    let requests = |outcome| ("requests_total", outcome);
    check(vec![], 35, ("events_delivered_total", ""), 35.0).await;
    check(
        vec![Fail(TroubleClass::Throttled)],
        35,
        requests("throttled"),
        1.0,
    )
    .await;
    check(
        vec![Fail(TroubleClass::Service), Fail(TroubleClass::Service)],
        35,
        requests("service"),
        2.0,
    )
    .await;
    check(
        vec![Fail(TroubleClass::Unanswered)],
        35,
        ("events_resent_total", ""),
        10.0,
    )
    .await;
    check(vec![TakeUnheard], 35, ("events_resent_total", ""), 10.0).await;
    check(
        vec![Fail(TroubleClass::Missing)],
        35,
        requests("missing"),
        1.0,
    )
    .await;
    check(vec![Take, Leave(vec![3, 9])], 35, requests("partial"), 1.0).await;
    check(
        vec![Leave((1..10).collect()), Leave(vec![0])],
        35,
        ("events_resent_total", ""),
        0.0,
    )
    .await;
    check(vec![Break], 35, requests("service"), 1.0).await;
    let dead = |reason| ("dead_letter_events_total", reason);
    check(
        vec![Reject(vec![0, 1], Rejection::TooOld)],
        33,
        dead("too_old"),
        2.0,
    )
    .await;
    check(
        vec![Take, Reject(vec![9], Rejection::Expired)],
        34,
        dead("expired"),
        1.0,
    )
    .await;
    // Once is a request that is split, and both halves are taken.
    check(vec![Fail(TroubleClass::Data)], 35, requests("data"), 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_event_that_spoils_its_request_is_the_only_dead_letter() {
    let rig = Rig::new();
    rig.write("server.log", 0..35);
    let sink = Scripted::new([]).poisoned("000017", TroubleClass::Data);
    let sink = Arc::new(sink);
    let work = rig.start(&sink);
    until("all but one", || {
        sink.distinct().len() == 34 && work.lag() == 0
    })
    .await;
    let dead = rig.dead_letters();
    assert_eq!(dead.len(), 1);
    let expected = serde_json::json!({
        "sink": "scripted:", "reason": "invalid", "why": "Data", "log": "server.log",
        "offset": 17 * 18, "end": 18 * 18, "text": "server.log 000017", "destination": "all",
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(dead[0][member], *value, "{member}");
    }
    assert_eq!(work.figures.standing().dead_letters, 1);
    // Nothing is wrong with the sink, and nobody is alarmed.
    assert_eq!(work.metric("outrigger_logshipper_sink_up", ""), 1.0);
    assert_eq!(work.figures.standing().trouble, None);
    // Nothing was sent twice on the way.
    assert_eq!(sink.taken().len(), 34);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_not_utf_8_and_blank_lines_are_dealt_with() {
    let rig = Rig::new();
    let bytes = b"one\n\n\xff\xfe two\n\n\n\nthree\n\n";
    std::fs::write(rig.log("server.log"), bytes).unwrap();
    let script = [Answer::Reject(vec![1], Rejection::Invalid)];
    let sink = Arc::new(Scripted::new(script));
    let work = rig.start(&sink);
    until("three events", || {
        sink.taken().len() == 2 && work.lag() == 0
    })
    .await;
    assert_eq!(sink.taken(), ["one", "three"]);
    let dead = rig.dead_letters();
    assert_eq!(dead[0]["base64"], "//4gdHdv");
    assert_eq!(dead[0].get("text"), None);
}
