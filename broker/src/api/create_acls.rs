//! CreateAcls (30): stores ACLs, which hold when this answers. One that is there already is there
//! afterwards, too, and no error.
//!
//! KIP-140, KIP-290 (prefixes).

use std::collections::BTreeSet;
use std::sync::Arc;

use authz::acl::{Acl, AclCreation, AclRefusal};
use authz::checks::table::CREATE_ACLS;
use authz::{Permit, Resource};
use protocol::messages::create_acls::{
    AclCreation as WireCreation, AclCreationResult, CreateAclsRequest, CreateAclsResponse,
};
use protocol::{ErrorCode, Response};
use tracing::info;

use super::error::{Failure, NO_AUTHORIZER};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{CommitError, Image, MetadataRecord, StoredAcl};
use crate::reply::Reply;

/// New ACLs in one request, as in Kafka.
const ACLS_MAX: usize = 10_000;
/// Codes that are legal in filters only: ANY of everything, MATCH of a pattern.
const ANY: i8 = 1;
const MATCH: i8 = 2;

/// Stores what is valid, at once, and answers for each.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: CreateAclsRequest,
) -> Reply {
    let creations: Vec<AclCreation<'_>> = request.creations.iter().map(creation).collect();
    if creations.iter().any(AclCreation::has_unknown_elements) {
        return Reply::Close;
    }
    let outcomes = match create(broker, context, &creations).await {
        Ok(outcomes) => outcomes,
        Err(failure) => vec![Err(failure); creations.len()],
    };
    Reply::Now(Response::CreateAcls(CreateAclsResponse {
        results: outcomes.into_iter().map(result).collect(),
        ..CreateAclsResponse::default()
    }))
}

fn creation(asked: &WireCreation) -> AclCreation<'_> {
    AclCreation {
        resource_type: asked.resource_type,
        resource_name: &asked.resource_name,
        pattern_type: asked.resource_pattern_type,
        principal: &asked.principal,
        host: &asked.host,
        operation: asked.operation,
        permission: asked.permission_type,
    }
}

fn result(outcome: Result<(), Failure>) -> AclCreationResult {
    match outcome {
        Ok(()) => AclCreationResult::default(),
        Err(failure) => AclCreationResult {
            error_code: failure.error_code,
            error_message: failure.message(),
        },
    }
}

async fn create(
    broker: &Broker,
    context: &RequestContext,
    creations: &[AclCreation<'_>],
) -> Result<Vec<Result<(), Failure>>, Failure> {
    let permit = context.check(&CREATE_ACLS, "").map_err(Failure::bare)?;
    if broker.authorizer.acl().is_none() {
        return Err(Failure::new(ErrorCode::SECURITY_DISABLED, NO_AUTHORIZER));
    }
    if creations.iter().any(is_of_filters) {
        // Kafka fails on it, and says no more.
        return Err(Failure::bare(ErrorCode::UNKNOWN_SERVER_ERROR));
    }
    let acls: Vec<Result<Arc<Acl>, AclRefusal>> = creations
        .iter()
        .map(|creation| creation.validate().map(Arc::new))
        .collect();
    let stored = store(broker, context, permit, &acls).await;
    let outcome = |acl: Result<_, AclRefusal>| match acl {
        Ok(_) => stored.clone(),
        Err(refusal) => Err(Failure::new(
            ErrorCode::INVALID_REQUEST,
            refusal.to_string(),
        )),
    };
    Ok(acls.into_iter().map(outcome).collect())
}

fn is_of_filters(creation: &AclCreation<'_>) -> bool {
    [creation.resource_type, creation.operation].contains(&ANY)
        || [ANY, MATCH].contains(&creation.pattern_type)
        || creation.permission == ANY
}

/// Stores those that are valid and not there yet.
async fn store(
    broker: &Broker,
    context: &RequestContext,
    permit: Permit,
    acls: &[Result<Arc<Acl>, AclRefusal>],
) -> Result<(), Failure> {
    let decide = |image: &Image| {
        let fresh: BTreeSet<&Arc<Acl>> = acls
            .iter()
            .flatten()
            .filter(|acl| !image.has_acl(acl))
            .collect();
        if fresh.len() > ACLS_MAX {
            let sentence = "Unable to perform excessively large batch operation.";
            return Err(Failure::new(ErrorCode::POLICY_VIOLATION, sentence));
        }
        let fresh: Vec<_> = fresh.into_iter().map(Arc::clone).collect();
        let record = |acl: &Arc<Acl>| MetadataRecord::Acl {
            acl: StoredAcl(Arc::clone(acl)),
        };
        Ok((fresh.iter().map(record).collect(), fresh))
    };
    match broker.commit(permit, context.now_ms, decide).await {
        Ok(fresh) if fresh.is_empty() => Ok(()),
        Ok(fresh) => {
            let count = fresh.len();
            info!(count, by = %context.connection.principal, "created ACLs");
            for acl in fresh {
                let change = format_args!("created {acl}");
                context.changed(Resource::of(acl.resource_type, &acl.resource_name), change);
            }
            Ok(())
        }
        Err(CommitError::Refused(failure)) => Err(failure),
        Err(other) => Err(Failure::new(
            ErrorCode::KAFKA_STORAGE_ERROR,
            other.to_string(),
        )),
    }
}
