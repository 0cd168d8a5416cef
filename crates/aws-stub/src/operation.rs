//! What can be asked for, and of which service.

use serde::{Deserialize, Serialize};

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// CloudWatch Logs.
    Logs,
    /// Kinesis Data Streams.
    Kinesis,
    /// Data Firehose.
    Firehose,
    /// S3.
    S3,
    /// Security Token Service.
    Sts,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Logs,
        Self::Kinesis,
        Self::Firehose,
        Self::S3,
        Self::Sts,
    ];

    /// As credential scopes and reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Kinesis => "kinesis",
            Self::Firehose => "firehose",
            Self::S3 => "s3",
            Self::Sts => "sts",
        }
    }
}

/// An operation, by its name in the service's model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Operation {
    AssumeRole,
    CreateLogGroup,
    CreateLogStream,
    DescribeLogGroups,
    DescribeLogStreams,
    GetLogEvents,
    GetObject,
    HeadBucket,
    HeadObject,
    ListObjectsV2,
    PutLogEvents,
    PutObject,
    PutRecordBatch,
    PutRecords,
    PutRetentionPolicy,
    Unknown,
}

/// THE TABLE of the operations that are named by the header `x-amz-target`.
const TARGETS: &[(&str, Operation)] = &[
    ("Logs_20140328.CreateLogGroup", Operation::CreateLogGroup),
    ("Logs_20140328.CreateLogStream", Operation::CreateLogStream),
    (
        "Logs_20140328.DescribeLogGroups",
        Operation::DescribeLogGroups,
    ),
    (
        "Logs_20140328.DescribeLogStreams",
        Operation::DescribeLogStreams,
    ),
    ("Logs_20140328.GetLogEvents", Operation::GetLogEvents),
    ("Logs_20140328.PutLogEvents", Operation::PutLogEvents),
    (
        "Logs_20140328.PutRetentionPolicy",
        Operation::PutRetentionPolicy,
    ),
    ("Kinesis_20131202.PutRecords", Operation::PutRecords),
    (
        "Firehose_20150804.PutRecordBatch",
        Operation::PutRecordBatch,
    ),
];

impl Operation {
    /// By the header `x-amz-target`.
    pub(crate) fn of_target(target: &str) -> Self {
        let row = TARGETS.iter().find(|(name, _)| *name == target);
        row.map_or(Self::Unknown, |(_, operation)| *operation)
    }

    /// By method, path and query, as S3 does it.
    pub(crate) fn of_object(method: &str, has_key: bool, query: &str) -> Self {
        match (method, has_key) {
            ("PUT", true) if !query.contains("uploadId=") => Self::PutObject,
            ("HEAD", true) => Self::HeadObject,
            ("GET", true) => Self::GetObject,
            ("HEAD", false) => Self::HeadBucket,
            ("GET", false) if query.contains("list-type=2") => Self::ListObjectsV2,
            _ => Self::Unknown,
        }
    }

    /// Whose it is; what is unknown is answered as the JSON services do.
    pub fn service(self) -> Service {
        match self {
            Self::AssumeRole => Service::Sts,
            Self::PutRecords => Service::Kinesis,
            Self::PutRecordBatch => Service::Firehose,
            Self::GetObject
            | Self::HeadBucket
            | Self::HeadObject
            | Self::ListObjectsV2
            | Self::PutObject => Service::S3,
            _ => Service::Logs,
        }
    }
}
