//! SaslHandshake (17): nobody logs in here. authn ends every SASL dialogue before a request gets
//! to the broker, and the listeners of the broker itself have none.
//!
//! KIP-43, KIP-152. The answer is Kafka's on a listener without SASL and after a login alike.

use protocol::messages::sasl_handshake::SaslHandshakeResponse;
use protocol::{ErrorCode, Response};

use crate::reply::Reply;

/// Always out of place; the list of mechanisms is empty, as Kafka's is then.
pub fn handle() -> Reply {
    Reply::Now(Response::SaslHandshake(SaslHandshakeResponse {
        error_code: ErrorCode::ILLEGAL_SASL_STATE,
        ..SaslHandshakeResponse::default()
    }))
}
