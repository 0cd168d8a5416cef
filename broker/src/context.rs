//! Facts about one request that its handler may ask for. Nothing in here acts.

use std::fmt::Display;
use std::net::IpAddr;
use std::sync::Arc;

use authz::{Authorizer, Check, Permit, Resource, Subject, supported};
use identity::{ContextUpdate, IamContext, Preface, Principal};
use protocol::{ApiKey, ErrorCode, Str};

use crate::audit::{self, Audit};

/// Facts about a connection, shared by all its requests.
#[derive(Clone, Debug)]
pub struct ConnectionContext {
    /// Who is talking.
    pub principal: Principal,
    /// Name of the listener that accepted the connection, as `listeners` spells it.
    pub listener: Arc<str>,
    /// The client's own address: the preface's where there is one, never a relay's socket.
    pub client_address: IpAddr,
    /// Whether the client's bytes travelled under TLS.
    pub encrypted: bool,
    /// What IAM knows about a principal of type `IAM`.
    pub iam: Option<IamContext>,
    /// What decides about this connection's requests.
    pub authorizer: Arc<Authorizer>,
    /// Where denials and changes are told.
    pub audit: Arc<Audit>,
}

impl ConnectionContext {
    /// Of a client that reached the broker itself: nobody knows who it is.
    pub fn plaintext(
        listener: Arc<str>,
        client_address: IpAddr,
        authorizer: Arc<Authorizer>,
        audit: Arc<Audit>,
    ) -> Self {
        Self {
            principal: Principal::anonymous(),
            listener,
            client_address,
            encrypted: false,
            iam: None,
            authorizer,
            audit,
        }
    }

    /// Of a client that authn has identified.
    pub fn relayed(preface: Preface, authorizer: Arc<Authorizer>, audit: Arc<Audit>) -> Self {
        Self {
            principal: preface.principal,
            listener: preface.listener.into(),
            client_address: preface.client.ip(),
            encrypted: preface.tls_version.is_some(),
            iam: preface.iam,
            authorizer,
            audit,
        }
    }

    /// The same connection after a re-authentication.
    pub fn updated(&self, update: ContextUpdate) -> Self {
        Self {
            principal: Principal::iam(&update.caller_arn),
            iam: Some(update.iam),
            ..self.clone()
        }
    }
}

/// Facts about one request.
#[derive(Clone, Debug)]
pub struct RequestContext {
    /// The connection it came on.
    pub connection: Arc<ConnectionContext>,
    /// Which API.
    pub api: ApiKey,
    /// Where it stands in the table of APIs.
    pub position: usize,
    /// In which version.
    pub version: i16,
    /// What the client calls itself, possibly nothing.
    pub client_id: Option<Str>,
    /// When the request was complete, wall clock in milliseconds.
    pub now_ms: i64,
}

impl RequestContext {
    /// Who asks, for the authorizer.
    pub fn subject(&self) -> Subject<'_> {
        Subject {
            principal: &self.connection.principal,
            iam: self.connection.iam.as_ref(),
            client_address: self.connection.client_address,
            secure: self.connection.encrypted,
            now_ms: self.now_ms,
        }
    }

    /// Makes one check of the table. A denial is logged, told to the audit log, and becomes the
    /// row's error.
    pub fn check(&self, check: &Check, name: &str) -> Result<Permit, ErrorCode> {
        self.check_all(check, name, 1)
    }

    /// [`Self::check`] once for everything that the request asks of one resource, `references`
    /// times.
    pub fn check_all(
        &self,
        check: &Check,
        name: &str,
        references: usize,
    ) -> Result<Permit, ErrorCode> {
        let connection = &self.connection;
        match connection.authorizer.check(&self.subject(), check, name) {
            Ok(permit) => {
                self.count(true);
                audit::allowed(self, check, name, references);
                Ok(permit)
            }
            Err(refusal) => {
                self.count(false);
                connection.audit.denied(self, &refusal, references);
                Err(refusal.error)
            }
        }
    }

    /// Makes a check whose denial is no error: of a list, what may not be seen is left out.
    pub fn allows(&self, check: &Check, name: &str) -> bool {
        let (operation, target) = check.ask;
        audit::filtered(self, operation, target.resource(name));
        let authorizer = &self.connection.authorizer;
        let allowed = authorizer.check(&self.subject(), check, name).is_ok();
        self.count(allowed);
        allowed
    }

    /// Counts a decision, where an engine made it.
    fn count(&self, allowed: bool) {
        let connection = &self.connection;
        if connection.principal.is_iam() {
            connection.audit.iam_decisions().count(allowed);
        } else if connection.authorizer.acl().is_some() {
            connection.audit.acl_decisions().count(allowed);
        }
    }

    /// The bit field of what the caller may do to a resource (KIP-430).
    pub fn authorized_operations(&self, resource: Resource<'_>) -> i32 {
        for &operation in supported(resource.kind) {
            audit::filtered(self, operation, resource);
        }
        let authorizer = &self.connection.authorizer;
        authorizer.authorized_operations(&self.subject(), resource)
    }

    /// Tells the audit log of an administrative change that was made.
    pub fn changed(&self, resource: Resource<'_>, change: impl Display) {
        self.connection.audit.changed(self, resource, &change);
    }
}

#[cfg(test)]
mod tests;
