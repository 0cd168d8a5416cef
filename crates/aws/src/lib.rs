//! Every AWS SDK crate behind one door.
//!
//! It knows nothing of Kafka; the broker never depends on it. Region, credentials and endpoints
//! are found as every AWS program finds them (`AWS_REGION`, profiles, `AWS_ENDPOINT_URL`), and
//! the SDK never tries twice by itself: whoever calls knows when that is worth it.

mod client_config;
pub mod cloudwatch;
mod cloudwatch_logs;
mod failure;
mod firehose;
mod kinesis;
mod s3;
pub mod secrets;

pub use client_config::{ClientConfig, ClientConfigError, ClientOptions, Role};
pub use cloudwatch::{CloudWatch, PutError};
pub use cloudwatch_logs::{CloudWatchLogs, LogEventsBody, LogGroup, RejectedEvents};
pub use failure::{Failure, FailureKind};
pub use firehose::Firehose;
pub use kinesis::{Kinesis, KinesisRecord, RecordFailure};
pub use s3::{Bucket, Object, Put, S3, S3Style};
pub use secrets::{SecretEntry, SecretText, Secrets, SecretsError};
