//! Access control lists, as a broker describes them.

use std::time::Duration;

use protocol::ErrorCode;
use protocol::messages::describe_acls::DescribeAclsRequest;

use crate::{ClientError, Cluster};

/// Every type, operation, permission.
const ANY: i8 = 1;
/// Literals, prefixes and wildcards that are for the name.
const MATCH: i8 = 2;

/// One entry, with Kafka's codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedAcl {
    /// Code of the resource's type.
    pub resource_type: i8,
    /// Name of the resource.
    pub resource_name: String,
    /// Code of the pattern's type.
    pub pattern_type: i8,
    /// `Type:name`.
    pub principal: String,
    /// `*` or an address.
    pub host: String,
    /// Code of the operation.
    pub operation: i8,
    /// Code of the permission.
    pub permission: i8,
}

impl Cluster {
    /// The entries that are for one resource, by the code of its type; `None` where the cluster
    /// has no authorizer.
    ///
    /// # Errors
    /// The cluster cannot be reached, or does not let the caller see ACLs.
    pub async fn acls_for(
        &self,
        resource_type: i8,
        resource_name: &str,
    ) -> Result<Option<Vec<DescribedAcl>>, ClientError> {
        let request = DescribeAclsRequest {
            resource_type_filter: resource_type,
            resource_name_filter: Some(resource_name.into()),
            pattern_type_filter: MATCH,
            principal_filter: None,
            host_filter: None,
            operation: ANY,
            permission_type: ANY,
        };
        let controller = self.controller().await?;
        let answer = controller.call_within(request, Duration::ZERO).await?;
        if answer.error_code == ErrorCode::SECURITY_DISABLED {
            return Ok(None);
        }
        ClientError::check(answer.error_code, answer.error_message.as_deref(), || {
            "cannot describe ACLs".to_owned()
        })?;
        let described = answer.resources.into_iter().flat_map(|resource| {
            let (resource_type, pattern_type) = (resource.resource_type, resource.pattern_type);
            let resource_name = resource.resource_name.to_string();
            resource.acls.into_iter().map(move |acl| DescribedAcl {
                resource_type,
                resource_name: resource_name.clone(),
                pattern_type,
                principal: acl.principal.to_string(),
                host: acl.host.to_string(),
                operation: acl.operation,
                permission: acl.permission_type,
            })
        });
        Ok(Some(described.collect()))
    }
}
