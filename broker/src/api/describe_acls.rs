//! DescribeAcls (29): the ACLs that a filter matches, by resource.
//!
//! KIP-140, KIP-290 (prefixes). Sorted; Kafka's come in no order.

use authz::acl::Acl;
use authz::checks::table::DESCRIBE_ACLS;
use protocol::messages::describe_acls::{
    AclDescription, DescribeAclsRequest, DescribeAclsResource, DescribeAclsResponse,
};
use protocol::{ErrorCode, Response, Str};

use super::acl_filter::WireFilter;
use super::error::Failure;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::reply::Reply;

/// Kafka has another sentence for those who change ACLs.
const NO_AUTHORIZER: &str = "No Authorizer is configured on the broker";

/// Answers from one image.
pub fn handle(broker: &Broker, context: &RequestContext, request: &DescribeAclsRequest) -> Reply {
    let filter = WireFilter {
        resource_type: request.resource_type_filter,
        resource_name: request.resource_name_filter.as_ref(),
        pattern_type: request.pattern_type_filter,
        principal: request.principal_filter.as_ref(),
        host: request.host_filter.as_ref(),
        operation: request.operation,
        permission: request.permission_type,
    };
    if filter.has_unknown_elements() {
        return Reply::Close;
    }
    let response = match describe(broker, context, &filter) {
        Ok(resources) => DescribeAclsResponse {
            resources,
            ..DescribeAclsResponse::default()
        },
        Err(failure) => DescribeAclsResponse {
            error_code: failure.error_code,
            error_message: failure.message(),
            ..DescribeAclsResponse::default()
        },
    };
    Reply::Now(Response::DescribeAcls(response))
}

fn describe(
    broker: &Broker,
    context: &RequestContext,
    filter: &WireFilter<'_>,
) -> Result<Vec<DescribeAclsResource>, Failure> {
    context.check(&DESCRIBE_ACLS, "").map_err(Failure::bare)?;
    if broker.authorizer.acl().is_none() {
        return Err(Failure::new(ErrorCode::SECURITY_DISABLED, NO_AUTHORIZER));
    }
    let image = broker.metadata.image();
    // A code that nobody knows is that of no ACL.
    let filter = filter.parse().ok();
    let matches = |acl: &&Acl| filter.as_ref().is_some_and(|filter| filter.matches(acl));
    Ok(by_resource(image.acls().map(|acl| &**acl).filter(matches)))
}

/// Those of one resource pattern stand together.
fn by_resource<'a>(acls: impl Iterator<Item = &'a Acl>) -> Vec<DescribeAclsResource> {
    let mut resources: Vec<DescribeAclsResource> = Vec::new();
    for acl in acls {
        let of_the_last = resources.last_mut().filter(|last| {
            last.resource_type == acl.resource_type.code()
                && *last.resource_name == *acl.resource_name
                && last.pattern_type == acl.pattern_type.code()
        });
        let description = AclDescription {
            principal: Str::from(acl.principal.to_string()),
            host: Str::from(acl.host.text()),
            operation: acl.operation.code(),
            permission_type: acl.permission.code(),
        };
        match of_the_last {
            Some(last) => last.acls.push(description),
            None => resources.push(DescribeAclsResource {
                resource_type: acl.resource_type.code(),
                resource_name: Str::from(&*acl.resource_name),
                pattern_type: acl.pattern_type.code(),
                acls: vec![description],
            }),
        }
    }
    resources
}
