//! InitProducerId (22): gives a producer its id.
//!
//! KIP-98, KIP-360. Without a transactional id every call gets a fresh id of epoch 0. With one the
//! answer is INVALID_REQUEST: transactions do not exist here yet.

use authz::{Operation, Resource};
use protocol::messages::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};
use protocol::{ErrorCode, Response};

use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

/// Answers with an id that nobody had.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: InitProducerIdRequest,
) -> Reply {
    let (error_code, producer_id) = match check(broker, context, &request) {
        Ok(()) => match broker.producer_ids.next(broker, context.now_ms).await {
            Ok(id) => (ErrorCode::NONE, id.0),
            Err(_) => (ErrorCode::COORDINATOR_NOT_AVAILABLE, -1),
        },
        Err(error_code) => (error_code, -1),
    };
    Reply::Now(Response::InitProducerId(InitProducerIdResponse {
        error_code,
        producer_id,
        producer_epoch: if error_code.is_none() { 0 } else { -1 },
        ..InitProducerIdResponse::default()
    }))
}

fn check(
    broker: &Broker,
    context: &RequestContext,
    request: &InitProducerIdRequest,
) -> Result<(), ErrorCode> {
    match &request.transactional_id {
        Some(id) if !context.allows(Operation::Write, Resource::transactional_id(id)) => {
            Err(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
        }
        Some(_) => Err(ErrorCode::INVALID_REQUEST),
        None if !may_write(broker, context) => Err(ErrorCode::CLUSTER_AUTHORIZATION_FAILED),
        None if (request.producer_id == -1) != (request.producer_epoch == -1) => {
            Err(ErrorCode::INVALID_REQUEST)
        }
        None => Ok(()),
    }
}

/// Whoever may write to the cluster idempotently, or to any topic at all (KIP-679).
fn may_write(broker: &Broker, context: &RequestContext) -> bool {
    context.allows(Operation::IdempotentWrite, Resource::cluster())
        || broker
            .metadata
            .image()
            .topics()
            .any(|topic| context.allows(Operation::Write, Resource::topic(topic.name.as_str())))
}
