//! Who decides about requests, who wins over every rule, and how authn hands connections over.
//!
//! Only values. Listeners with TLS or SASL are authn's, and refused where listeners are read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use config::{Properties, Reader};
use identity::Principal;

const AUTHORIZER: &str = "authorizer.class.name";
const SUPER_USERS: &str = "super.users";
const ALLOW_EVERYONE: &str = "allow.everyone.if.no.acl.found";

/// The authorizer whose semantics are served.
const STANDARD_AUTHORIZER: &str = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
/// Those of Kafka with ZooKeeper, which ended with 4.0.
const AUTHORIZERS_OF_THE_PAST: [&str; 2] = [
    "kafka.security.authorizer.AclAuthorizer",
    "kafka.security.auth.SimpleAclAuthorizer",
];

/// Who decides about requests, and how authn comes in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SecurityConfig {
    /// `authorizer.class.name`: ACLs decide; `None` lets everybody do everything.
    pub acls: Option<AclConfig>,
    /// `outrigger.handoff.directory`; `None` where no authn comes in.
    pub handoff: Option<HandoffConfig>,
    /// `outrigger.iam.store`; `None` denies principals of type `IAM` everything.
    pub iam_store: Option<PathBuf>,
}

/// What StandardAuthorizer is configured with.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AclConfig {
    /// `super.users`: they may do everything, whatever ACLs say.
    pub super_users: BTreeSet<Principal>,
    /// `allow.everyone.if.no.acl.found`: what holds for a resource that no ACL names.
    pub allow_everyone_if_no_acl_found: bool,
}

/// Where authn hands connections over.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HandoffConfig {
    /// `outrigger.handoff.directory`.
    pub directory: PathBuf,
    /// `outrigger.handoff.uids`: users that may connect; empty is the broker's own.
    pub uids: BTreeSet<u32>,
}

impl SecurityConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let acls = AclConfig::read(read);
        Self {
            acls: authorizer(read).then_some(acls),
            handoff: HandoffConfig::read(read),
            iam_store: read.text("outrigger.iam.store").map(PathBuf::from),
        }
    }

    /// What would be a false sense of security if nobody said that it has no effect.
    pub(super) fn warnings(&self, given: &Properties) -> Vec<String> {
        if self.acls.is_some() {
            return Vec::new();
        }
        let without_effect = [SUPER_USERS, ALLOW_EVERYONE]
            .into_iter()
            .filter(|name| given.contains_key(*name));
        without_effect
            .map(|name| {
                format!(
                    "{name} has no effect without an authorizer: everybody may do everything; set \
                     {AUTHORIZER}={STANDARD_AUTHORIZER}"
                )
            })
            .collect()
    }
}

fn authorizer(read: &mut Reader<'_>) -> bool {
    let Some(class) = read.text("authorizer.class.name") else {
        return false;
    };
    if AUTHORIZERS_OF_THE_PAST.contains(&class.as_str()) {
        read.problem(format!(
            "{AUTHORIZER}: {class} ended with Kafka 4.0; use {STANDARD_AUTHORIZER}, which reads \
             the same ACLs"
        ));
    } else if class != STANDARD_AUTHORIZER {
        read.problem(format!(
            "{AUTHORIZER}: Java classes cannot be loaded here; only {STANDARD_AUTHORIZER} is \
             served, {class} is not"
        ));
    }
    true
}

impl AclConfig {
    fn read(read: &mut Reader<'_>) -> Self {
        Self {
            super_users: super_users(read),
            allow_everyone_if_no_acl_found: allow_everyone(read),
        }
    }
}

/// Separated by semicolons, since distinguished names have commas.
fn super_users(read: &mut Reader<'_>) -> BTreeSet<Principal> {
    let text = read.authorizer_setting(SUPER_USERS).unwrap_or_default();
    let mut users = BTreeSet::new();
    let names = text.split(';').map(str::trim);
    for name in names.filter(|name| !name.is_empty()) {
        match Principal::parse(name) {
            Ok(principal) => {
                users.insert(principal);
            }
            Err(error) => read.problem(format!("{SUPER_USERS}: {error}")),
        }
    }
    users
}

fn allow_everyone(read: &mut Reader<'_>) -> bool {
    let text = read.authorizer_setting(ALLOW_EVERYONE).unwrap_or("false");
    if text.eq_ignore_ascii_case("true") {
        return true;
    }
    // Kafka takes every other word for false.
    if !text.eq_ignore_ascii_case("false") {
        read.problem(format!(
            "{ALLOW_EVERYONE} is \"{text}\"; give true or false"
        ));
    }
    false
}

impl HandoffConfig {
    fn read(read: &mut Reader<'_>) -> Option<Self> {
        let mut uids = BTreeSet::new();
        for text in read.list("outrigger.handoff.uids") {
            match text.parse() {
                Ok(uid) => {
                    uids.insert(uid);
                }
                Err(_) => read.problem(format!(
                    "outrigger.handoff.uids: \"{text}\" is no user's number; `id -u NAME` tells it"
                )),
            }
        }
        let directory = read.text("outrigger.handoff.directory")?.into();
        Some(Self { directory, uids })
    }
}
