//! Facts about one request that its handler may ask for. Nothing in here acts.

use std::net::IpAddr;
use std::sync::Arc;

use authz::{Authorizer, Denied, Operation, Permit, Resource};
use identity::Principal;
use protocol::Str;

/// Facts about a connection, shared by all its requests.
#[derive(Debug)]
pub struct ConnectionContext {
    /// Who is talking.
    pub principal: Principal,
    /// Name of the listener that accepted the connection, as `listeners` spells it.
    pub listener: Arc<str>,
    /// The client's own address: the preface's where there is one, never a relay's socket.
    pub client_address: IpAddr,
    /// What decides about this connection's requests.
    pub authorizer: Authorizer,
}

/// Facts about one request.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The connection it came on.
    pub connection: Arc<ConnectionContext>,
    /// In which version.
    pub version: i16,
    /// What the client calls itself, possibly nothing.
    pub client_id: Option<Str>,
    /// When the request was complete, wall clock in milliseconds.
    pub now_ms: i64,
}

impl RequestContext {
    /// Asks whether this request's principal may do `operation` on `resource`.
    pub fn authorize(
        &self,
        operation: Operation,
        resource: Resource<'_>,
    ) -> Result<Permit, Denied> {
        self.connection
            .authorizer
            .authorize(&self.connection.principal, operation, resource)
    }

    /// [`Self::authorize`] where only the answer matters, as for the filter of a list.
    pub fn allows(&self, operation: Operation, resource: Resource<'_>) -> bool {
        self.authorize(operation, resource).is_ok()
    }
}
