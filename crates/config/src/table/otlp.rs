//! The push of metrics and traces by OTLP. The keys are those of every process of ours, and mean what
//! `crates/otlp` says; a test of the broker compares the two.

use crate::key::{Key, password, string};

pub(super) const KEYS: &[Key] = &[
    string("outrigger.otlp.certificate", "").effective().doc("PEM file with the authorities of an https collector; empty is the system's."),
    string("outrigger.otlp.client.certificate", "").effective().doc("PEM file with the certificate chain that this process shows a collector."),
    string("outrigger.otlp.client.key", "").effective().doc("PEM file with the key of that certificate."),
    string("outrigger.otlp.compression", "gzip").effective().doc("How requests are compressed: gzip or none."),
    string("outrigger.otlp.endpoint", "").effective().doc("Collector that metrics and traces are pushed to by OTLP, such as http://127.0.0.1:4318; /v1/metrics and /v1/traces are added. Empty pushes nothing."),
    password("outrigger.otlp.headers").effective().doc("Headers of each push, as name=value,name=value with values percent-encoded. A secret is better kept in outrigger.otlp.headers.file."),
    string("outrigger.otlp.headers.file", "").effective().doc("File with further headers, one `name: value` a line; read again for each push."),
    string("outrigger.otlp.interval.ms", "60000").effective().doc("How often metrics are pushed."),
    string("outrigger.otlp.metrics.endpoint", "").effective().doc("The whole URL that metrics go to, where that is not below outrigger.otlp.endpoint."),
    string("outrigger.otlp.resource.attributes", "").effective().doc("Attributes of this process as a resource, as name=value,name=value; service.name among them replaces its own."),
    string("outrigger.otlp.timeout.ms", "10000").effective().doc("How long one push may take."),
    string("outrigger.otlp.traces.endpoint", "").effective().doc("The whole URL that traces go to, where that is not below outrigger.otlp.endpoint."),
    string("outrigger.otlp.traces.sampling.ratio", "0").effective().doc("Share of requests and logins that are traced, 0 to 1."),
];
