//! Amazon CloudWatch: sends metric data, one request a call.
//!
//! Nothing is checked here and nothing is tried twice: the limits and the retries are the caller's. The
//! error tells only what a caller decides by.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_cloudwatch::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_cloudwatch::error::BoxError;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum, StandardUnit};

use crate::ClientConfig;
use crate::failure::{Cause, Failure, FailureKind};

const SERVICE: &str = "CloudWatch";

/// A client of the service.
#[derive(Clone, Debug)]
pub struct CloudWatch {
    client: Client,
    target: Target,
}

/// The operation that is called, as errors spell it.
pub const OPERATION: &str = "PutMetricData";

/// Where the last request went: `http://127.0.0.1:4566`. Empty before the first.
#[derive(Clone, Debug, Default)]
struct Target(Arc<Mutex<String>>);

/// The values of one metric within one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    /// The metric's name.
    pub name: String,
    /// Names and values.
    pub dimensions: Vec<(String, String)>,
    /// As CloudWatch spells it: `Count/Second`.
    pub unit: &'static str,
    /// The beginning of the period.
    pub timestamp_ms: i64,
    /// Each value and how often it occurred; at least one.
    pub values: Vec<(f64, f64)>,
    /// Whether it is kept by the second.
    pub is_high_resolution: bool,
}

/// Why a request did not succeed. The cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// Too many requests, of this process or of others of the account.
    #[error("CloudWatch is throttling")]
    Throttled(#[source] Cause),
    /// The service has a fault of its own.
    #[error("CloudWatch has a fault of its own")]
    Service(#[source] Cause),
    /// Something in the data is not as the service wants it; the other data of the request is lost with it.
    #[error("CloudWatch refuses the data")]
    Data(#[source] Cause),
    /// Who asks may not, or is not known.
    #[error("CloudWatch refuses the credentials")]
    Credentials(#[source] Cause),
    /// There is no answer: what was sent may have arrived.
    #[error("CloudWatch does not answer; are region, endpoint and network right?")]
    Unanswered(#[source] Cause),
    /// There is nobody to ask as: nothing was sent.
    #[error(
        "no AWS credentials can be had; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    )]
    NoCredentials(#[source] Cause),
    /// The request was not sent: it cannot be made, or there is no endpoint.
    #[error("nothing can be sent to CloudWatch; are region and endpoint right?")]
    Unsent(#[source] Cause),
}

impl CloudWatch {
    /// A client with these settings; `endpoint` wins over what the environment says. Opens nothing yet.
    pub fn new(config: &ClientConfig, endpoint: Option<&str>) -> Self {
        let mut builder = aws_sdk_cloudwatch::config::Builder::from(config.sdk());
        if let Some(endpoint) = endpoint {
            builder = builder.endpoint_url(endpoint);
        }
        let target = Target::default();
        let builder = builder.interceptor(target.clone());
        Self {
            client: Client::from_conf(builder.build()),
            target,
        }
    }

    /// The endpoint that the last request went to; empty when none got as far as that.
    pub fn endpoint(&self) -> String {
        let target = self.target.0.lock();
        target.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends all of `data`, in one request.
    ///
    /// # Errors
    /// None of it is known to have arrived.
    pub async fn put(&self, namespace: &str, data: &[Datum]) -> Result<(), PutError> {
        let request = self.client.put_metric_data().namespace(namespace);
        let request = request.set_metric_data(Some(data.iter().map(of_datum).collect()));
        let answer = request.send().await;
        answer
            .map(drop)
            .map_err(|error| Failure::of(SERVICE, error).into())
    }
}

impl Intercept for Target {
    fn name(&self) -> &'static str {
        "Target"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let uri = context.request().uri();
        // Without the path, which is the protocol's.
        let begin = uri.find("://").map_or(0, |at| at + 3);
        let end = uri[begin..].find('/').map_or(uri.len(), |at| begin + at);
        let mut target = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uri[..end].clone_into(&mut target);
        Ok(())
    }
}

fn of_datum(datum: &Datum) -> MetricDatum {
    let dimensions = datum
        .dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let builder = MetricDatum::builder()
        .metric_name(&datum.name)
        .set_dimensions(Some(dimensions.collect()))
        .timestamp(DateTime::from_millis(datum.timestamp_ms))
        .unit(StandardUnit::from(datum.unit))
        .storage_resolution(if datum.is_high_resolution { 1 } else { 60 });
    let builder = match datum.values.as_slice() {
        [(value, 1.0)] => builder.value(*value),
        values => builder
            .set_values(Some(values.iter().map(|(value, _)| *value).collect()))
            .set_counts(Some(values.iter().map(|(_, count)| *count).collect())),
    };
    builder.build()
}

impl From<Failure> for PutError {
    fn from(failure: Failure) -> Self {
        let kind = failure.kind;
        let cause = failure.into_cause();
        match kind {
            FailureKind::NoCredentials => Self::NoCredentials(cause),
            FailureKind::Credentials | FailureKind::Clock => Self::Credentials(cause),
            FailureKind::Throttled => Self::Throttled(cause),
            FailureKind::Unanswered => Self::Unanswered(cause),
            FailureKind::Data | FailureKind::Refused => Self::Data(cause),
            FailureKind::Unsent => Self::Unsent(cause),
            // 404 and the like: another service answers at the endpoint.
            FailureKind::Service | FailureKind::Missing => Self::Service(cause),
        }
    }
}

impl Datum {
    /// The most bytes that this datum takes in a request, before compression.
    pub fn bytes_max(&self) -> usize {
        // Keys, marks of maps and arrays, the timestamp and the resolution; see the test against the SDK.
        const FIXED: usize = 96;
        const DIMENSION: usize = 18;
        const PAIR: usize = 18;
        let dimensions = self.dimensions.iter();
        let dimensions: usize = dimensions
            .map(|(name, value)| DIMENSION + name.len() + value.len())
            .sum();
        FIXED + self.name.len() + self.unit.len() + dimensions + PAIR * self.values.len()
    }
}

impl PutError {
    /// Whether the same request may succeed later.
    pub fn may_pass(&self) -> bool {
        !matches!(self, Self::Data(_))
    }
}

#[cfg(test)]
mod tests;
