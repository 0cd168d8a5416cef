//! JoinGroup (11): enters a group, or its next generation; the answer comes when all members have.
//!
//! KIP-62 (rebalance timeout, version 1), KIP-394 (member id first, version 4), KIP-345 (static
//! members, version 5), KIP-559 (protocol type, version 7), KIP-800 (reason, version 8), KIP-814
//! (a returning leader skips the assignment, version 9).

use std::net::IpAddr;
use std::sync::Arc;

use authz::checks::table::JOIN_GROUP;
use bytes::Bytes;
use coordinator::{
    Client, Command, InstanceId, JoinGroup, JoinRefused, Joined, MemberId, Protocol,
    Reply as Answer,
};
use model::GroupId;
use protocol::messages::join_group::{
    JoinGroupRequest, JoinGroupResponse, JoinGroupResponseMember,
};
use protocol::{ErrorCode, Response, Str};

use super::error::{group_error, unavailable};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

/// First version with a rebalance timeout; before, the session timeout is both.
const REBALANCE_TIMEOUT_VERSION: i16 = 1;
/// First version in which a member can be sent back with an id.
const MEMBER_ID_REQUIRED_VERSION: i16 = 4;
/// First version in which the protocol name may be null.
const NULL_PROTOCOL_VERSION: i16 = 7;
/// First version that can tell a leader to skip the assignment.
const SKIP_ASSIGNMENT_VERSION: i16 = 9;
/// What is kept of a client's reason: the rest would only fill the log.
const REASON_CHARS_MAX: usize = 255;

/// Joins; waits for the others.
pub async fn handle(broker: &Broker, context: &RequestContext, request: JoinGroupRequest) -> Reply {
    let version = context.version;
    let member = MemberId::new(&request.member_id);
    let permit = match context.check(&JOIN_GROUP, &request.group_id) {
        Ok(permit) => permit,
        Err(error_code) => {
            return Reply::Now(refuse(version, error_code, &MemberId::none()));
        }
    };
    let Ok(group) = GroupId::new(&request.group_id) else {
        return Reply::Now(refuse(version, ErrorCode::INVALID_GROUP_ID, &member));
    };
    let random = u128::from_be_bytes(broker.random.topic_id().0);
    let command = Command::JoinGroup(command(context, &request, group.clone(), random));
    let pending = broker.groups.command(broker, permit, &group, command).await;
    Reply::later(async move {
        match pending.wait().await {
            Ok(Answer::JoinGroup(Ok(joined))) => accept(version, &joined),
            Ok(Answer::JoinGroup(Err(JoinRefused { error, member }))) => {
                refuse(version, group_error(error), &member)
            }
            Ok(_) => refuse(version, ErrorCode::UNKNOWN_SERVER_ERROR, &member),
            Err(why) => refuse(version, unavailable(why), &member),
        }
    })
}

fn command(
    context: &RequestContext,
    request: &JoinGroupRequest,
    group: GroupId,
    random: u128,
) -> JoinGroup {
    let version = context.version;
    let protocols = request.protocols.iter().map(|protocol| Protocol {
        name: Arc::from(&*protocol.name),
        // The group keeps it; a slice would keep the whole frame.
        metadata: Bytes::copy_from_slice(&protocol.metadata),
    });
    let reason = request
        .reason
        .as_deref()
        .filter(|reason| !reason.is_empty());
    JoinGroup {
        group,
        member: MemberId::new(&request.member_id),
        instance: request.group_instance_id.as_deref().map(InstanceId::new),
        client: Client {
            id: Arc::from(context.client_id.as_deref().unwrap_or_default()),
            host: java_address(context.connection.client_address).into(),
        },
        session_timeout_ms: request.session_timeout_ms,
        rebalance_timeout_ms: match version >= REBALANCE_TIMEOUT_VERSION {
            true => request.rebalance_timeout_ms,
            false => request.session_timeout_ms,
        },
        protocol_type: Arc::from(&*request.protocol_type),
        protocols: protocols.collect(),
        reason: reason.map(|reason| {
            reason
                .chars()
                .take(REASON_CHARS_MAX)
                .collect::<String>()
                .into()
        }),
        member_id_required: version >= MEMBER_ID_REQUIRED_VERSION,
        can_skip_assignment: version >= SKIP_ASSIGNMENT_VERSION,
        random,
    }
}

/// An address as Java prints it, which is what groups store and tools show: a slash in front, and
/// all eight parts of an IPv6 address.
fn java_address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("/{address}"),
        IpAddr::V6(address) => {
            let parts = address.segments().map(|part| format!("{part:x}"));
            format!("/{}", parts.join(":"))
        }
    }
}

fn accept(version: i16, joined: &Joined) -> Response {
    let members = joined.members.iter().map(|member| JoinGroupResponseMember {
        member_id: Str::from(member.member.as_str()),
        group_instance_id: member
            .instance
            .as_ref()
            .map(|instance| Str::from(instance.as_str())),
        metadata: member.metadata.clone(),
    });
    Response::JoinGroup(JoinGroupResponse {
        error_code: ErrorCode::NONE,
        generation_id: joined.generation,
        protocol_type: joined.protocol_type.as_deref().map(Str::from),
        protocol_name: protocol_name(version, joined.protocol.as_deref()),
        leader: joined
            .leader
            .as_ref()
            .map(|leader| Str::from(leader.as_str()))
            .unwrap_or_default(),
        skip_assignment: joined.skip_assignment,
        member_id: Str::from(joined.member.as_str()),
        members: members.collect(),
        ..JoinGroupResponse::default()
    })
}

fn refuse(version: i16, error_code: ErrorCode, member: &MemberId) -> Response {
    Response::JoinGroup(JoinGroupResponse {
        error_code,
        protocol_name: protocol_name(version, None),
        member_id: Str::from(member.as_str()),
        ..JoinGroupResponse::default()
    })
}

fn protocol_name(version: i16, name: Option<&str>) -> Option<Str> {
    match name.map(Str::from) {
        None if version < NULL_PROTOCOL_VERSION => Some(Str::default()),
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::java_address;

    #[test]
    fn addresses_look_as_java_prints_them() {
        for (address, expected) in [
            ("127.0.0.1", "/127.0.0.1"),
            ("::1", "/0:0:0:0:0:0:0:1"),
            ("2001:db8::ff00:42:8329", "/2001:db8:0:0:0:ff00:42:8329"),
        ] {
            assert_eq!(java_address(address.parse().unwrap()), expected);
        }
    }
}
