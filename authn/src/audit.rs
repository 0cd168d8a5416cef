//! Who tried to log in and failed, and which files changed what authn serves: one JSON object per
//! line in `audit-authn.log`.
//!
//! ```text
//! {"time":…,"event":"login-failed","client":"10.0.0.1","listener":"CLIENT_IAM","protocol":"SASL_SSL",
//!  "mechanism":"AWS_MSK_IAM","reason":"wrong_signature","text":"…","claimed":"AKIA…",
//!  "software":"apache-kafka-java 4.0.0","renewal":false,"request_id":"…"}
//! {"time":…,"event":"login-failed-repeatedly","client":"10.0.0.1",…,"repeated":532}
//! {"time":…,"event":"changed","source":"files","resource_type":"TlsFile","resource":"/…/crl.pem",
//!  "listener":"CLIENT_SECURE","change":"in force"}
//! {"time":…,"event":"changed","source":"files",…,"change":"refused","text":"…"}
//! {"time":…,"event":"changed","source":"identity-store","resource_type":"SecretAccessKey",
//!  "resource":"AKIA…","change":"created","changed_by":{"known_from":"command","uid":0,"user":"root"}}
//! ```
//!
//! Who fails the same way again and again is told of a few times a minute, and then counted; clients
//! with IPv6 are counted by /64. What a stranger chose (`claimed`, `software`) is cut. A login that
//! succeeds is a line at DEBUG in the log, with its IAM context; the secret parts of a login are
//! never here.

use std::fmt::Display;
use std::net::IpAddr;
use std::path::Path;

use iam::{Author, Changes};
use serde::Serialize;
use service::AuditLog;
use service::audit::{Admission, Repeated, Repeats, network};
use tracing::debug;

use crate::mechanism::iam::request_id;
use crate::session::{Authenticated, Failure, Peer};

/// The only kind of thing in the identity store that authn alone sees.
const SECRET: &str = "SecretAccessKey";
/// Longest text of a stranger or of a problem in an event, in characters.
const TEXT_CHARS_MAX: usize = 256;

/// Writes the events.
#[derive(Debug)]
pub struct Audit {
    log: AuditLog,
    /// By network.
    failures: Repeats<IpAddr, Kind>,
}

/// What makes failures from one network the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Kind {
    listener: Box<str>,
    reason: &'static str,
}

/// Where a login happened.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The client, and the name of the connection in both processes' logs.
    pub peer: Peer,
    /// The listener.
    pub listener: &'a str,
    /// `SSL` or `SASL_SSL`.
    pub protocol: &'static str,
    /// Whether a session was to be renewed.
    pub renewal: bool,
}

#[derive(Serialize)]
struct FailedEvent<'a> {
    event: &'static str,
    client: String,
    listener: &'a str,
    protocol: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mechanism: Option<&'static str>,
    reason: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    software: Option<String>,
    renewal: bool,
    request_id: String,
}

#[derive(Serialize)]
struct RepeatedEvent<'a> {
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    listener: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    repeated: u64,
}

/// A change that no client made: of whom nothing is known.
#[derive(Debug, Default, Serialize)]
pub struct FileChange<'a> {
    /// `TlsFile` or `NetworkRules`.
    pub resource_type: &'static str,
    /// The file; None where the text says which of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'a Path>,
    /// Which listener it is for, where it is not for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listener: Option<&'a str>,
}

/// A secret that signatures are checked with; whose it is stands in the broker's audit log.
#[derive(Serialize)]
struct SecretEvent<'a> {
    event: &'static str,
    source: &'static str,
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<&'a Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    further: Option<u64>,
}

#[derive(Serialize)]
struct ChangedEvent<'a> {
    event: &'static str,
    source: &'static str,
    #[serde(flatten)]
    file: FileChange<'a>,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl Audit {
    /// An audit over an open log.
    pub fn new(log: AuditLog) -> Self {
        Self {
            log,
            failures: Repeats::new(),
        }
    }

    /// SASL refused somebody.
    pub fn failed(&self, attempt: Attempt<'_>, failure: &Failure, now_ms: i64) {
        let mechanism = failure.mechanism.map(|mechanism| mechanism.name());
        let software = failure.software.as_ref();
        self.record(
            attempt,
            FailedEvent {
                mechanism,
                claimed: failure.claimed.as_deref().map(cut),
                software: software
                    .map(|(name, version)| cut(&format!("{name} {version}")).to_owned()),
                ..event(attempt, failure.reason.label(), &failure.reason)
            },
            now_ms,
        );
    }

    /// A certificate was refused, or is nobody's.
    pub fn no_principal(
        &self,
        attempt: Attempt<'_>,
        reason: &'static str,
        text: &dyn Display,
        now_ms: i64,
    ) {
        self.record(attempt, event(attempt, reason, text), now_ms);
    }

    fn record(&self, attempt: Attempt<'_>, event: FailedEvent<'_>, now_ms: i64) {
        let kind = Kind {
            listener: attempt.listener.into(),
            reason: event.reason,
        };
        let source = network(attempt.peer.address);
        if self.failures.admit(source, kind, now_ms) == Admission::Record {
            self.log.record(&event);
        }
    }

    /// Somebody logged in.
    pub fn logged_in(&self, attempt: Attempt<'_>, who: &Authenticated) {
        debug!(
            client = %attempt.peer.address,
            listener = attempt.listener,
            principal = %who.principal,
            mechanism = who.mechanism.name(),
            request_id = request_id(&attempt.peer),
            iam = ?who.iam,
            renewal = attempt.renewal,
            "logged in"
        );
    }

    /// What a changed file says is in force.
    pub fn changed(&self, file: FileChange<'_>) {
        self.log.record(&ChangedEvent {
            event: "changed",
            source: "files",
            file,
            change: "in force",
            text: None,
        });
    }

    /// What a changed file says cannot be used.
    pub fn change_refused(&self, file: FileChange<'_>, problem: &dyn Display) {
        self.log.record(&ChangedEvent {
            event: "changed",
            source: "files",
            file,
            change: "refused",
            text: Some(cut(&problem.to_string()).to_owned()),
        });
    }

    /// Secrets of access keys changed in the identity store. All else there is the broker's to tell:
    /// it alone does not see these.
    pub fn secrets_changed(&self, changes: &Changes) {
        let event = |resource, change, changed_by, further| SecretEvent {
            event: "changed",
            source: "identity-store",
            resource_type: SECRET,
            resource,
            change,
            changed_by,
            further,
        };
        for (_, changes) in changes.iter().filter(|(kind, _)| *kind == SECRET) {
            for named in &changes.named {
                let by = Some(&named.author);
                let change = named.change.name();
                self.log.record(&event(Some(&named.name), change, by, None));
            }
            if changes.further > 0 {
                let further = Some(changes.further);
                self.log
                    .record(&event(None, "further changes", None, further));
            }
        }
    }

    /// For a periodic caller: tells how often failures were repeated that were not told of.
    pub fn tell_repeats(&self, now_ms: i64) {
        for Repeated {
            source,
            kind,
            count,
        } in self.failures.drain(now_ms)
        {
            self.log.record(&RepeatedEvent {
                event: "login-failed-repeatedly",
                client: source.map(shown),
                listener: kind.as_ref().map(|kind| &*kind.listener),
                reason: kind.as_ref().map(|kind| kind.reason),
                repeated: count,
            });
        }
    }
}

fn event<'a>(attempt: Attempt<'a>, reason: &'static str, text: &dyn Display) -> FailedEvent<'a> {
    FailedEvent {
        event: "login-failed",
        client: attempt.peer.address.to_string(),
        listener: attempt.listener,
        protocol: attempt.protocol,
        mechanism: None,
        reason,
        text: cut(&text.to_string()).to_owned(),
        claimed: None,
        software: None,
        renewal: attempt.renewal,
        request_id: request_id(&attempt.peer),
    }
}

/// The network of an IPv6 address as one.
fn shown(network: IpAddr) -> String {
    match network {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{address}/64"),
    }
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};
    use std::time::Duration;

    use service::{AuditLog, Clock, ManualClock, telemetry};
    use tempfile::TempDir;

    use super::{Attempt, Audit};
    use crate::mechanism::{Mechanism, Reason};
    use crate::session::{Failure, Peer};

    const FILE: &str = "audit-authn.log";
    const MALLORY: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, 0);

    struct Test {
        dir: TempDir,
        audit: Audit,
        clock: Clock,
        hands: ManualClock,
    }

    impl Test {
        fn start() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let (clock, hands) = Clock::manual(0);
            let rotation = telemetry::ROTATION_DEFAULT;
            let undelivered = telemetry::Undelivered::told_in(None);
            let log = AuditLog::open(dir.path(), FILE, rotation, &undelivered, &clock).unwrap();
            let audit = Audit::new(log);
            Self {
                dir,
                audit,
                clock,
                hands,
            }
        }

        fn lines_after_a_minute(&mut self) -> Vec<String> {
            self.hands.advance(Duration::from_secs(61));
            self.audit.tell_repeats(self.clock.now_ms());
            self.audit.log.flush();
            let text = std::fs::read_to_string(self.dir.path().join(FILE)).unwrap();
            text.lines().map(str::to_owned).collect()
        }
    }

    fn attempt(address: IpAddr) -> Attempt<'static> {
        Attempt {
            peer: Peer {
                address,
                connection_id: [7; 16],
            },
            listener: "CLIENT_IAM",
            protocol: "SASL_SSL",
            renewal: false,
        }
    }

    fn failure(reason: Reason) -> Failure {
        Failure {
            reason,
            mechanism: Some(Mechanism::AwsMskIam),
            claimed: Some("A\n".repeat(1000)),
            software: None,
        }
    }

    #[test]
    fn failures_are_told_and_their_repetition_is_counted() {
        let mut test = Test::start();
        let failure = failure(Reason::WrongSignature);
        for _ in 0..100 {
            let attempt = attempt([192, 0, 2, 1].into());
            test.audit.failed(attempt, &failure, test.clock.now_ms());
        }
        let lines = test.lines_after_a_minute();
        assert_eq!(lines.len(), 11);
        assert!(lines.iter().all(|line| line.len() < 1000));
        for part in [
            r#""event":"login-failed""#,
            r#""client":"192.0.2.1""#,
            r#""mechanism":"AWS_MSK_IAM""#,
            r#""reason":"wrong_signature""#,
            r#""request_id":"07070707-0707-0707-0707-070707070707""#,
        ] {
            assert!(lines[0].contains(part), "{part} in {}", lines[0]);
        }
        assert!(lines[10].contains(r#""repeated":90"#), "{}", lines[10]);
    }

    #[test]
    fn a_network_cannot_hide_the_failures_of_others() {
        let mut test = Test::start();
        let failure = failure(Reason::WrongSignature);
        for number in 0..20_000 {
            let address = Ipv6Addr::from_bits(MALLORY.to_bits() + number);
            test.audit.failed(attempt(address.into()), &failure, 0);
        }
        let other = Ipv6Addr::from_bits(MALLORY.to_bits() + (1 << 64));
        test.audit.failed(attempt(other.into()), &failure, 0);
        let lines = test.lines_after_a_minute();
        assert_eq!(lines.len(), 12);
        let told = format!(r#""client":"{other}""#);
        assert!(lines[10].contains(&told), "{}", lines[10]);
        let counted = format!(r#""client":"{MALLORY}/64","listener":"CLIENT_IAM""#);
        assert!(lines[11].contains(&counted), "{}", lines[11]);
        assert!(lines[11].contains(r#""repeated":19990"#), "{}", lines[11]);
    }
}
