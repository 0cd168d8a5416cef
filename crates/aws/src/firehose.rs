//! Amazon Data Firehose: puts records, one request a call, and tells what became of each.
//!
//! Limits, retries and what divides the records within an object are the caller's.

use aws_sdk_firehose::Client;
use aws_sdk_firehose::operation::put_record_batch::PutRecordBatchError;
use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::Record;

use crate::ClientConfig;
use crate::failure::{Failure, FailureKind};
use crate::kinesis::RecordFailure;

const SERVICE: &str = "Firehose";

/// A client of the service.
#[derive(Clone, Debug)]
pub struct Firehose {
    client: Client,
}

impl Firehose {
    /// A client with these settings. Opens nothing yet.
    pub fn new(config: &ClientConfig) -> Self {
        Self {
            client: Client::new(config.sdk()),
        }
    }

    /// Puts records into a delivery stream. The answer has one entry for each: `None` for one that is there.
    ///
    /// # Errors
    /// None of them is known to have arrived.
    pub async fn put(
        &self,
        stream: &str,
        records: Vec<Vec<u8>>,
    ) -> Result<Vec<Option<RecordFailure>>, Failure> {
        let count = records.len();
        let mut request = self.client.put_record_batch().delivery_stream_name(stream);
        for record in records {
            let record = Record::builder().data(Blob::new(record)).build();
            let refused =
                |error| Failure::of::<PutRecordBatchError>(SERVICE, SdkErrorOf::from(error));
            request = request.records(record.map_err(refused)?);
        }
        let answer = request.send().await.map_err(|error| {
            let mut failure = Failure::of(SERVICE, error);
            // It says so when it has too much to do.
            if failure.code == "ServiceUnavailableException" {
                failure.kind = FailureKind::Throttled;
            }
            failure
        })?;
        let codes = answer.request_responses.into_iter();
        RecordFailure::each(
            SERVICE,
            count,
            codes.map(|entry| entry.error_code).collect(),
        )
    }
}

type SdkErrorOf = aws_sdk_firehose::error::SdkError<PutRecordBatchError>;
