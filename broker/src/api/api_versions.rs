//! ApiVersions (18): what this broker serves, before anything else is known of a client.
//!
//! KIP-35; KIP-511 for a request from the future, KIP-584 for features. Version 3 and below must
//! not list a supported feature whose range begins at 0 (KAFKA-17011).

use protocol::messages::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};
use protocol::{ApiKey, ErrorCode, Response, Str, features};

use super::APIS;
use crate::context::RequestContext;
use crate::reply::Reply;

/// Features that the cluster has switched on, with their level. `transaction.version`,
/// `group.version` and their like are absent until what they promise exists.
pub const FINALIZED: &[(&str, i16)] = &[(
    features::METADATA_VERSION.name,
    features::METADATA_VERSION.max,
)];
/// First version whose answer may carry features that begin at level 0.
const LEVEL_ZERO_VERSION: i16 = 4;
/// First version that tells the name and version of the client's software.
const SOFTWARE_VERSION: i16 = 3;

/// Name and version of the client's software, where a request says them as Kafka wants them.
pub fn software(request: &ApiVersionsRequest, version: i16) -> Option<(&str, &str)> {
    let name = &*request.client_software_name;
    let release = &*request.client_software_version;
    let said = version >= SOFTWARE_VERSION;
    (said && is_software_text(name) && is_software_text(release)).then_some((name, release))
}

/// Answers with the table.
pub fn handle(context: &RequestContext, request: &ApiVersionsRequest) -> Reply {
    if context.version >= SOFTWARE_VERSION && software(request, context.version).is_none() {
        let error_code = ErrorCode::INVALID_REQUEST;
        return Reply::Now(Response::ApiVersions(ApiVersionsResponse {
            error_code,
            ..ApiVersionsResponse::default()
        }));
    }
    let supported = FINALIZED
        .iter()
        .filter_map(|(name, _)| features::ALL.iter().find(|f| f.name == *name));
    Reply::Now(Response::ApiVersions(ApiVersionsResponse {
        api_keys: api_keys(),
        supported_features: supported
            .filter(|f| f.min > 0 || context.version >= LEVEL_ZERO_VERSION)
            .map(|f| SupportedFeatureKey {
                name: Str::from_static(f.name),
                min_version: f.min,
                max_version: f.max,
            })
            .collect(),
        finalized_features_epoch: 0,
        finalized_features: FINALIZED
            .iter()
            .map(|&(name, level)| FinalizedFeatureKey {
                name: Str::from_static(name),
                max_version_level: level,
                min_version_level: level,
            })
            .collect(),
        ..ApiVersionsResponse::default()
    }))
}

/// The answer, in version 0, to a version that does not exist yet.
pub fn unsupported_version() -> Response {
    Response::ApiVersions(ApiVersionsResponse {
        error_code: ErrorCode::UNSUPPORTED_VERSION,
        api_keys: api_keys()
            .into_iter()
            .filter(|a| a.api_key == ApiKey::ApiVersions.code())
            .collect(),
        ..ApiVersionsResponse::default()
    })
}

fn api_keys() -> Vec<ApiVersion> {
    APIS.iter()
        .map(|api| ApiVersion {
            api_key: api.key.code(),
            min_version: api.min,
            max_version: api.max,
        })
        .collect()
}

/// What Kafka takes as a name or version: `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?`.
fn is_software_text(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.chars().all(inner) && edge(text.chars().next()) && edge(text.chars().next_back())
}
