//! What decisions need of the store: everything but its secrets, which it never opens.
//!
//! It fails closed: a user, role or session of which anything never could be read, or that names a
//! policy that does not exist, may do nothing, because what is missing might be a denial.

mod assemble;

use crate::changes::{CLUSTER_POLICY, Change, Reloaded};
use crate::error::{Problem, StoreError};
use crate::folder::{self, Cached};
use crate::layout::{Folder, Layout, SEPARATOR};
use crate::records::{AccessKeyRecord, RoleRecord, SessionRecord, StoreRecord, UserRecord};
use crate::store;
use authz::iam::{IamPolicies, Policy, PolicyKind};
use service::watch::Stamp;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The policies of a store and all whom they hang on.
#[derive(Debug)]
pub struct PolicyView {
    layout: Layout,
    record: StoreRecord,
    users: Cached<UserRecord>,
    roles: Cached<RoleRecord>,
    managed: Cached<Arc<Policy>>,
    user_policies: Cached<Arc<Policy>>,
    role_policies: Cached<Arc<Policy>>,
    trust_policies: Cached<Arc<Policy>>,
    access_keys: Cached<AccessKeyRecord>,
    sessions: Cached<ReadSession>,
    cluster_policy: ClusterPolicy,
}

#[derive(Debug)]
struct ReadSession {
    record: SessionRecord,
    /// Its own policy, compiled.
    policy: Option<Arc<Policy>>,
}

#[derive(Debug, Default)]
struct ClusterPolicy {
    stamp: Option<Stamp>,
    /// The last that could be read; one that denies everything where none could.
    good: Option<Arc<Policy>>,
}

/// What stands for a cluster policy that never could be read.
const UNREADABLE_CLUSTER_POLICY: &str =
    r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}"#;

impl PolicyView {
    /// What to watch: give it to `service::Watch` before the view is loaded.
    pub fn watched(dir: &Path) -> Vec<PathBuf> {
        let layout = Layout::new(dir);
        let folders = [
            Folder::Users,
            Folder::Roles,
            Folder::Policies,
            Folder::UserPolicies,
            Folder::RolePolicies,
            Folder::TrustPolicies,
            Folder::AccessKeys,
            Folder::Sessions,
        ];
        let mut paths = vec![layout.store(), layout.cluster_policy()];
        paths.extend(folders.map(|folder| layout.folder(folder)));
        paths
    }

    /// Reads everything. The problems are those of single files.
    ///
    /// # Errors
    /// There is no store in the directory, a newer one, or one that cannot be read.
    pub fn load(dir: &Path) -> Result<(Self, Vec<Problem>), StoreError> {
        let layout = Layout::new(dir);
        let mut view = Self {
            record: store::read_record(&layout)?,
            layout,
            users: Cached::default(),
            roles: Cached::default(),
            managed: Cached::default(),
            user_policies: Cached::default(),
            role_policies: Cached::default(),
            trust_policies: Cached::default(),
            access_keys: Cached::default(),
            sessions: Cached::default(),
            cluster_policy: ClusterPolicy::default(),
        };
        let problems = view.read().problems;
        Ok((view, problems))
    }

    /// Reads what changed; what cannot be read stays as it was. Problems that were told before and
    /// whose files have not changed are not told again.
    pub fn reload(&mut self) -> Reloaded {
        let mut found = self.read();
        found.changes.attribute(&self.layout);
        found
    }

    fn read(&mut self) -> Reloaded {
        let mut found = Reloaded::default();
        match store::read_record(&self.layout) {
            Ok(record) => {
                if record != self.record {
                    let kind = "Store";
                    found
                        .changes
                        .add(kind, &record.cluster_name, Change::Changed);
                }
                self.record = record;
            }
            Err(error) => found
                .problems
                .push(store::problem(self.layout.store(), &error)),
        }
        self.scan(&mut found);
        let mut missing = Vec::new();
        self.assemble(&mut missing);
        if !missing.is_empty() {
            // Perhaps both were being written: what was named may be there by now.
            self.scan(&mut found);
            missing.clear();
            self.assemble(&mut missing);
            found.problems.append(&mut missing);
        }
        found
    }

    /// What the engine decides by.
    pub fn policies(&self) -> IamPolicies {
        self.assemble(&mut Vec::new())
    }

    /// Account, region and cluster.
    pub fn record(&self) -> &StoreRecord {
        &self.record
    }

    /// Those who name policies are read before the policies, so that none is named that was made
    /// in between.
    fn scan(&mut self, found: &mut Reloaded) {
        let layout = &self.layout;
        self.access_keys
            .refresh(layout, Folder::AccessKeys, found, |_, text| {
                folder::parse_json(text)
            });
        self.sessions
            .refresh(layout, Folder::Sessions, found, session);
        self.users.refresh(layout, Folder::Users, found, |_, text| {
            folder::parse_json(text)
        });
        self.roles.refresh(layout, Folder::Roles, found, |_, text| {
            folder::parse_json(text)
        });
        self.user_policies
            .refresh(layout, Folder::UserPolicies, found, |name, text| {
                inline("user", name, text)
            });
        self.role_policies
            .refresh(layout, Folder::RolePolicies, found, |name, text| {
                inline("role", name, text)
            });
        self.trust_policies
            .refresh(layout, Folder::TrustPolicies, found, |name, text| {
                let name = format!("trust policy of role {name}");
                parse(PolicyKind::Trust, &name, text)
            });
        self.managed
            .refresh(layout, Folder::Policies, found, |name, text| {
                parse(PolicyKind::Identity, &format!("policy {name}"), text)
            });
        let cluster = &self.record.cluster_name;
        self.cluster_policy.refresh(layout, cluster, found);
    }
}

impl ClusterPolicy {
    fn refresh(&mut self, layout: &Layout, cluster: &str, found: &mut Reloaded) {
        let mut changed = |change| found.changes.add(CLUSTER_POLICY, cluster, change);
        let path = layout.cluster_policy();
        let stamp = match Stamp::of(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if self.good.is_some() {
                    changed(Change::Deleted);
                }
                *self = Self::default();
                return;
            }
            stamp => stamp.ok(),
        };
        if self.stamp == stamp && self.good.is_some() {
            return;
        }
        self.stamp = stamp;
        let name = "the cluster policy";
        match folder::read(&path, |text| parse(PolicyKind::Resource, name, text)) {
            Ok(policy) => {
                let was_there = self.good.replace(policy).is_some();
                changed(Change::written(was_there));
            }
            Err(problem) => {
                changed(Change::Refused);
                found.problems.push(problem);
                if self.good.is_none() {
                    let name = "the cluster policy, which cannot be read";
                    self.good = parse(PolicyKind::Resource, name, UNREADABLE_CLUSTER_POLICY).ok();
                }
            }
        }
    }
}

fn parse(kind: PolicyKind, name: &str, text: &str) -> Result<Arc<Policy>, String> {
    Policy::parse(kind, name, text)
        .map(Arc::new)
        .map_err(|error| error.to_string())
}

fn inline(kind: &str, name: &str, text: &str) -> Result<Arc<Policy>, String> {
    let Some((owner, policy)) = name.split_once(SEPARATOR) else {
        return Err(format!(
            "the file is not called {}{SEPARATOR}POLICY.json; rename it",
            kind.to_uppercase()
        ));
    };
    let name = format!("inline policy {policy} of {kind} {owner}");
    parse(PolicyKind::Identity, &name, text)
}

fn session(name: &str, text: &str) -> Result<ReadSession, String> {
    let record: SessionRecord = folder::parse_json(text)?;
    let policy = record.policy.as_deref().map(|text| {
        parse(
            PolicyKind::Identity,
            &format!("session policy of {name}"),
            text,
        )
    });
    Ok(ReadSession {
        policy: policy.transpose()?,
        record,
    })
}

#[cfg(test)]
mod tests;
