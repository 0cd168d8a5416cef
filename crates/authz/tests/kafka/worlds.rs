//! Random sets of entries and random questions about them, as text for Kafka and as values for us.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use authz::acl::{
    Acl, AclEngine, AclHost, AclOperation, AclSettings, HostAddress, PatternType, Permission,
};
use authz::{LogLine, Operation, Resource, ResourceType, Subject};
use identity::Principal;
use protocol::ApiKey;

use crate::random::Random;

/// Names are made of these, so that they often begin alike: letters of one, two, three and four
/// bytes, one letter in both Unicode spellings, and what patterns give a meaning to.
const ATOMS: [&str; 16] = [
    "a", "b", "ab", "B", "*", "?", ".", "_", "-", ":", "/", "!", "é", "e\u{301}", "🦀", "🦁",
];
const PRINCIPALS: [&str; 10] = [
    "User:alice",
    "User:alice",
    "User:bob",
    "User:*",
    "User:*",
    "Role:alice",
    "Role:*",
    "User:CN=a:b,O=x",
    "User:Alice",
    "User:",
];
const HOSTS: [&str; 8] = [
    "*",
    "*",
    "*",
    "10.0.0.1",
    "10.0.0.2",
    "0:0:0:0:0:0:0:1",
    "2001:db8:0:0:0:a:0:5",
    "localhost",
];
const ADDRESSES: [&str; 5] = [
    "10.0.0.1",
    "10.0.0.2",
    "::1",
    "2001:db8::a:0:5",
    "::ffff:10.0.0.1",
];
/// Most questions are about few types and operations, so that entries meet them.
const TYPES: [ResourceType; 8] = [
    ResourceType::Topic,
    ResourceType::Topic,
    ResourceType::Group,
    ResourceType::Group,
    ResourceType::TransactionalId,
    ResourceType::Cluster,
    ResourceType::DelegationToken,
    ResourceType::User,
];

pub struct World {
    settings: AclSettings,
    acls: Vec<Acl>,
    questions: Vec<Question>,
    engine: AclEngine,
}

#[derive(Debug)]
pub struct Question {
    principal: Principal,
    address: IpAddr,
    operation: Operation,
    kind: ResourceType,
    /// Of a resource; otherwise of any.
    name: Option<String>,
    api: ApiKey,
    references: usize,
}

impl World {
    pub fn new(seed: u64, questions: usize) -> Self {
        let mut random = Random::new(seed);
        let mut supers = Vec::new();
        if random.below(4) == 0 {
            supers.push(Principal::user("bob"));
            supers.push(Principal::parse("Role:alice").unwrap());
        }
        let settings = AclSettings {
            super_users: supers.into_iter().collect(),
            allow_everyone_if_no_acl_found: random.below(2) == 0,
        };
        // Kafka keeps no entry twice.
        let acls: BTreeSet<_> = (0..random.below(40)).map(|_| acl(&mut random)).collect();
        let acls: Vec<_> = acls.into_iter().collect();
        let engine = AclEngine::new(settings.clone());
        engine.replace(acls.iter().cloned().map(Arc::new));
        let mut world = Self {
            settings,
            acls,
            questions: Vec::new(),
            engine,
        };
        while world.questions.len() < questions {
            let question = question(&mut random);
            if !world.kafka_cannot_say(&question) {
                world.questions.push(question);
            }
        }
        world
    }

    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// Kafka 4.3.1 loops or throws on a name that begins, below the asterisk, like another one in
    /// its list; what we say there is in the tests of the engine.
    fn kafka_cannot_say(&self, question: &Question) -> bool {
        let Some(name) = &question.name else {
            return false;
        };
        let first = name.chars().next().filter(|first| *first < '*');
        first.is_some_and(|first| {
            self.acls.iter().any(|acl| {
                acl.resource_type == question.kind
                    && acl.resource_name.starts_with(first)
                    && !name.starts_with(&*acl.resource_name)
            })
        })
    }

    /// For the reader of a failure: the entries that the question may be about.
    pub fn told(&self, question: &Question) -> String {
        let acls = self
            .acls
            .iter()
            .filter(|acl| acl.resource_type == question.kind);
        let acls: Vec<_> = acls.map(Acl::to_string).collect();
        format!("{question:?}\n{:?}\n{}", self.settings, acls.join("\n"))
    }

    /// The lines that ask Kafka.
    pub fn script(&self) -> String {
        let mut text = format!("world {}", self.settings.allow_everyone_if_no_acl_found);
        for principal in &self.settings.super_users {
            write!(text, " {}", hex(&principal.to_string())).unwrap();
        }
        text.push('\n');
        for acl in &self.acls {
            writeln!(
                text,
                "acl {} {} {} {} {} {} {}",
                acl.resource_type.name(),
                acl.pattern_type.name(),
                hex(&acl.resource_name),
                hex(&acl.principal.to_string()),
                hex(acl.host.text()),
                acl.operation.name(),
                acl.permission.name(),
            )
            .unwrap();
        }
        for question in &self.questions {
            let of = format!(
                "{} {} {} {} {}",
                hex(question.principal.kind()),
                hex(question.principal.name()),
                HostAddress(question.address),
                question.operation.name(),
                question.kind.name(),
            );
            match &question.name {
                Some(name) => {
                    let (api, references) = (question.api.code(), question.references);
                    writeln!(text, "ask {of} {} {api} {references}", hex(name)).unwrap();
                }
                None => writeln!(text, "any {of}").unwrap(),
            }
        }
        text
    }

    pub fn answer(&self, question: &Question) -> String {
        let subject = Subject {
            principal: &question.principal,
            iam: None,
            client_address: question.address,
            secure: true,
            now_ms: 0,
        };
        let (operation, kind) = (question.operation, question.kind);
        let Some(name) = &question.name else {
            let explained = self
                .engine
                .decide_by_resource_type(&subject, operation, kind);
            return if explained.allowed {
                "ALLOWED"
            } else {
                "DENIED"
            }
            .to_owned();
        };
        let resource = Resource { kind, name };
        let explained = self.engine.decide(&subject, operation, resource);
        let answer = self.engine.authorize(&subject, operation, resource);
        assert_eq!(answer.is_ok(), explained.allowed, "both ways agree");
        LogLine {
            subject,
            api: question.api,
            operation,
            resource,
            references: question.references,
            allowed: explained.allowed,
            rule: &explained.rule,
        }
        .to_string()
    }
}

fn acl(random: &mut Random) -> Acl {
    let operation = match random.below(4) {
        0 => AclOperation::All,
        _ => AclOperation::Of(operation(random)),
    };
    let pattern_type = random.of(&[PatternType::Literal, PatternType::Prefixed]);
    Acl {
        resource_type: random.of(&TYPES),
        resource_name: match random.below(6) {
            0 => "*".into(),
            _ => name(random, 3).into(),
        },
        pattern_type,
        operation,
        principal: Acl::principal_of(random.of(&PRINCIPALS)).unwrap(),
        host: AclHost::new(random.of(&HOSTS)),
        permission: match random.below(5) {
            0 => Permission::Deny,
            _ => Permission::Allow,
        },
    }
}

fn question(random: &mut Random) -> Question {
    // Kafka's own code fails for a session of User:*, which nobody can have.
    let principal = loop {
        let text = random.of(&PRINCIPALS);
        if text != "User:*" {
            break Acl::principal_of(text).unwrap();
        }
    };
    Question {
        principal,
        address: random.of(&ADDRESSES).parse().unwrap(),
        operation: operation(random),
        kind: random.of(&TYPES),
        name: match random.below(8) {
            0 => None,
            1 => Some("*".to_owned()),
            _ => Some(name(random, 4)),
        },
        api: random.of(&[
            ApiKey::Produce,
            ApiKey::Metadata,
            ApiKey::IncrementalAlterConfigs,
        ]),
        references: 1 + random.below(3),
    }
}

/// Describing is what others imply, so it is asked often.
fn operation(random: &mut Random) -> Operation {
    match random.below(3) {
        0 => random.of(&[Operation::Describe, Operation::DescribeConfigs]),
        1 => random.of(&[Operation::Read, Operation::Write, Operation::AlterConfigs]),
        _ => random.of(&Operation::ALL),
    }
}

fn name(random: &mut Random, atoms: usize) -> String {
    (0..=random.below(atoms))
        .map(|_| random.of(&ATOMS))
        .collect()
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}
