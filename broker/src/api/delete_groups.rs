//! DeleteGroups (42): deletes groups without members, and their offsets (KIP-229).

use std::collections::HashSet;

use authz::Resource;
use authz::checks::table::DELETE_GROUPS;
use coordinator::{Command, Reply as Answer};
use model::GroupId;
use protocol::messages::delete_groups::{
    DeletableGroupResult, DeleteGroupsRequest, DeleteGroupsResponse,
};
use protocol::{ErrorCode, Response, Str};

use super::error::{group_error, unavailable};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::groups::PendingReply;
use crate::reply::Reply;

/// One group's result, or where it will come from.
enum Deletion {
    Refused(ErrorCode),
    Pending(PendingReply),
}

/// Deletes each group by itself; a name that is repeated counts once.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: DeleteGroupsRequest,
) -> Reply {
    let mut seen = HashSet::new();
    let mut deletions = Vec::with_capacity(request.groups_names.len());
    for name in request.groups_names {
        if seen.insert(name.clone()) {
            let deletion = delete(broker, context, &name).await;
            deletions.push((name, deletion));
        }
    }
    let context = context.clone();
    Reply::later(async move {
        let mut results = Vec::with_capacity(deletions.len());
        for (name, deletion) in deletions {
            let error_code = match deletion {
                Deletion::Refused(error_code) => error_code,
                Deletion::Pending(pending) => outcome(pending).await,
            };
            if error_code.is_none() {
                context.changed(Resource::group(&name), "deleted");
            }
            results.push(DeletableGroupResult {
                group_id: name,
                error_code,
            });
        }
        Response::DeleteGroups(DeleteGroupsResponse {
            results,
            ..DeleteGroupsResponse::default()
        })
    })
}

async fn delete(broker: &Broker, context: &RequestContext, name: &Str) -> Deletion {
    let permit = match context.check(&DELETE_GROUPS, name) {
        Ok(permit) => permit,
        Err(error_code) => return Deletion::Refused(error_code),
    };
    let Ok(group) = GroupId::new(name) else {
        return Deletion::Refused(ErrorCode::INVALID_GROUP_ID);
    };
    let command = Command::DeleteGroups(vec![group.clone()]);
    Deletion::Pending(broker.groups.command(broker, permit, &group, command).await)
}

async fn outcome(pending: PendingReply) -> ErrorCode {
    match pending.wait().await {
        Ok(Answer::DeleteGroups(results)) => match results.first() {
            Some((_, Ok(()))) => ErrorCode::NONE,
            Some((_, Err(error))) => group_error(*error),
            None => ErrorCode::UNKNOWN_SERVER_ERROR,
        },
        Ok(_) => ErrorCode::UNKNOWN_SERVER_ERROR,
        Err(why) => unavailable(why),
    }
}
