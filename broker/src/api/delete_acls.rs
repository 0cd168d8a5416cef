//! DeleteAcls (31): takes away the ACLs that filters match; when this answers, they no longer hold.
//!
//! KIP-140, KIP-290 (prefixes). Two filters that match one ACL both show it.

use std::collections::BTreeSet;
use std::sync::Arc;

use authz::Resource;
use authz::acl::{Acl, AclFilter};
use authz::checks::table::DELETE_ACLS;
use protocol::messages::delete_acls::{
    DeleteAclsFilter, DeleteAclsFilterResult, DeleteAclsMatchingAcl, DeleteAclsRequest,
    DeleteAclsResponse,
};
use protocol::{ErrorCode, Response, Str};
use tracing::info;

use super::acl_filter::{UnknownFilter, WireFilter};
use super::error::{Failure, NO_AUTHORIZER};
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::{CommitError, Image, MetadataRecord, StoredAcl};
use crate::reply::Reply;

/// ACLs that one request deletes, as in Kafka.
const ACLS_MAX: usize = 10_000;
/// Filters of one request: each looks at every ACL.
const FILTERS_MAX: usize = 10_000;
/// ACLs in one answer, those that several filters match counted again: filters are small, and
/// what they match is not.
const MATCHES_MAX: usize = 100_000;

/// Deletes all that is matched, at once, and answers for each filter.
pub async fn handle(
    broker: &Broker,
    context: &RequestContext,
    request: DeleteAclsRequest,
) -> Reply {
    let asked: Vec<WireFilter<'_>> = request.filters.iter().map(filter).collect();
    if asked.iter().any(WireFilter::has_unknown_elements) {
        return Reply::Close;
    }
    let filters: Vec<_> = asked.iter().map(WireFilter::parse).collect();
    let filter_results = match delete(broker, context, &filters).await {
        Ok(matches) => filters.iter().zip(matches).map(result).collect(),
        Err(failure) => vec![refused(failure); filters.len()],
    };
    Reply::Now(Response::DeleteAcls(DeleteAclsResponse {
        filter_results,
        ..DeleteAclsResponse::default()
    }))
}

fn filter(asked: &DeleteAclsFilter) -> WireFilter<'_> {
    WireFilter {
        resource_type: asked.resource_type_filter,
        resource_name: asked.resource_name_filter.as_ref(),
        pattern_type: asked.pattern_type_filter,
        principal: asked.principal_filter.as_ref(),
        host: asked.host_filter.as_ref(),
        operation: asked.operation,
        permission: asked.permission_type,
    }
}

type Filter = Result<AclFilter, UnknownFilter>;
type Matches = Vec<Arc<Acl>>;

async fn delete(
    broker: &Broker,
    context: &RequestContext,
    filters: &[Filter],
) -> Result<Vec<Matches>, Failure> {
    let permit = context.check(&DELETE_ACLS, "").map_err(Failure::bare)?;
    if broker.authorizer.acl().is_none() {
        return Err(Failure::new(ErrorCode::SECURITY_DISABLED, NO_AUTHORIZER));
    }
    if filters.len() > FILTERS_MAX {
        let sentence = format!("More than {FILTERS_MAX} filters in a single delete operation.");
        return Err(Failure::new(ErrorCode::INVALID_REQUEST, sentence));
    }
    let decide = |image: &Image| {
        let matches = matches(image, filters)?;
        let gone: BTreeSet<&Arc<Acl>> = matches.iter().flatten().collect();
        let gone: Vec<_> = gone.into_iter().map(Arc::clone).collect();
        let record = |acl: &Arc<Acl>| MetadataRecord::AclDeleted {
            acl: StoredAcl(Arc::clone(acl)),
        };
        Ok((gone.iter().map(record).collect(), (matches, gone)))
    };
    match broker.commit(permit, context.now_ms, decide).await {
        Ok((matches, gone)) => {
            if !gone.is_empty() {
                let count = gone.len();
                info!(count, by = %context.connection.principal, "deleted ACLs");
            }
            for acl in gone {
                let change = format_args!("deleted {acl}");
                context.changed(Resource::of(acl.resource_type, &acl.resource_name), change);
            }
            Ok(matches)
        }
        Err(CommitError::Refused(failure)) => Err(failure),
        Err(other) => Err(Failure::new(
            ErrorCode::KAFKA_STORAGE_ERROR,
            other.to_string(),
        )),
    }
}

/// What each filter matches; too much of it is the whole request's error.
fn matches(image: &Image, filters: &[Filter]) -> Result<Vec<Matches>, Failure> {
    let mut gone: BTreeSet<&Arc<Acl>> = BTreeSet::new();
    let mut room = MATCHES_MAX;
    let mut all = Vec::with_capacity(filters.len());
    for filter in filters {
        let mut matches = Matches::new();
        let matching = |acl: &&Arc<Acl>| filter.as_ref().is_ok_and(|filter| filter.matches(acl));
        for acl in image.acls().filter(matching) {
            if gone.len() >= ACLS_MAX || room == 0 {
                let sentence = format!(
                    "Cannot remove more than {ACLS_MAX} acls in a single delete operation."
                );
                return Err(Failure::new(ErrorCode::INVALID_REQUEST, sentence));
            }
            room -= 1;
            gone.insert(acl);
            matches.push(Arc::clone(acl));
        }
        all.push(matches);
    }
    Ok(all)
}

fn result((filter, matches): (&Filter, Matches)) -> DeleteAclsFilterResult {
    match filter {
        Err(unknown) => refused(Failure::new(
            ErrorCode::INVALID_REQUEST,
            unknown.to_string(),
        )),
        Ok(_) => DeleteAclsFilterResult {
            error_message: None,
            matching_acls: matches.iter().map(|acl| matching(acl)).collect(),
            ..DeleteAclsFilterResult::default()
        },
    }
}

fn refused(failure: Failure) -> DeleteAclsFilterResult {
    DeleteAclsFilterResult {
        error_code: failure.error_code,
        error_message: failure.message(),
        ..DeleteAclsFilterResult::default()
    }
}

fn matching(acl: &Acl) -> DeleteAclsMatchingAcl {
    DeleteAclsMatchingAcl {
        error_code: ErrorCode::NONE,
        error_message: None,
        resource_type: acl.resource_type.code(),
        resource_name: Str::from(&*acl.resource_name),
        pattern_type: acl.pattern_type.code(),
        principal: Str::from(acl.principal.to_string()),
        host: Str::from(acl.host.text()),
        operation: acl.operation.code(),
        permission_type: acl.permission.code(),
    }
}
