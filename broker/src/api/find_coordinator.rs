//! FindCoordinator (10): which broker coordinates a group. This one does, in a cluster of one; the
//! topic that keeps groups comes into being with the first question.
//!
//! KIP-98 (key types, version 1), KIP-699 (several keys, version 4), KIP-932 (share groups,
//! version 6). Transactions and share groups do not exist yet: INVALID_REQUEST.

use authz::checks::table::{
    FIND_COORDINATOR_GROUP, FIND_COORDINATOR_SHARE, FIND_COORDINATOR_TRANSACTION,
};
use model::GroupId;
use protocol::messages::find_coordinator::{
    Coordinator, FindCoordinatorRequest, FindCoordinatorResponse,
};
use protocol::{ErrorCode, Response, Str};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

/// First version that asks for several keys.
const BATCH_VERSION: i16 = 4;
const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
const SHARE: i8 = 2;
/// First version that knows share groups.
const SHARE_VERSION: i16 = 6;

/// Answers per key, or for the one key.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: FindCoordinatorRequest,
) -> Reply {
    let mut coordinators = Vec::new();
    if context.version < BATCH_VERSION {
        let one = find(broker, context, request.key_type, request.key).await;
        // Kafka spells out that there is no error.
        let message = one.error_message.filter(|message| !message.is_empty());
        let message = message.or_else(|| one.error_code.name().map(Str::from_static));
        return Reply::Now(Response::FindCoordinator(FindCoordinatorResponse {
            error_code: one.error_code,
            error_message: message,
            node_id: one.node_id,
            host: one.host,
            port: one.port,
            ..FindCoordinatorResponse::default()
        }));
    }
    for key in request.coordinator_keys {
        coordinators.push(find(broker, context, request.key_type, key).await);
    }
    Reply::Now(Response::FindCoordinator(FindCoordinatorResponse {
        coordinators,
        ..FindCoordinatorResponse::default()
    }))
}

async fn find(broker: &Broker, context: &RequestContext, key_type: i8, key: Str) -> Coordinator {
    let check = match key_type {
        GROUP => Some(&FIND_COORDINATOR_GROUP),
        TRANSACTION => Some(&FIND_COORDINATOR_TRANSACTION),
        SHARE if context.version >= SHARE_VERSION => Some(&FIND_COORDINATOR_SHARE),
        _ => None,
    };
    if let Some(check) = check
        && let Err(error_code) = context.check(check, &key)
    {
        return none(key, error_code, denied(context.version, key_type));
    }
    match key_type {
        GROUP => group_coordinator(broker, context, key).await,
        TRANSACTION => none(
            key,
            ErrorCode::INVALID_REQUEST,
            Some("Transactions are not supported yet."),
        ),
        _ => {
            let message = "Only coordinators of consumer groups (key type 0) can be asked for.";
            none(key, ErrorCode::INVALID_REQUEST, Some(message))
        }
    }
}

/// Kafka's sentence, in the versions in which it says one.
fn denied(version: i16, key_type: i8) -> Option<&'static str> {
    match key_type {
        _ if version >= BATCH_VERSION => None,
        GROUP => Some("Group authorization failed."),
        _ => Some("Transactional Id authorization failed."),
    }
}

async fn group_coordinator(broker: &Broker, context: &RequestContext, key: Str) -> Coordinator {
    let Ok(group) = GroupId::new(&key) else {
        return none(key, ErrorCode::INVALID_GROUP_ID, None);
    };
    let shard = broker
        .groups
        .shard_or_create(broker, &group, context.now_ms)
        .await;
    let image = broker.metadata.image();
    let endpoint = image.broker.endpoints.get(&context.connection.listener);
    match (shard, endpoint) {
        (Some(_), Some(endpoint)) => Coordinator {
            key,
            node_id: image.broker.id.0,
            host: Str::from(endpoint.host.as_str()),
            port: i32::from(endpoint.port),
            ..Coordinator::default()
        },
        _ => none(key, ErrorCode::COORDINATOR_NOT_AVAILABLE, None),
    }
}

fn none(key: Str, error_code: ErrorCode, message: Option<&'static str>) -> Coordinator {
    Coordinator {
        key,
        node_id: -1,
        port: -1,
        error_code,
        error_message: Some(message.map(Str::from_static).unwrap_or_default()),
        ..Coordinator::default()
    }
}
