//! From files to what the engine decides by; whoever misses something is left out.

use super::{PolicyView, ReadSession};
use crate::error::Problem;
use crate::folder::Cached;
use crate::layout::{Folder, SEPARATOR};
use crate::records::{self, KeyStatus};
use authz::iam::{IamCluster, IamIdentity, IamPolicies, IamSession, Policy, SessionOf, Tags};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What an identity names, whether user or role.
struct Named<'a> {
    id: &'a str,
    attached: &'a [String],
    boundary: Option<&'a String>,
    tags: &'a BTreeMap<String, String>,
}

impl PolicyView {
    pub(super) fn assemble(&self, problems: &mut Vec<Problem>) -> IamPolicies {
        let file = |folder, name: &str| self.layout.folder(folder).join(format!("{name}.json"));
        let users = self.users.iter().filter_map(|(name, user)| {
            let named = Named {
                id: &user.user_id,
                attached: &user.attached_policies,
                boundary: user.permissions_boundary.as_ref(),
                tags: &user.tags,
            };
            let path = file(Folder::Users, name);
            let identity = self.identity(name, named, &self.user_policies, path, problems)?;
            Some((name.to_owned(), identity))
        });
        let users: HashMap<_, _> = users.collect();
        let roles = self.roles.iter().filter_map(|(name, role)| {
            let named = Named {
                id: &role.role_id,
                attached: &role.attached_policies,
                boundary: role.permissions_boundary.as_ref(),
                tags: &role.tags,
            };
            let trusts = &self.trust_policies;
            if !trusts.is_listed() || trusts.broken().any(|broken| broken == name) {
                return None;
            }
            let path = file(Folder::Roles, name);
            let mut identity = self.identity(name, named, &self.role_policies, path, problems)?;
            identity.trust = self.trust_policies.of(name).cloned();
            Some((name.to_owned(), identity))
        });
        let roles: HashMap<_, _> = roles.collect();
        let sessions = self.sessions.iter().filter_map(|(id, session)| {
            let path = file(Folder::Sessions, id);
            Some((id.to_owned(), self.session(session, path, problems)?))
        });
        let sessions: HashMap<_, _> = sessions.collect();
        let keys = self.access_keys.iter();
        let active = keys.filter(|(_, key)| key.status == KeyStatus::Active);
        IamPolicies {
            access_keys: active
                .map(|(id, key)| (id.to_owned(), key.user.clone()))
                .collect(),
            cluster: self.cluster(),
            users,
            roles,
            sessions,
            cluster_policy: self.cluster_policy.good.clone(),
        }
    }

    fn cluster(&self) -> IamCluster {
        let record = self.record.clone();
        IamCluster {
            partition: record.partition,
            region: record.region,
            account_id: record.cluster_account_id.unwrap_or(record.account_id),
            name: record.cluster_name,
            uuid: record.cluster_uuid,
            tags: record.cluster_tags.into_iter().collect(),
        }
    }

    fn identity(
        &self,
        name: &str,
        named: Named<'_>,
        inline: &Cached<Arc<Policy>>,
        path: PathBuf,
        problems: &mut Vec<Problem>,
    ) -> Option<IamIdentity> {
        let is_own = |file: &str| {
            file.split_once(SEPARATOR)
                .is_some_and(|(own, _)| own == name)
        };
        if !inline.is_listed() || inline.broken().any(is_own) {
            return None;
        }
        let own = inline.iter().filter(|(file, _)| is_own(file));
        let mut policies: Vec<_> = own.map(|(_, policy)| Arc::clone(policy)).collect();
        policies.append(&mut self.managed(named.attached, &path, problems)?);
        let boundary = match named.boundary {
            Some(name) => self
                .managed(std::slice::from_ref(name), &path, problems)?
                .pop(),
            None => None,
        };
        Some(IamIdentity {
            id: named.id.to_owned(),
            policies,
            boundary,
            tags: tags(named.tags),
            trust: None,
        })
    }

    fn session(
        &self,
        session: &ReadSession,
        path: PathBuf,
        problems: &mut Vec<Problem>,
    ) -> Option<IamSession> {
        let mut policies = self.managed(&session.record.policies, &path, problems)?;
        policies.extend(session.policy.clone());
        Some(IamSession {
            of: match &session.record.of {
                records::SessionOf::Role { name, .. } => SessionOf::Role(name.clone()),
                records::SessionOf::User { name, .. } => SessionOf::User(name.clone()),
            },
            policies,
            tags: tags(&session.record.tags),
            expires_at_ms: session.record.expires_at_ms,
        })
    }

    fn managed(
        &self,
        names: &[String],
        path: &Path,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<Arc<Policy>>> {
        let mut policies = Vec::with_capacity(names.len());
        for name in names {
            let Some(policy) = self.managed.of(name) else {
                problems.push(Problem {
                    path: path.to_path_buf(),
                    problem: format!(
                        "names the policy '{name}', which does not exist or cannot be read; until \
                         it can, everything is denied"
                    ),
                });
                return None;
            };
            policies.push(Arc::clone(policy));
        }
        Some(policies)
    }
}

fn tags(tags: &BTreeMap<String, String>) -> Tags {
    tags.iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
