//! OAuth bearer tokens (KIP-768), which authn checks.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, boolean, class, int, list, long, password, string};

pub(super) const KEYS: &[Key] = &[
    string("sasl.oauthbearer.assertion.algorithm", "RS256")
        .check(Check::OneOfIgnoringCase(&["ES256", "RS256"]))
        .doc("Algorithm that assertions are signed with."),
    string("sasl.oauthbearer.assertion.claim.aud", "")
        .unset()
        .doc("Audience claim of an assertion."),
    int("sasl.oauthbearer.assertion.claim.exp.seconds", "300")
        .between(0, 86_400)
        .doc("How long an assertion is valid."),
    string("sasl.oauthbearer.assertion.claim.iss", "")
        .unset()
        .doc("Issuer claim of an assertion."),
    boolean("sasl.oauthbearer.assertion.claim.jti.include", "false")
        .doc("Whether an assertion gets an id of its own."),
    int("sasl.oauthbearer.assertion.claim.nbf.seconds", "60")
        .between(0, 3600)
        .doc("How far back an assertion's validity begins."),
    string("sasl.oauthbearer.assertion.claim.sub", "")
        .unset()
        .doc("Subject claim of an assertion."),
    string("sasl.oauthbearer.assertion.file", "")
        .unset()
        .doc("File with a ready-made assertion."),
    string("sasl.oauthbearer.assertion.private.key.file", "")
        .unset()
        .doc("File with the key that assertions are signed with."),
    password("sasl.oauthbearer.assertion.private.key.passphrase").doc("Passphrase of that key."),
    string("sasl.oauthbearer.assertion.template.file", "")
        .unset()
        .doc("File with further claims of an assertion."),
    string("sasl.oauthbearer.client.credentials.client.id", "")
        .unset()
        .doc("Client id towards the identity provider."),
    password("sasl.oauthbearer.client.credentials.client.secret")
        .doc("Client secret towards the identity provider."),
    int("sasl.oauthbearer.clock.skew.seconds", "30")
        .doc("Difference of clocks that is tolerated when a token is checked."),
    list("sasl.oauthbearer.expected.audience", "").doc("Audiences of which a token must name one."),
    string("sasl.oauthbearer.expected.issuer", "")
        .unset()
        .doc("Issuer that a token must name."),
    long("sasl.oauthbearer.jwks.endpoint.refresh.ms", "3600000")
        .doc("How often the provider's keys are fetched again."),
    long(
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
        "10000",
    )
    .doc("Longest pause after the keys could not be fetched."),
    long("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", "100")
        .doc("First pause after the keys could not be fetched."),
    string("sasl.oauthbearer.jwks.endpoint.url", "")
        .unset()
        .doc("Where the provider's keys are."),
    class("sasl.oauthbearer.jwt.retriever.class")
        .default("org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever")
        .doc("Java class that fetches tokens."),
    class("sasl.oauthbearer.jwt.validator.class")
        .default("org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator")
        .doc("Java class that checks tokens."),
    string("sasl.oauthbearer.scope", "")
        .unset()
        .doc("Scope that is asked for."),
    string("sasl.oauthbearer.scope.claim.name", "scope").doc("Claim that holds the scope."),
    string("sasl.oauthbearer.sub.claim.name", "sub").doc("Claim that holds the subject."),
    string("sasl.oauthbearer.token.endpoint.url", "")
        .unset()
        .doc("Where tokens are fetched."),
];
