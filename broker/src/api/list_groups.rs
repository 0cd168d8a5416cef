//! ListGroups (16): the groups of this broker.
//!
//! KIP-518 (filter by state, version 4), KIP-848 (filter by type, version 5).

use authz::checks::table::LIST_GROUPS;
use coordinator::{ListFilter, ListedGroup as Listed};
use protocol::messages::list_groups::{ListGroupsRequest, ListGroupsResponse, ListedGroup};
use protocol::{ErrorCode, Response, Str};

use super::error::unavailable;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

/// Lists what the caller may see; all or nothing while a part is loading.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: ListGroupsRequest,
) -> Reply {
    let texts = |filter: &[Str]| filter.iter().map(|text| text.to_string()).collect();
    let filter = ListFilter {
        states: texts(&request.states_filter),
        types: texts(&request.types_filter),
    };
    let mut response = ListGroupsResponse::default();
    let shards = broker.groups.shards(broker);
    for shard in shards.iter().flat_map(|shards| shards.iter()) {
        let filter = filter.clone();
        match shard.read(move |shard| shard.list_groups(&filter)).await {
            Ok(groups) => {
                let visible = groups
                    .iter()
                    .filter(|listed| context.allows(&LIST_GROUPS, listed.group.as_str()));
                response.groups.extend(visible.map(list));
            }
            Err(why) => {
                let error_code = unavailable(why);
                // A partition that is offline has no groups here, as in Kafka.
                if error_code != ErrorCode::NOT_COORDINATOR {
                    response = ListGroupsResponse {
                        error_code,
                        ..ListGroupsResponse::default()
                    };
                    break;
                }
            }
        }
    }
    Reply::Now(Response::ListGroups(response))
}

fn list(listed: &Listed) -> ListedGroup {
    ListedGroup {
        group_id: Str::from(listed.group.as_str()),
        protocol_type: listed
            .protocol_type
            .as_deref()
            .map(Str::from)
            .unwrap_or_default(),
        group_state: Str::from_static(listed.state),
        group_type: Str::from_static(listed.group_type),
    }
}
