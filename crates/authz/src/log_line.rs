//! The line of Kafka's `kafka.authorizer.logger` about one decision, in Kafka's own text.

use std::fmt;

use protocol::ApiKey;

use crate::acl::HostAddress;
use crate::{Operation, Resource, Rule, Subject};

/// One decision, to be shown.
#[derive(Clone, Copy, Debug)]
pub struct LogLine<'a> {
    /// Who asked.
    pub subject: Subject<'a>,
    /// By which API.
    pub api: ApiKey,
    /// For what.
    pub operation: Operation,
    /// On what.
    pub resource: Resource<'a>,
    /// How often the request names the resource.
    pub references: usize,
    /// What was decided.
    pub allowed: bool,
    /// By what.
    pub rule: &'a Rule,
}

impl fmt::Display for LogLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Principal = {} is {} operation = {} from host = {} on resource = {} for request = {} \
             with resourceRefCount = {} based on rule {}",
            self.subject.principal,
            if self.allowed { "Allowed" } else { "Denied" },
            self.operation.name(),
            HostAddress(self.subject.client_address),
            self.resource,
            self.api,
            self.references,
            self.rule,
        )
    }
}
