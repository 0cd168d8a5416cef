//! Joining a group: the coordinator gathers the members, one of them shares out the partitions.

use std::collections::BTreeMap;

use model::{PartitionIndex, TopicName, TopicPartition};
use protocol::ErrorCode;
use protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use protocol::messages::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use tokio::time::Instant;

use super::assignment::{Member, PartitionCounts, range};
use super::heartbeat::Heartbeat;
use super::{GroupConsumer, Joined, embedded, ends_membership};
use crate::cluster::Lane;
use crate::groups::Membership;
use crate::{ClientError, StartAt};

const PROTOCOL_TYPE: &str = "consumer";
const PROTOCOL: &str = "range";

impl GroupConsumer {
    /// Joins until there is an assignment, and starts reading it.
    pub(super) async fn join(&mut self) -> Result<(), ClientError> {
        let retry = self.cluster.retry();
        loop {
            match self.try_join().await {
                Ok(()) => return Ok(()),
                Err(error) if error.code() == Some(ErrorCode::MEMBER_ID_REQUIRED) => {}
                Err(error) if error.code().is_some_and(ends_membership) => {
                    if error.code() == Some(ErrorCode::UNKNOWN_MEMBER_ID) {
                        self.member_id.clear();
                    }
                }
                Err(error) if retry.after(&error).await => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_join(&mut self) -> Result<(), ClientError> {
        let group = self.settings.group.clone();
        let connection = self.cluster.coordinator(&group, Lane::Group).await?;
        let request = self.join_request();
        let held = self.settings.rebalance_timeout;
        let answer = connection.call_within(request, held).await?;
        let given = answer.member_id.to_string();
        if answer.error_code.is_none() || answer.error_code == ErrorCode::MEMBER_ID_REQUIRED {
            self.member_id = given;
        }
        ClientError::check(answer.error_code, None, || {
            format!("cannot join group {group}")
        })?;
        let membership = Membership {
            member_id: self.member_id.clone(),
            generation: answer.generation_id,
            instance_id: self.settings.instance_id.clone(),
        };
        let members = members(&answer)?;
        let shared_out = self.to_share_out(&answer, &members).await?;
        let shares = match &shared_out {
            Some(there) if !answer.skip_assignment => range(&members, &there.counts),
            _ => BTreeMap::new(),
        };
        let shares = shares.into_iter();
        let shares = shares.map(|(member, partitions)| SyncGroupRequestAssignment {
            member_id: member.into(),
            assignment: embedded::assignment(&partitions),
        });
        let request = SyncGroupRequest {
            group_id: group.as_str().into(),
            generation_id: membership.generation,
            member_id: membership.member_id.as_str().into(),
            group_instance_id: membership.instance_id.as_deref().map(Into::into),
            protocol_type: Some(PROTOCOL_TYPE.into()),
            protocol_name: answer.protocol_name.clone(),
            assignments: shares.collect(),
        };
        let answer = connection.call_within(request, held).await?;
        ClientError::check(answer.error_code, None, || {
            format!("cannot join group {group}")
        })?;
        let partitions = embedded::assigned_partitions(&answer.assignment)?;
        self.begin(membership, shared_out, partitions).await
    }

    fn join_request(&self) -> JoinGroupRequest {
        let settings = &self.settings;
        let ms = |time: std::time::Duration| i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
        JoinGroupRequest {
            group_id: settings.group.as_str().into(),
            session_timeout_ms: ms(settings.session_timeout),
            rebalance_timeout_ms: ms(settings.rebalance_timeout),
            member_id: self.member_id.as_str().into(),
            group_instance_id: settings.instance_id.as_deref().map(Into::into),
            protocol_type: PROTOCOL_TYPE.into(),
            protocols: vec![JoinGroupRequestProtocol {
                name: PROTOCOL.into(),
                metadata: embedded::subscription(&settings.topics),
            }],
            ..JoinGroupRequest::default()
        }
    }

    /// What there is to share out, if this member is the one to do it.
    async fn to_share_out(
        &self,
        answer: &JoinGroupResponse,
        members: &[Member],
    ) -> Result<Option<PartitionCounts>, ClientError> {
        if answer.leader != answer.member_id {
            return Ok(None);
        }
        let mut topics: Vec<TopicName> = members.iter().flat_map(|m| m.topics.clone()).collect();
        topics.sort();
        topics.dedup();
        PartitionCounts::ask(&self.cluster, topics).await.map(Some)
    }

    /// Begins to read where the group stands.
    async fn begin(
        &mut self,
        membership: Membership,
        shared_out: Option<PartitionCounts>,
        partitions: BTreeMap<TopicName, Vec<PartitionIndex>>,
    ) -> Result<(), ClientError> {
        let settings = &self.settings;
        let partitions: Vec<TopicPartition> = partitions
            .into_iter()
            .flat_map(|(topic, partitions)| {
                let of = move |partition| TopicPartition {
                    topic: topic.clone(),
                    partition,
                };
                partitions.into_iter().map(of)
            })
            .collect();
        let committed = match partitions.is_empty() {
            true => BTreeMap::new(),
            false => {
                let wanted = Some(&*partitions);
                self.cluster
                    .committed_offsets(&settings.group, wanted)
                    .await?
            }
        };
        let start = |partition: TopicPartition| {
            let found = committed.get(&partition);
            let start = found.map_or(settings.start, |found| StartAt::Offset(found.offset));
            (partition, start)
        };
        self.consumer.assign(partitions.into_iter().map(start));
        self.delivered.clear();
        self.committed.clear();
        let heartbeat = Heartbeat::start(
            self.cluster.clone(),
            settings.group.clone(),
            membership.clone(),
            settings.heartbeat_interval,
            settings.session_timeout,
        );
        let commit_at = settings.commit_interval.map(|time| Instant::now() + time);
        self.joined = Some(Joined {
            membership,
            heartbeat,
            commit_at,
            shared_out,
            count_at: Instant::now() + self.cluster.settings().metadata_age_max,
        });
        Ok(())
    }
}

/// The members of a group, as its leader is told; nobody else is.
fn members(answer: &JoinGroupResponse) -> Result<Vec<Member>, ClientError> {
    let members = answer.members.iter().map(|member| {
        Ok(Member {
            id: member.member_id.to_string(),
            instance_id: member.group_instance_id.as_deref().map(str::to_owned),
            topics: embedded::subscribed_topics(&member.metadata)?,
        })
    });
    members.collect()
}
