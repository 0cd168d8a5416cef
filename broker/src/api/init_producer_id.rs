//! InitProducerId (22): gives a producer its id.
//!
//! KIP-98, KIP-360. Without a transactional id every call gets a fresh id of epoch 0. With one the
//! answer is INVALID_REQUEST: transactions do not exist here yet.

use authz::Permit;
use authz::checks::table::{INIT_PRODUCER_ID, INIT_PRODUCER_ID_TRANSACTION};
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
    let (error_code, producer_id) = match check(context, &request) {
        Ok(permit) => match broker
            .producer_ids
            .next(broker, permit, context.now_ms)
            .await
        {
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

fn check(context: &RequestContext, request: &InitProducerIdRequest) -> Result<Permit, ErrorCode> {
    if let Some(id) = &request.transactional_id {
        context.check(&INIT_PRODUCER_ID_TRANSACTION, id)?;
        return Err(ErrorCode::INVALID_REQUEST);
    }
    // Whoever may write to the cluster idempotently, or to any topic at all (KIP-679).
    let permit = context.check(&INIT_PRODUCER_ID, "")?;
    if (request.producer_id == -1) != (request.producer_epoch == -1) {
        return Err(ErrorCode::INVALID_REQUEST);
    }
    Ok(permit)
}
