//! Who asks, and from where: the facts that a decision may depend on.

use std::net::IpAddr;

use identity::{IamContext, Principal};

/// The caller of one request.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Who it is.
    pub principal: &'a Principal,
    /// What IAM knows about a principal of type `IAM`; without it such a principal may do nothing.
    pub iam: Option<&'a IamContext>,
    /// The client's own address, never a relay's.
    pub client_address: IpAddr,
    /// Whether the client's bytes travelled under TLS: `aws:SecureTransport`.
    pub secure: bool,
    /// Wall clock in milliseconds since the epoch: `aws:CurrentTime`.
    pub now_ms: i64,
}
