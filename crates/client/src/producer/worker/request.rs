//! The Produce request of one batch, and its answer.

use std::time::Duration;

use protocol::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, TopicProduceData,
};
use protocol::{ApiKey, ErrorCode};

use super::Worker;
use super::batch::Sealed;
use crate::ClientError;
use crate::cluster::{Lane, Leader};
use crate::connection::Ticket;
use crate::producer::Acks;
use crate::producer::identity::Identity;

/// From here on, topics are named by id (KIP-516).
const BY_TOPIC_ID_SINCE: i16 = 13;

/// A batch on its way.
pub(super) struct InFlight {
    pub(super) batch: Sealed,
    pub(super) ticket: Ticket<ProduceRequest>,
}

impl InFlight {
    /// The batch's base offset, or why it was not written. May be cancelled and called again.
    pub(super) async fn answer(&mut self) -> Result<i64, ClientError> {
        let answer = self.ticket.answer().await?;
        let topics = answer.responses.into_iter();
        let mut partitions = topics.flat_map(|topic| topic.partition_responses);
        match partitions.next() {
            Some(partition) => outcome(&partition),
            None => Err(ClientError::Invalid(
                "the broker answered a batch without saying what became of it".to_owned(),
            )),
        }
    }
}

/// What sending gives.
pub(super) enum Sent {
    /// An answer will come.
    Waiting(Ticket<ProduceRequest>),
    /// None will: nobody was asked to acknowledge.
    Unanswered,
}

impl Worker {
    /// Writes a batch to its leader, under the worker's producer id if it has one.
    pub(super) async fn send(&mut self, batch: &mut Sealed) -> Result<Sent, ClientError> {
        self.stamp(batch).await?;
        let leader = self.cluster.leader(&self.partition).await?;
        let connection = self.cluster.broker(leader.broker, Lane::Produce).await?;
        let mut version = connection.version(ApiKey::Produce)?;
        if leader.topic_id.is_zero() {
            version = version.min(BY_TOPIC_ID_SINCE - 1);
        }
        let request = self.request(leader, batch);
        if self.settings.acks == Acks::None {
            connection.send_unanswered(request, version)?;
            return Ok(Sent::Unanswered);
        }
        let ticket = connection.begin(request, version, Duration::ZERO).await?;
        Ok(Sent::Waiting(ticket))
    }

    async fn stamp(&mut self, batch: &mut Sealed) -> Result<(), ClientError> {
        if !self.settings.idempotent || batch.is_stamped() {
            return Ok(());
        }
        let identity = match self.identity {
            Some(identity) => identity,
            None => Identity::fetch(&self.cluster).await?,
        };
        self.identity = Some(identity);
        batch.stamp(identity.id, identity.epoch, self.next_sequence);
        // After 2^31-1 comes 0.
        self.next_sequence = match batch.batch.header.last_sequence() {
            i32::MAX => 0,
            last => last + 1,
        };
        Ok(())
    }

    fn request(&self, leader: Leader, batch: &Sealed) -> ProduceRequest {
        let timeout = self.cluster.settings().request_timeout.as_millis();
        ProduceRequest {
            transactional_id: None,
            acks: match self.settings.acks {
                Acks::All => -1,
                Acks::Leader => 1,
                Acks::None => 0,
            },
            timeout_ms: i32::try_from(timeout).unwrap_or(i32::MAX),
            topic_data: vec![TopicProduceData {
                name: self.partition.topic.as_str().into(),
                topic_id: leader.topic_id,
                partition_data: vec![PartitionProduceData {
                    index: self.partition.partition.0,
                    records: Some(batch.batch.bytes.clone()),
                }],
            }],
        }
    }
}

fn outcome(partition: &PartitionProduceResponse) -> Result<i64, ClientError> {
    // The broker has the batch, and has forgotten where.
    if partition.error_code == ErrorCode::DUPLICATE_SEQUENCE_NUMBER {
        return Ok(-1);
    }
    let details = partition.record_errors.iter();
    let details = details.filter_map(|error| error.batch_index_error_message.as_deref());
    let message = partition.error_message.as_deref();
    let message: Vec<&str> = message.into_iter().chain(details).collect();
    let message = message.join("; ");
    ClientError::check(partition.error_code, Some(&message), || {
        "the broker did not take the records".to_owned()
    })?;
    Ok(partition.base_offset)
}
