//! What collectors say.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;

use super::{Outcome, judge};
use crate::health::Signal;
use crate::transport::Answer;

/// 1994-11-06T08:49:30Z.
const NOW_MS: i64 = 784_111_770_000;

fn answer(status: u16, body: &[u8]) -> Answer {
    Answer {
        status,
        retry_after: None,
        body: body.to_vec().into(),
    }
}

fn taken(rejected: u64, text: &str) -> Outcome {
    let text = text.to_owned();
    Outcome::Taken { rejected, text }
}

#[test]
fn a_part_may_be_rejected() {
    let metrics = |rejected_data_points, error_message: &str| {
        let partial_success = Some(ExportMetricsPartialSuccess {
            rejected_data_points,
            error_message: error_message.to_owned(),
        });
        ExportMetricsServiceResponse { partial_success }.encode_to_vec()
    };
    let traces = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess {
            rejected_spans: 2,
            error_message: "too old".to_owned(),
        }),
    };
    let cases = [
        (Signal::Metrics, Vec::new(), taken(0, "")),
        (Signal::Metrics, metrics(0, ""), taken(0, "")),
        (
            Signal::Metrics,
            metrics(3, "no names"),
            taken(3, "no names"),
        ),
        (
            Signal::Metrics,
            metrics(0, "a warning"),
            taken(0, "a warning"),
        ),
        (Signal::Metrics, metrics(-5, "x"), taken(0, "x")),
        (
            Signal::Metrics,
            metrics(1, &"é".repeat(999)),
            taken(1, &"é".repeat(256)),
        ),
        (Signal::Traces, traces.encode_to_vec(), taken(2, "too old")),
        // What cannot be read says nothing.
        (Signal::Metrics, vec![0xff; 40], taken(0, "")),
        (Signal::Traces, b"<html>".to_vec(), taken(0, "")),
    ];
    for (signal, body, expected) in cases {
        assert_eq!(judge(signal, &answer(200, &body), NOW_MS), expected);
    }
}

#[test]
fn what_may_come_later_and_what_not() {
    let status = ExportMetricsPartialSuccess {
        rejected_data_points: 3,
        error_message: "invalid\u{1b}[31m".to_owned(),
    };
    let cases: [(u16, &[u8], &str); 4] = [
        (503, b"", "HTTP 503"),
        (400, b"bad name ", "HTTP 400, \"bad name\""),
        (
            400,
            &status.encode_to_vec(),
            "HTTP 400, \"invalid\\u{1b}[31m\"",
        ),
        (502, &[0xff, 0xfe], "HTTP 502"),
    ];
    for (status, body, text) in cases {
        match judge(Signal::Metrics, &answer(status, body), NOW_MS) {
            Outcome::Retry { text: found, .. } | Outcome::Refused(found) => assert_eq!(found, text),
            Outcome::Taken { .. } => panic!("{status} is taken"),
        }
    }
    for status in 100..600 {
        let outcome = judge(Signal::Traces, &answer(status, b""), NOW_MS);
        let may_retry = [429, 502, 503, 504].contains(&status);
        let is_taken = (200..300).contains(&status);
        assert_eq!(
            matches!(outcome, Outcome::Retry { .. }),
            may_retry,
            "{status}"
        );
        assert_eq!(
            matches!(outcome, Outcome::Taken { .. }),
            is_taken,
            "{status}"
        );
    }
}

#[test]
fn when_to_come_again() {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let cases = [
        ("0", seconds(0)),
        (" 120 ", seconds(120)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", seconds(7)),
        ("Sun, 06 Nov 1994 08:49:00 GMT", seconds(0)),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("99999999999999999999999", None),
    ];
    for (text, expected) in cases {
        let answer = Answer {
            retry_after: Some(text.to_owned()),
            ..answer(429, b"")
        };
        let Outcome::Retry { after, .. } = judge(Signal::Metrics, &answer, NOW_MS) else {
            panic!("429 is not tried again");
        };
        assert_eq!(after, expected, "{text}");
    }
}
