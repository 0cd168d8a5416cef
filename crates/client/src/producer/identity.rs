//! The id under which a broker tells a producer's repeated batches from new ones (KIP-98).

use protocol::messages::init_producer_id::InitProducerIdRequest;

use crate::{ClientError, Cluster};

/// A producer id and its epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: i64,
    pub(super) epoch: i16,
}

impl Identity {
    /// A fresh id; any broker gives one.
    pub(super) async fn fetch(cluster: &Cluster) -> Result<Self, ClientError> {
        let retry = cluster.retry();
        loop {
            match Self::ask(cluster).await {
                Err(error) if retry.after(&error).await => {}
                done => return done,
            }
        }
    }

    async fn ask(cluster: &Cluster) -> Result<Self, ClientError> {
        let request = InitProducerIdRequest {
            transactional_id: None,
            // Means nothing without a transactional id, and must be positive.
            transaction_timeout_ms: i32::MAX,
            producer_id: -1,
            producer_epoch: -1,
        };
        let answer = cluster.any().await?.call(request).await?;
        ClientError::check(answer.error_code, None, || {
            "the cluster gives no producer id".to_owned()
        })?;
        Ok(Self {
            id: answer.producer_id,
            epoch: answer.producer_epoch,
        })
    }
}
