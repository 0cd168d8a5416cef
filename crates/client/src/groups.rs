//! Consumer groups from outside: who is in them, and where they stand.

mod describe;
mod offsets;

use model::GroupId;
use protocol::ErrorCode;
use protocol::messages::delete_groups::DeleteGroupsRequest;
use protocol::messages::leave_group::{LeaveGroupRequest, MemberIdentity};
use protocol::messages::list_groups::ListGroupsRequest;

use crate::cluster::Lane;
use crate::{ClientError, Cluster};
pub use describe::{GroupDescription, MemberDescription};
pub use offsets::Committed;

/// From here on, a request names its members in an array (KIP-345).
const LEAVE_MEMBERS_SINCE: i16 = 3;

/// Who a member is in one generation.
#[derive(Clone, Debug)]
pub(crate) struct Membership {
    pub(crate) member_id: String,
    pub(crate) generation: i32,
    pub(crate) instance_id: Option<String>,
}

/// A group as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedGroup {
    /// Its id.
    pub group: GroupId,
    /// What its members speak, `consumer` mostly; empty for groups that only commit.
    pub protocol_type: String,
    /// Its state, as Kafka names it; empty from old brokers.
    pub state: String,
    /// Its type, `classic` or `consumer`; empty from old brokers.
    pub group_type: String,
}

impl Cluster {
    /// All groups of all coordinators, by id.
    pub async fn list_groups(&self) -> Result<Vec<ListedGroup>, ClientError> {
        let brokers = self.metadata(Some(&[]), false).await?.brokers;
        let mut groups = Vec::new();
        for broker in brokers.into_keys() {
            let connection = self.broker(broker, Lane::Control).await?;
            let answer = connection.call(ListGroupsRequest::default()).await?;
            ClientError::check(answer.error_code, None, || {
                format!("cannot list the groups of broker {broker}")
            })?;
            for group in answer.groups {
                let id = GroupId::new(&group.group_id);
                let id = id.map_err(|error| ClientError::Invalid(error.to_string()))?;
                groups.push(ListedGroup {
                    group: id,
                    protocol_type: group.protocol_type.to_string(),
                    state: group.group_state.to_string(),
                    group_type: group.group_type.to_string(),
                });
            }
        }
        groups.sort();
        Ok(groups)
    }

    /// Deletes a group that has no members, with its offsets.
    pub async fn delete_group(&self, group: &GroupId) -> Result<(), ClientError> {
        let request = |_| DeleteGroupsRequest {
            groups_names: vec![group.as_str().into()],
        };
        let answer = self
            .ask_coordinator(group, i16::MAX, request, |answer| {
                let first = answer.results.first();
                first.map_or(ErrorCode::NONE, |result| result.error_code)
            })
            .await?;
        match answer.results.first() {
            Some(_) => Ok(()),
            None => Err(ClientError::Invalid(format!(
                "the coordinator did not say whether group {group} is deleted"
            ))),
        }
    }

    /// Tells the coordinator that a dynamic member goes.
    pub(crate) async fn leave_group(
        &self,
        group: &GroupId,
        member_id: &str,
    ) -> Result<(), ClientError> {
        let member_id = || member_id.into();
        let request = |version| match version >= LEAVE_MEMBERS_SINCE {
            true => LeaveGroupRequest {
                group_id: group.as_str().into(),
                members: vec![MemberIdentity {
                    member_id: member_id(),
                    group_instance_id: None,
                    reason: None,
                }],
                ..LeaveGroupRequest::default()
            },
            false => LeaveGroupRequest {
                group_id: group.as_str().into(),
                member_id: member_id(),
                ..LeaveGroupRequest::default()
            },
        };
        self.ask_coordinator(group, i16::MAX, request, |answer| answer.error_code)
            .await
            .map(drop)
    }
}
