//! LeaveGroup (13): takes members out of a group, before version 3 the caller alone.
//!
//! KIP-345 (several members, static ones by name, version 3), KIP-800 (reason, version 5).

use authz::checks::table::LEAVE_GROUP;
use coordinator::{Command, InstanceId, LeaveGroup, Leaver, Left, MemberId, Reply as Answer};
use model::GroupId;
use protocol::messages::leave_group::{LeaveGroupRequest, LeaveGroupResponse, MemberResponse};
use protocol::{ErrorCode, Response, Str};

use super::error::{group_error, unavailable};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

/// First version that names several members.
const MEMBERS_VERSION: i16 = 3;
/// What is kept of a client's reason.
const REASON_CHARS_MAX: usize = 255;

/// Leaves; where a group becomes empty by it, waits until that is stored.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: LeaveGroupRequest,
) -> Reply {
    let version = context.version;
    let permit = match context.check(&LEAVE_GROUP, &request.group_id) {
        Ok(permit) => permit,
        Err(error_code) => return Reply::Now(refuse(error_code)),
    };
    let Ok(group) = GroupId::new(&request.group_id) else {
        return Reply::Now(refuse(ErrorCode::INVALID_GROUP_ID));
    };
    let members = leavers(version, &request);
    let command = Command::LeaveGroup(LeaveGroup {
        group: group.clone(),
        members,
    });
    let pending = broker.groups.command(broker, permit, &group, command).await;
    Reply::later(async move {
        match pending.wait().await {
            Ok(Answer::LeaveGroup(Ok(left))) => accept(version, &left),
            Ok(Answer::LeaveGroup(Err(error))) => refuse(group_error(error)),
            Ok(_) => refuse(ErrorCode::UNKNOWN_SERVER_ERROR),
            Err(why) => refuse(unavailable(why)),
        }
    })
}

fn leavers(version: i16, request: &LeaveGroupRequest) -> Vec<Leaver> {
    if version < MEMBERS_VERSION {
        let member = MemberId::new(&request.member_id);
        return vec![Leaver {
            member,
            instance: None,
            reason: None,
        }];
    }
    let leavers = request.members.iter().map(|member| Leaver {
        member: MemberId::new(&member.member_id),
        instance: member.group_instance_id.as_deref().map(InstanceId::new),
        reason: member.reason.as_deref().map(|reason| {
            reason
                .chars()
                .take(REASON_CHARS_MAX)
                .collect::<String>()
                .into()
        }),
    });
    leavers.collect()
}

fn accept(version: i16, left: &[Left]) -> Response {
    if version < MEMBERS_VERSION {
        return refuse(
            left.first()
                .and_then(|one| one.error)
                .map_or(ErrorCode::NONE, group_error),
        );
    }
    let members = left.iter().map(|one| MemberResponse {
        member_id: Str::from(one.member.as_str()),
        group_instance_id: one
            .instance
            .as_ref()
            .map(|instance| Str::from(instance.as_str())),
        error_code: one.error.map_or(ErrorCode::NONE, group_error),
    });
    Response::LeaveGroup(LeaveGroupResponse {
        members: members.collect(),
        ..LeaveGroupResponse::default()
    })
}

fn refuse(error_code: ErrorCode) -> Response {
    Response::LeaveGroup(LeaveGroupResponse {
        error_code,
        ..LeaveGroupResponse::default()
    })
}
