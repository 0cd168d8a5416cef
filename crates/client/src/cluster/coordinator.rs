//! Which broker coordinates a group.

use model::{BrokerId, GroupId};
use protocol::messages::find_coordinator::FindCoordinatorRequest;
use protocol::{ApiKey, ErrorCode};

use super::{Cluster, Lane};
use crate::ClientError;
use crate::connection::Connection;

/// The key type of groups; 1 is transactions.
const KEY_TYPE_GROUP: i8 = 0;
/// From here on, keys are asked for in an array (KIP-699).
const BATCHED_SINCE: i16 = 4;

impl Cluster {
    /// A connection to the coordinator of `group`. Asked for each time: coordinators move, and
    /// the question is cheap beside what follows it.
    pub(crate) async fn coordinator(
        &self,
        group: &GroupId,
        lane: Lane,
    ) -> Result<Connection, ClientError> {
        let connection = self.any().await?;
        let batched = connection.version(ApiKey::FindCoordinator)? >= BATCHED_SINCE;
        let key = group.as_str().into();
        let request = if batched {
            FindCoordinatorRequest {
                key_type: KEY_TYPE_GROUP,
                coordinator_keys: vec![key],
                ..FindCoordinatorRequest::default()
            }
        } else {
            FindCoordinatorRequest {
                key,
                key_type: KEY_TYPE_GROUP,
                ..FindCoordinatorRequest::default()
            }
        };
        let answer = connection.call(request).await?;
        let (node, code, message) = match answer.coordinators.into_iter().next() {
            Some(found) => (found.node_id, found.error_code, found.error_message),
            None if batched => (-1, ErrorCode::COORDINATOR_NOT_AVAILABLE, None),
            None => (answer.node_id, answer.error_code, answer.error_message),
        };
        let what = || format!("cannot find the coordinator of group {group}");
        ClientError::check(code, message.as_deref(), what)?;
        let id = BrokerId(node);
        if self.read(|known| !known.brokers.contains_key(&id)) {
            self.ask(Some(&[]), false).await?;
        }
        self.broker(id, lane).await
    }
}
