//! Heartbeat (12): a member says that it is alive, and hears whether to join again.
//!
//! KIP-345 (static members, version 3).

use authz::checks::table::HEARTBEAT;
use coordinator::{Command, Heartbeat, InstanceId, MemberId, Reply as Answer};
use model::GroupId;
use protocol::messages::heartbeat::{HeartbeatRequest, HeartbeatResponse};
use protocol::{ErrorCode, Response};

use super::error::{group_error, unavailable};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::groups::Unavailable;
use crate::reply::Reply;

/// Renews a session.
pub async fn handle(broker: &Broker, context: &RequestContext, request: HeartbeatRequest) -> Reply {
    let permit = match context.check(&HEARTBEAT, &request.group_id) {
        Ok(permit) => permit,
        Err(error_code) => return Reply::Now(respond(error_code)),
    };
    let Ok(group) = GroupId::new(&request.group_id) else {
        return Reply::Now(respond(ErrorCode::INVALID_GROUP_ID));
    };
    let command = Command::Heartbeat(Heartbeat {
        group: group.clone(),
        member: MemberId::new(&request.member_id),
        instance: request.group_instance_id.as_deref().map(InstanceId::new),
        generation: request.generation_id,
    });
    let pending = broker.groups.command(broker, permit, &group, command).await;
    Reply::later(async move {
        respond(match pending.wait().await {
            Ok(Answer::Heartbeat(Ok(()))) => ErrorCode::NONE,
            Ok(Answer::Heartbeat(Err(error))) => group_error(error),
            Ok(_) => ErrorCode::UNKNOWN_SERVER_ERROR,
            // Nobody's session ends while groups are loading; there is no reason to alarm them.
            Err(Unavailable::Loading) => ErrorCode::NONE,
            Err(why) => unavailable(why),
        })
    })
}

fn respond(error_code: ErrorCode) -> Response {
    Response::Heartbeat(HeartbeatResponse {
        error_code,
        ..HeartbeatResponse::default()
    })
}
