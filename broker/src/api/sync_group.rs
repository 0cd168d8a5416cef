//! SyncGroup (14): the leader hands in the assignment, everybody receives their part; the answer
//! comes when the assignment is stored.
//!
//! KIP-345 (static members, version 3), KIP-559 (protocol type and name, version 5).

use std::sync::Arc;

use authz::checks::table::SYNC_GROUP;
use bytes::Bytes;
use coordinator::{Command, InstanceId, MemberId, Reply as Answer, SyncGroup};
use model::GroupId;
use protocol::messages::sync_group::{SyncGroupRequest, SyncGroupResponse};
use protocol::{ErrorCode, Response, Str};

use super::error::{group_error, unavailable};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

/// First version in which protocol type and name must be there.
const PROTOCOL_VERSION: i16 = 5;

/// Syncs; waits for the leader.
pub async fn handle(broker: &Broker, context: &RequestContext, request: SyncGroupRequest) -> Reply {
    let named = request.protocol_type.is_some() && request.protocol_name.is_some();
    if context.version >= PROTOCOL_VERSION && !named {
        return Reply::Now(refuse(ErrorCode::INCONSISTENT_GROUP_PROTOCOL));
    }
    let permit = match context.check(&SYNC_GROUP, &request.group_id) {
        Ok(permit) => permit,
        Err(error_code) => return Reply::Now(refuse(error_code)),
    };
    let Ok(group) = GroupId::new(&request.group_id) else {
        return Reply::Now(refuse(ErrorCode::INVALID_GROUP_ID));
    };
    let assignments = request.assignments.iter().map(|one| {
        (
            MemberId::new(&one.member_id),
            Bytes::copy_from_slice(&one.assignment),
        )
    });
    let command = Command::SyncGroup(SyncGroup {
        group: group.clone(),
        member: MemberId::new(&request.member_id),
        instance: request.group_instance_id.as_deref().map(InstanceId::new),
        generation: request.generation_id,
        protocol_type: request.protocol_type.as_deref().map(Arc::from),
        protocol: request.protocol_name.as_deref().map(Arc::from),
        assignments: assignments.collect(),
    });
    let pending = broker.groups.command(broker, permit, &group, command).await;
    Reply::later(async move {
        match pending.wait().await {
            Ok(Answer::SyncGroup(Ok(synced))) => Response::SyncGroup(SyncGroupResponse {
                protocol_type: synced.protocol_type.as_deref().map(Str::from),
                protocol_name: synced.protocol.as_deref().map(Str::from),
                assignment: synced.assignment,
                ..SyncGroupResponse::default()
            }),
            Ok(Answer::SyncGroup(Err(error))) => refuse(group_error(error)),
            Ok(_) => refuse(ErrorCode::UNKNOWN_SERVER_ERROR),
            Err(why) => refuse(unavailable(why)),
        }
    })
}

fn refuse(error_code: ErrorCode) -> Response {
    Response::SyncGroup(SyncGroupResponse {
        error_code,
        ..SyncGroupResponse::default()
    })
}
