//! Amazon Kinesis Data Streams: puts records, one request a call, and tells what became of each.
//!
//! Limits, retries and the choice of partition keys are the caller's.

use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_kinesis::types::PutRecordsRequestEntry;

use crate::ClientConfig;
use crate::failure::{Failure, FailureKind, of_record};

const SERVICE: &str = "Kinesis";

/// A client of the service.
#[derive(Clone, Debug)]
pub struct Kinesis {
    client: Client,
}

/// A record to be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KinesisRecord {
    /// What is in it.
    pub data: Vec<u8>,
    /// What its shard is chosen by: 1 to 256 characters.
    pub partition_key: String,
    /// A place among the hash keys, in decimal, that wins over the partition key.
    pub explicit_hash_key: Option<String>,
}

/// Why one record of several was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFailure {
    /// What a caller decides by.
    pub kind: FailureKind,
    /// The service's own word for it.
    pub code: String,
}

impl Kinesis {
    /// A client with these settings. Opens nothing yet.
    pub fn new(config: &ClientConfig) -> Self {
        Self {
            client: Client::new(config.sdk()),
        }
    }

    /// Puts records into a stream, told by its name or its ARN. The answer has one entry for each: `None` for one
    /// that is there.
    ///
    /// # Errors
    /// None of them is known to have arrived.
    pub async fn put(
        &self,
        stream: &str,
        records: Vec<KinesisRecord>,
    ) -> Result<Vec<Option<RecordFailure>>, Failure> {
        let count = records.len();
        let mut request = self.client.put_records();
        request = match stream.starts_with("arn:") {
            true => request.stream_arn(stream),
            false => request.stream_name(stream),
        };
        for record in records {
            let entry = PutRecordsRequestEntry::builder()
                .data(Blob::new(record.data))
                .partition_key(record.partition_key)
                .set_explicit_hash_key(record.explicit_hash_key)
                .build();
            request = request.records(entry.map_err(|error| {
                Failure::of::<aws_sdk_kinesis::operation::put_records::PutRecordsError>(
                    SERVICE,
                    error.into(),
                )
            })?);
        }
        let answer = request.send().await;
        let answer = answer.map_err(|error| Failure::of(SERVICE, error))?;
        let codes = answer.records.into_iter().map(|entry| entry.error_code);
        RecordFailure::each(SERVICE, count, codes.collect())
    }
}

impl RecordFailure {
    /// What the codes of an answer say of `count` records. The count of failed records that the answer tells too is
    /// not looked at: the codes are what there is to go by.
    pub(crate) fn each(
        service: &'static str,
        count: usize,
        codes: Vec<Option<String>>,
    ) -> Result<Vec<Option<Self>>, Failure> {
        if codes.len() != count {
            let told = codes.len();
            let why = format!("of {count} records it tells what became of {told}");
            return Err(Failure::unanswered(service, why));
        }
        let each = codes.into_iter().map(|code| {
            let code = code.filter(|code| !code.is_empty())?;
            let kind = of_record(&code);
            Some(Self { kind, code })
        });
        Ok(each.collect())
    }
}

#[cfg(test)]
mod tests;
