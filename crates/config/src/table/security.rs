//! Authorization, and delegation tokens, which live in authn.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, class, long, password, string};

/// What Kafka's authorizer reads although no table of Kafka's has it: not dynamic, and withheld by
/// DescribeConfigs like everything that Kafka's table does not know.
pub(super) const AUTHORIZER: &[&str] = &["allow.everyone.if.no.acl.found", "super.users"];

pub(super) const KEYS: &[Key] = &[
    string("authorizer.class.name", "").effective().doc(
        "Java class that authorizes requests; empty lets everybody do everything. Kafka's \
             StandardAuthorizer stands for the ACLs here.",
    ),
    long("connections.max.reauth.ms", "0").doc(
        "Longest life of a session before the client must authenticate again; 0 is no \
             limit.",
    ),
    long("delegation.token.expiry.check.interval.ms", "3600000")
        .at_least(1)
        .doc("How often expired delegation tokens are looked for."),
    long("delegation.token.expiry.time.ms", "86400000")
        .at_least(1)
        .doc("How long a delegation token lives until it is renewed."),
    long("delegation.token.max.lifetime.ms", "604800000")
        .at_least(1)
        .doc("How long a delegation token can be renewed."),
    password("delegation.token.secret.key").doc("Secret that delegation tokens are signed with."),
    class("principal.builder.class")
        .default("org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder")
        .per_broker()
        .doc("Java class that makes a principal of a connection."),
    string("security.providers", "")
        .unset()
        .doc("Java classes that provide security algorithms."),
];
