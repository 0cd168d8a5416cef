//! DescribeAcls (29), CreateAcls (30), DeleteAcls (31): there is no authorizer yet, and the
//! answer says so, as Kafka's does.

use authz::{Operation, Resource};
use protocol::messages::create_acls::{AclCreationResult, CreateAclsRequest, CreateAclsResponse};
use protocol::messages::delete_acls::{
    DeleteAclsFilterResult, DeleteAclsRequest, DeleteAclsResponse,
};
use protocol::messages::describe_acls::{DescribeAclsRequest, DescribeAclsResponse};
use protocol::{ErrorCode, Response, Str};

use crate::context::RequestContext;
use crate::reply::Reply;

const NO_AUTHORIZER: &str = "No Authorizer is configured on the broker";

fn refusal(context: &RequestContext, operation: Operation) -> (ErrorCode, Option<Str>) {
    match context.authorize(operation, Resource::cluster()) {
        Ok(_permit) => (
            ErrorCode::SECURITY_DISABLED,
            Some(Str::from_static(NO_AUTHORIZER)),
        ),
        Err(_) => (ErrorCode::CLUSTER_AUTHORIZATION_FAILED, None),
    }
}

/// DescribeAcls.
pub fn describe(context: &RequestContext, _request: &DescribeAclsRequest) -> Reply {
    let (error_code, error_message) = refusal(context, Operation::Describe);
    Reply::Now(Response::DescribeAcls(DescribeAclsResponse {
        error_code,
        error_message,
        ..DescribeAclsResponse::default()
    }))
}

/// CreateAcls.
pub fn create(context: &RequestContext, request: &CreateAclsRequest) -> Reply {
    let (error_code, error_message) = refusal(context, Operation::Alter);
    let result = AclCreationResult {
        error_code,
        error_message,
    };
    Reply::Now(Response::CreateAcls(CreateAclsResponse {
        results: vec![result; request.creations.len()],
        ..CreateAclsResponse::default()
    }))
}

/// DeleteAcls.
pub fn delete(context: &RequestContext, request: &DeleteAclsRequest) -> Reply {
    let (error_code, error_message) = refusal(context, Operation::Alter);
    let result = DeleteAclsFilterResult {
        error_code,
        error_message,
        ..DeleteAclsFilterResult::default()
    };
    Reply::Now(Response::DeleteAcls(DeleteAclsResponse {
        filter_results: vec![result; request.filters.len()],
        ..DeleteAclsResponse::default()
    }))
}
