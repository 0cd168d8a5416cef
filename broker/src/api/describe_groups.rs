//! DescribeGroups (15): state, protocol and members of groups.
//!
//! KIP-430 (authorized operations, version 3), KIP-345 (static members, version 4), KIP-1043
//! (GROUP_ID_NOT_FOUND, version 6; before, a group that does not exist is described as Dead).

use std::collections::HashSet;

use authz::Resource;
use authz::checks::table::DESCRIBE_GROUPS;
use coordinator::DescribedGroup as Described;
use model::GroupId;
use protocol::messages::describe_groups::{
    DescribeGroupsRequest, DescribeGroupsResponse, DescribedGroup, DescribedGroupMember,
};
use protocol::{ErrorCode, Response, Str};

use super::error::unavailable;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::groups::Unavailable;
use crate::reply::Reply;

/// First version in which a group that does not exist is an error.
const NOT_FOUND_VERSION: i16 = 6;
/// First version that can ask for authorized operations.
const OPERATIONS_VERSION: i16 = 3;
/// State of a group that does not exist.
const DEAD: &str = "Dead";

/// Describes each group in the order asked for, one that is repeated once.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: DescribeGroupsRequest,
) -> Reply {
    let operations = context.version >= OPERATIONS_VERSION && request.include_authorized_operations;
    let mut groups = Vec::with_capacity(request.groups.len());
    let mut seen = HashSet::new();
    for name in request.groups {
        if !seen.insert(name.clone()) {
            continue;
        }
        let mut described = describe(broker, context, name).await;
        if operations && described.error_code.is_none() {
            described.authorized_operations =
                context.authorized_operations(Resource::group(&described.group_id));
        }
        groups.push(described);
    }
    Reply::Now(Response::DescribeGroups(DescribeGroupsResponse {
        groups,
        ..DescribeGroupsResponse::default()
    }))
}

async fn describe(broker: &Broker, context: &RequestContext, name: Str) -> DescribedGroup {
    if let Err(error_code) = context.check(&DESCRIBE_GROUPS, &name) {
        return refuse(name, error_code);
    }
    let Ok(group) = GroupId::new(&name) else {
        return refuse(name, ErrorCode::INVALID_GROUP_ID);
    };
    let id = group.clone();
    let described = broker
        .groups
        .read(broker, &group, move |shard| shard.describe_group(&id));
    match described.await {
        Ok(Some(described)) => found(name, described),
        Ok(None) => missing(name, context.version),
        Err(why @ (Unavailable::Loading | Unavailable::NotCoordinator)) => {
            refuse(name, unavailable(why))
        }
    }
}

fn found(group_id: Str, described: Described) -> DescribedGroup {
    let members = described
        .members
        .into_iter()
        .map(|member| DescribedGroupMember {
            member_id: Str::from(member.member.as_str()),
            group_instance_id: member
                .instance
                .as_ref()
                .map(|instance| Str::from(instance.as_str())),
            client_id: Str::from(&*member.client_id),
            client_host: Str::from(&*member.client_host),
            member_metadata: member.metadata,
            member_assignment: member.assignment,
        });
    DescribedGroup {
        group_id,
        group_state: Str::from_static(described.state),
        protocol_type: described
            .protocol_type
            .as_deref()
            .map(Str::from)
            .unwrap_or_default(),
        protocol_data: described
            .protocol
            .as_deref()
            .map(Str::from)
            .unwrap_or_default(),
        members: members.collect(),
        ..DescribedGroup::default()
    }
}

fn missing(group_id: Str, version: i16) -> DescribedGroup {
    let is_error = version >= NOT_FOUND_VERSION;
    DescribedGroup {
        error_code: if is_error {
            ErrorCode::GROUP_ID_NOT_FOUND
        } else {
            ErrorCode::NONE
        },
        error_message: is_error.then(|| Str::from(format!("Group {group_id} not found."))),
        group_id,
        group_state: Str::from_static(DEAD),
        ..DescribedGroup::default()
    }
}

fn refuse(group_id: Str, error_code: ErrorCode) -> DescribedGroup {
    DescribedGroup {
        error_code,
        group_id,
        ..DescribedGroup::default()
    }
}
