//! A cluster, a user, a role with a session, and questions to their policies, for tests.

use super::{
    IamAction, IamCluster, IamEngine, IamIdentity, IamPolicies, IamRule, IamSession, Policy,
    PolicyKind, SessionOf, Tags,
};
use crate::Subject;
use identity::{IamCaller, IamContext, Principal};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const UUID: &str = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-2";
/// 2026-11-22T12:00:00Z.
pub(crate) const NOW_MS: i64 = 1_795_348_800_000;

/// Who asks, and what hangs on them; all policies as JSON.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) user: Vec<String>,
    pub(crate) role: Vec<String>,
    pub(crate) boundary: Option<String>,
    pub(crate) session: Vec<String>,
    pub(crate) cluster: Option<String>,
    pub(crate) trust: Option<String>,
    pub(crate) tags: Vec<(&'static str, &'static str)>,
    pub(crate) session_tags: Vec<(&'static str, &'static str)>,
    pub(crate) cluster_tags: Vec<(&'static str, &'static str)>,
    pub(crate) cluster_account: Option<&'static str>,
    pub(crate) source_identity: Option<&'static str>,
    pub(crate) address: Option<&'static str>,
    pub(crate) insecure: bool,
    /// Asks as the session of the role, not as the user.
    pub(crate) as_session: bool,
    /// The user's name, where it is not alice.
    pub(crate) user_name: Option<&'static str>,
}

/// One statement as a policy of version 2012-10-17.
pub(crate) fn policy(statements: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)
}

/// A policy that allows actions on resources; both as JSON.
pub(crate) fn allow(actions: &str, resources: &str) -> String {
    policy(&statement("Allow", actions, resources))
}

pub(crate) fn deny(actions: &str, resources: &str) -> String {
    policy(&statement("Deny", actions, resources))
}

pub(crate) fn statement(effect: &str, actions: &str, resources: &str) -> String {
    format!(r#"{{"Effect": "{effect}", "Action": {actions}, "Resource": {resources}}}"#)
}

pub(crate) fn topic_arn(topic: &str) -> String {
    format!("arn:aws:kafka:us-east-1:{ACCOUNT}:topic/demo/{UUID}/{topic}")
}

impl World {
    /// A user with these policies.
    pub(crate) fn user(policies: impl IntoIterator<Item = String>) -> Self {
        Self {
            user: policies.into_iter().collect(),
            ..Self::default()
        }
    }

    /// A session of a role with these policies.
    pub(crate) fn session(policies: impl IntoIterator<Item = String>) -> Self {
        Self {
            role: policies.into_iter().collect(),
            as_session: true,
            ..Self::default()
        }
    }

    pub(crate) fn bounded_by(self, policy: String) -> Self {
        Self {
            boundary: Some(policy),
            ..self
        }
    }

    pub(crate) fn limited_to(self, policies: impl IntoIterator<Item = String>) -> Self {
        Self {
            session: policies.into_iter().collect(),
            ..self
        }
    }

    pub(crate) fn in_cluster(self, policy: String) -> Self {
        Self {
            cluster: Some(policy),
            ..self
        }
    }

    pub(crate) fn trusted_by(self, policy: String) -> Self {
        Self {
            trust: Some(policy),
            ..self
        }
    }

    pub(crate) fn allows(&self, action: IamAction, name: &str) -> bool {
        self.rule(action, name).is_allowed()
    }

    pub(crate) fn rule(&self, action: IamAction, name: &str) -> IamRule {
        let engine = IamEngine::new(self.policies());
        self.ask(|subject| engine.decide(subject, action, name).rule)
    }

    /// Lets the caller of this world ask something.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Subject<'_>) -> T) -> T {
        let context = self.context();
        let principal = Principal::iam(&match &context.caller {
            IamCaller::User { name } => format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
            IamCaller::AssumedRole { .. } => {
                format!("arn:aws:sts::{ACCOUNT}:assumed-role/reader/app-1")
            }
        });
        let address = self.address.unwrap_or("192.0.2.7");
        question(&Subject {
            principal: &principal,
            iam: Some(&context),
            client_address: address.parse::<IpAddr>().unwrap(),
            secure: !self.insecure,
            now_ms: NOW_MS,
        })
    }

    pub(crate) fn context(&self) -> IamContext {
        let user = self.user_name.unwrap_or("alice");
        let session = self.as_session;
        IamContext {
            account_id: ACCOUNT.to_owned(),
            caller: if session {
                IamCaller::AssumedRole {
                    role: "reader".to_owned(),
                    session_name: "app-1".to_owned(),
                    session_id: "ASIA1".to_owned(),
                }
            } else {
                IamCaller::User {
                    name: user.to_owned(),
                }
            },
            identity_arn: if session {
                format!("arn:aws:iam::{ACCOUNT}:role/reader")
            } else {
                format!("arn:aws:iam::{ACCOUNT}:user/{user}")
            },
            user_id: if session { "AROA1:app-1" } else { "AIDA1" }.to_owned(),
            access_key_id: if session { "ASIA1" } else { "AKIA1" }.to_owned(),
            source_identity: self.source_identity.map(str::to_owned),
            token_issued_at: session.then_some(NOW_MS / 1000 - 60),
            expires_at_ms: session.then_some(NOW_MS + 3_600_000),
        }
    }

    pub(crate) fn policies(&self) -> IamPolicies {
        let identity = |id: &str, name: &str, policies: &[String]| IamIdentity {
            id: id.to_owned(),
            policies: compiled(PolicyKind::Identity, name, policies),
            boundary: compiled(PolicyKind::Identity, "boundary", &self.boundary).pop(),
            tags: tags(&self.tags),
            trust: compiled(PolicyKind::Trust, "trust", &self.trust).pop(),
        };
        let user = self.user_name.unwrap_or("alice");
        let session = IamSession {
            of: SessionOf::Role("reader".to_owned()),
            policies: compiled(PolicyKind::Identity, "session", &self.session),
            tags: tags(&self.session_tags),
            expires_at_ms: NOW_MS + 3_600_000,
        };
        IamPolicies {
            cluster: IamCluster {
                partition: "aws".to_owned(),
                region: "us-east-1".to_owned(),
                account_id: self.cluster_account.unwrap_or(ACCOUNT).to_owned(),
                name: "demo".to_owned(),
                uuid: UUID.to_owned(),
                tags: tags(&self.cluster_tags),
            },
            users: HashMap::from([(user.to_owned(), identity("AIDA1", "user", &self.user))]),
            roles: HashMap::from([("reader".to_owned(), identity("AROA1", "role", &self.role))]),
            access_keys: HashMap::from([("AKIA1".to_owned(), user.to_owned())]),
            sessions: HashMap::from([("ASIA1".to_owned(), session)]),
            cluster_policy: compiled(PolicyKind::Resource, "cluster", &self.cluster).pop(),
        }
    }
}

fn compiled<'a>(
    kind: PolicyKind,
    name: &str,
    texts: impl IntoIterator<Item = &'a String>,
) -> Vec<Arc<Policy>> {
    texts
        .into_iter()
        .map(|text| match Policy::parse(kind, name, text) {
            Ok(policy) => Arc::new(policy),
            Err(error) => panic!("{error} in {text}"),
        })
        .collect()
}

fn tags(tags: &[(&str, &str)]) -> Tags {
    tags.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
