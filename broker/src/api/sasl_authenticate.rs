//! SaslAuthenticate (36): out of place wherever the broker sees it, as SaslHandshake is.
//!
//! KIP-152, KIP-368 (re-authentication, which authn catches before it gets here).

use protocol::messages::sasl_authenticate::SaslAuthenticateResponse;
use protocol::{ErrorCode, Response, Str};

use crate::reply::Reply;

/// Kafka's sentence, although who never logged in gets it, too.
const OUT_OF_PLACE: &str = "SaslAuthenticate request received after successful authentication";

/// Always out of place.
pub fn handle() -> Reply {
    Reply::Now(Response::SaslAuthenticate(SaslAuthenticateResponse {
        error_code: ErrorCode::ILLEGAL_SASL_STATE,
        error_message: Some(Str::from_static(OUT_OF_PLACE)),
        ..SaslAuthenticateResponse::default()
    }))
}
