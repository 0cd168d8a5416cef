//! Headers of real scrapers, and crooked ones.

use super::Format::{self, OpenMetrics1, Text004};

#[test]
fn the_best_format_that_is_asked_for_is_sent() {
    let prometheus_3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
        application/openmetrics-text;version=0.0.1;q=0.4,\
        text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
    let protobuf_first = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;\
        encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1";
    for (accept, expected) in [
        (None, Text004),
        (Some(""), Text004),
        (Some("*/*"), Text004),
        (Some(prometheus_3), OpenMetrics1),
        (Some(protobuf_first), OpenMetrics1),
        (Some("application/openmetrics-text"), OpenMetrics1),
        (
            Some("Application/OpenMetrics-Text; Version=\"1.0.0\""),
            OpenMetrics1,
        ),
        (Some("application/openmetrics-text;version=0.0.1"), Text004),
        (Some("application/openmetrics-text;version=2.0.0"), Text004),
        (Some("application/openmetrics-text;q=0"), Text004),
        (
            Some("application/openmetrics-text;q=0.0, text/plain;q=0.1"),
            Text004,
        ),
        (
            Some("text/plain;version=0.0.4, application/openmetrics-text"),
            Text004,
        ),
        (
            Some("application/openmetrics-text, text/plain"),
            OpenMetrics1,
        ),
        (
            Some("text/plain;q=0.3, application/openmetrics-text;q=0.31"),
            OpenMetrics1,
        ),
        (
            Some("application/openmetrics-text;q=2, text/plain;q=0.1"),
            Text004,
        ),
        (Some("application/openmetrics-text;q=0.5555"), Text004),
        (Some("application/openmetrics-text;q=-1"), Text004),
        (Some("text/html,application/xhtml+xml,*/*;q=0.8"), Text004),
        (Some(";;;,=,q=,;q="), Text004),
        (Some("application/json"), Text004),
    ] {
        assert_eq!(Format::negotiate(accept), expected, "{accept:?}");
    }
}

#[test]
fn what_stands_beyond_the_last_range_is_not_looked_at() {
    let long = "x/y,".repeat(super::RANGES_MAX) + "application/openmetrics-text";
    assert_eq!(Format::negotiate(Some(&long)), Text004);
}
