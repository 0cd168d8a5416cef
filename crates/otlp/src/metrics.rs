//! Families as OTLP's metrics, and how many of them one request carries. Pure.
//!
//! A name stays what `/metrics` says, so that a collector that writes to Prometheus ends where a
//! scrape would: counters are monotonic cumulative sums since the start of the process, untyped
//! values are gauges. Units are part of the names already.

mod points;

use exposition::Family;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{Metric, ResourceMetrics, ScopeMetrics};
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

use crate::resource::scope;

/// Data points of one request: one to two megabytes before compression, a tenth of what collectors
/// take by default.
pub(crate) const POINTS_MAX: usize = 10_000;

/// Since when cumulative values grow, and when they were read, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub start_ns: u64,
    pub now_ns: u64,
}

/// One request, and how many data points it has.
#[derive(Debug)]
pub(crate) struct Request {
    pub bytes: Vec<u8>,
    pub points: u64,
}

/// All requests for these families, in their order.
pub(crate) fn requests(resource: &Resource, families: &[Family], window: Window) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut under_way = Vec::new();
    let mut points = 0;
    for family in families {
        for (metric, count) in points::metrics(family, window) {
            if points + count > POINTS_MAX && points > 0 {
                requests.push(request(resource, std::mem::take(&mut under_way), points));
                points = 0;
            }
            points += count;
            under_way.push(metric);
        }
    }
    if points > 0 {
        requests.push(request(resource, under_way, points));
    }
    requests
}

fn request(resource: &Resource, metrics: Vec<Metric>, points: usize) -> Request {
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(resource.clone()),
            scope_metrics: vec![ScopeMetrics {
                scope: Some(scope()),
                metrics,
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }],
    };
    Request {
        bytes: request.encode_to_vec(),
        points: points as u64,
    }
}

#[cfg(test)]
mod tests;
