//! THE TABLE of the properties that authn reads: Kafka's own, typed and documented by
//! `crates/config`, and those for which Kafka has no word.
//!
//! Rows of data only; what a value means is decided by who reads it.

use std::sync::LazyLock;

use config::{Check, Effect, Key, Kind, Listing, Update};

/// A key of Kafka's that has an effect here.
#[derive(Debug)]
pub(super) struct KafkaKey {
    pub name: &'static str,
    /// The default here, where it is not Kafka's.
    pub default: Option<&'static str>,
    /// Whether `listener.name.<listener>.<name>` may say it for one listener.
    pub per_listener: bool,
}

const fn whole(name: &'static str) -> KafkaKey {
    KafkaKey {
        name,
        default: None,
        per_listener: false,
    }
}

const fn of_listener(name: &'static str) -> KafkaKey {
    KafkaKey {
        name,
        default: None,
        per_listener: true,
    }
}

impl KafkaKey {
    const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }
}

/// Ports and names are those of Amazon MSK.
pub(super) const KAFKAS: &[KafkaKey] = &[
    whole("advertised.listeners"),
    whole("connection.failed.authentication.delay.ms"),
    whole("connections.max.idle.ms"),
    of_listener("connections.max.reauth.ms"),
    whole("listener.security.protocol.map").default(
        "CLIENT_SECURE:SSL,CLIENT_SASL_SCRAM:SASL_SSL,CLIENT_IAM:SASL_SSL,SSL:SSL,SASL_SSL:SASL_SSL",
    ),
    whole("listeners").default(
        "CLIENT_SECURE://127.0.0.1:9094,CLIENT_SASL_SCRAM://127.0.0.1:9096,\
         CLIENT_IAM://127.0.0.1:9098",
    ),
    whole("max.connection.creation.rate"),
    whole("max.connections"),
    whole("max.connections.per.ip"),
    whole("max.connections.per.ip.overrides"),
    of_listener("sasl.enabled.mechanisms").default(""),
    whole("sasl.server.max.receive.size"),
    // A storm of logins after a restart is delayed, not turned away.
    whole("socket.listen.backlog.size").default("1024"),
    whole("socket.request.max.bytes"),
    of_listener("ssl.cipher.suites"),
    of_listener("ssl.client.auth"),
    of_listener("ssl.enabled.protocols"),
    of_listener("ssl.keystore.location"),
    of_listener("ssl.keystore.type").default("PEM"),
    of_listener("ssl.principal.mapping.rules"),
    of_listener("ssl.truststore.location"),
    of_listener("ssl.truststore.type").default("PEM"),
];

const fn ours(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> Key {
    Key {
        name,
        kind,
        default: Some(default),
        check: Check::Any,
        update: Update::ReadOnly,
        effect: Effect::Effective,
        listing: Listing::Always,
        broker_key: None,
        doc,
    }
}

const fn text(name: &'static str, default: &'static str, doc: &'static str) -> Key {
    ours(name, Kind::String, default, doc)
}

const fn count(name: &'static str, default: &'static str, least: i64, doc: &'static str) -> Key {
    checked(ours(name, Kind::Long, default, doc), Check::AtLeast(least))
}

const fn flag(name: &'static str, default: &'static str, doc: &'static str) -> Key {
    ours(name, Kind::Boolean, default, doc)
}

const fn list(name: &'static str, default: &'static str, doc: &'static str) -> Key {
    ours(name, Kind::List, default, doc)
}

const fn checked(mut key: Key, check: Check) -> Key {
    key.check = check;
    key
}

/// Those of the OTLP push, as every process has them.
static OTLP: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let keys = otlp::KEYS.iter();
    keys.map(|key| Key {
        kind: if key.is_secret {
            Kind::Password
        } else {
            Kind::String
        },
        ..text(key.name, key.default, key.doc)
    })
    .collect()
});

/// Ours, sorted by name. Those of TLS may be said for one listener, too.
pub(super) const OURS: &[Key] = &[
    text(
        "outrigger.admin.listener",
        "",
        "host:port for /healthz and /metrics of this process; empty is none.",
    ),
    text(
        "outrigger.endpoints.file",
        "",
        "File that the bound addresses are written to once clients can connect.",
    ),
    list(
        "outrigger.handoff.broker.uids",
        "",
        "Numbers of the users that the broker may run as; empty is this process's own user.",
    ),
    text(
        "outrigger.handoff.directory",
        "",
        "Directory in which the broker serves control.sock and relay.sock; the broker's key of \
         the same name.",
    ),
    // AWS allows 15 minutes for signatures in headers; MSK publishes no number.
    checked(
        ours(
            "outrigger.iam.clock.skew.ms",
            Kind::Long,
            "300000",
            "How far a signer's clock may be off.",
        ),
        Check::Between(0, 900_000),
    ),
    list(
        "outrigger.iam.hosts",
        "",
        "Host names that IAM clients may sign besides the advertised ones, such as a load \
         balancer's.",
    ),
    // Another session of the same role is the same caller; Kafka would refuse it.
    checked(
        text(
            "outrigger.iam.reauth.principal",
            "role",
            "What must stay the same when an IAM client authenticates again: its role, or its \
             whole session as in Kafka.",
        ),
        Check::OneOf(&["role", "session"]),
    ),
    list(
        "outrigger.iam.regions",
        "",
        "Regions that IAM clients may sign for; empty is the region of the identity store.",
    ),
    text(
        "outrigger.iam.store",
        "",
        "Directory of the IAM identity store; empty knows no access key.",
    ),
    text(
        "outrigger.log.dir",
        "",
        "Directory of authn.log and audit-authn.log; empty writes to standard error.",
    ),
    text(
        "outrigger.log.undelivered.file",
        "",
        "File in which `outrigger logshipper` says what it has delivered: rotated log files that it has not \
         are kept as long as there is room. Empty keeps none longer.",
    ),
    count(
        "outrigger.login.rate.per.ip",
        "0",
        0,
        "Logins per second that one address, or one /64 of IPv6, may begin; more of them wait. 0 is \
         no limit.",
    ),
    // To the last answer, however the bytes drip.
    count(
        "outrigger.login.timeout.ms",
        "10000",
        100,
        "Time that a client has in all for TLS and its login, once it is its turn.",
    ),
    text(
        "outrigger.network.rules.file",
        "",
        "File that says by listener which networks may connect; empty lets everybody.",
    ),
    count(
        "outrigger.preauth.connections",
        "4096",
        1,
        "Connections that have not logged in yet; while there are so many none is accepted.",
    ),
    count(
        "outrigger.preauth.connections.per.ip",
        "2048",
        1,
        "The same from one address, or one /64 of IPv6; more are closed.",
    ),
    // What outrigger.preauth.connections may take at most, so that one address, which has half of
    // these, leaves as much to others.
    count(
        "outrigger.preauth.memory.bytes",
        "268435456",
        1_048_576,
        "Memory that connections may hold together before they have logged in; more of them wait.",
    ),
    flag(
        "outrigger.sandbox",
        "true",
        "Whether this process gives up what it does not need: starting programs, tracing others, \
         files outside of what is configured.",
    ),
    flag(
        "outrigger.sasl.raw.tokens",
        "false",
        "Whether clients older than Kafka 1.0 may log in (SaslHandshake version 0): they are not \
         told why a login fails, and cannot renew a session.",
    ),
    text(
        "outrigger.scram.secret.file",
        "",
        "File with the secret that makes answers for unknown SCRAM users the same after a \
         restart; made where it is missing. Empty draws one at each start.",
    ),
    flag(
        "outrigger.secrets.manager.enabled",
        "false",
        "Whether SCRAM users are also read from AWS Secrets Manager (secrets named AmazonMSK_*).",
    ),
    count(
        "outrigger.secrets.manager.poll.ms",
        "5000",
        100,
        "How often Secrets Manager is asked for changes.",
    ),
    checked(
        text(
            "outrigger.ssl.crl.expiry",
            "enforced",
            "Whether a revocation list past its next update refuses every client certificate.",
        ),
        Check::OneOf(&["enforced", "ignored"]),
    ),
    list(
        "outrigger.ssl.crl.location",
        "",
        "PEM files with revocation lists of client certificates.",
    ),
    checked(
        text(
            "outrigger.ssl.principal.source",
            "dn",
            "What makes the principal of a client certificate: its distinguished name through \
             ssl.principal.mapping.rules, through MSK's rules, or one of its names as it is.",
        ),
        Check::OneOf(&["dn", "msk", "cn", "san_dns", "san_uri"]),
    ),
];

/// Whether a key of ours may be said for one listener.
pub(super) fn ours_per_listener(name: &str) -> bool {
    name.starts_with("outrigger.ssl.")
}

/// The row of exactly this name: what it may hold and its default here.
pub(super) fn find(name: &str) -> Option<(&'static Key, Option<&'static str>)> {
    if let Some(row) = KAFKAS.iter().find(|row| row.name == name) {
        let key = config::broker_key(row.name)?;
        return Some((key, row.default.or(key.default)));
    }
    let key = ours_by_name().find(|key| key.name == name)?;
    Some((key, key.default))
}

/// Every name that has an effect here.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let kafkas = KAFKAS.iter().map(|row| row.name);
    kafkas.chain(ours_by_name().map(|key| key.name))
}

fn ours_by_name() -> impl Iterator<Item = &'static Key> {
    OURS.iter().chain(OTLP.iter())
}
