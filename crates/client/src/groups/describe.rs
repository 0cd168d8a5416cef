//! One group with its members and what they read.

use std::collections::BTreeMap;

use model::{GroupId, PartitionIndex, TopicName};
use protocol::ErrorCode;
use protocol::messages::describe_groups::{DescribeGroupsRequest, DescribedGroupMember};

use crate::group::{assigned_partitions, subscribed_topics};
use crate::{ClientError, Cluster};

/// A group as its coordinator describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    /// Its id.
    pub group: GroupId,
    /// Its state, as Kafka names it; `Dead` is a group that does not exist.
    pub state: String,
    /// What its members speak.
    pub protocol_type: String,
    /// The assignor that they agreed on.
    pub assignor: String,
    /// Its members.
    pub members: Vec<MemberDescription>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDescription {
    /// What the coordinator calls it.
    pub member_id: String,
    /// What a static member calls itself.
    pub instance_id: Option<String>,
    /// What its client calls itself.
    pub client_id: String,
    /// Where it connects from.
    pub host: String,
    /// What it wants to read; empty where it does not speak the consumer protocol.
    pub topics: Vec<TopicName>,
    /// What it was assigned.
    pub assignment: BTreeMap<TopicName, Vec<PartitionIndex>>,
}

impl Cluster {
    /// Describes a group. One that does not exist is described as dead, or refused, depending on
    /// the broker's version.
    pub async fn describe_group(&self, group: &GroupId) -> Result<GroupDescription, ClientError> {
        let request = |_| DescribeGroupsRequest {
            groups: vec![group.as_str().into()],
            include_authorized_operations: false,
        };
        let answer = self
            .ask_coordinator(group, i16::MAX, request, |answer| {
                let first = answer.groups.first();
                first.map_or(ErrorCode::NONE, |group| group.error_code)
            })
            .await?;
        let described = answer.groups.into_iter().next().ok_or_else(|| {
            ClientError::Invalid(format!("the coordinator did not describe group {group}"))
        })?;
        let members = described.members.into_iter().map(member);
        Ok(GroupDescription {
            group: group.clone(),
            state: described.group_state.to_string(),
            protocol_type: described.protocol_type.to_string(),
            assignor: described.protocol_data.to_string(),
            members: members.collect(),
        })
    }
}

fn member(member: DescribedGroupMember) -> MemberDescription {
    MemberDescription {
        member_id: member.member_id.to_string(),
        instance_id: member.group_instance_id.map(|id| id.to_string()),
        client_id: member.client_id.to_string(),
        host: member.client_host.to_string(),
        // Other protocols, such as Connect's, have other bytes here.
        topics: subscribed_topics(&member.member_metadata).unwrap_or_default(),
        assignment: assigned_partitions(&member.member_assignment).unwrap_or_default(),
    }
}
