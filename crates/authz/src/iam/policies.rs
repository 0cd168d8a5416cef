//! All that IAM decisions rest on, as one value: the cluster, its users, roles, sessions and their
//! policies. It is replaced whole, never changed.

use super::action::ArnType;
use super::policy::Policy;
use super::request::Arn;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The view of an identity store that decisions need: it holds no secret.
#[derive(Debug)]
pub struct IamPolicies {
    /// What the resources belong to.
    pub cluster: IamCluster,
    /// Users by name.
    pub users: HashMap<String, IamIdentity>,
    /// Roles by name.
    pub roles: HashMap<String, IamIdentity>,
    /// Access keys of users that may be used, and whose they are; without secrets.
    pub access_keys: HashMap<String, String>,
    /// Sessions by id, which is that of their access key; one that is not here has ended.
    pub sessions: HashMap<String, IamSession>,
    /// The policy on the cluster itself.
    pub cluster_policy: Option<Arc<Policy>>,
}

/// The cluster as ARNs name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamCluster {
    /// `aws`.
    pub partition: String,
    /// Such as `us-east-1`.
    pub region: String,
    /// Twelve digits.
    pub account_id: String,
    /// Its name.
    pub name: String,
    /// A UUID, a dash and a small number, as MSK has it.
    pub uuid: String,
    /// `aws:ResourceTag/…`.
    pub tags: Tags,
}

/// A user or a role.
#[derive(Clone, Debug)]
pub struct IamIdentity {
    /// `AIDA…` or `AROA…`; a new user of an old name has another one.
    pub id: String,
    /// Inline and attached policies.
    pub policies: Vec<Arc<Policy>>,
    /// What it may have at most, if that is bounded.
    pub boundary: Option<Arc<Policy>>,
    /// `aws:PrincipalTag/…`.
    pub tags: Tags,
    /// Of a role: who may assume it. Without one, whoever is allowed to by policies of their own.
    pub trust: Option<Arc<Policy>>,
}

/// A session of a role, or of a user.
#[derive(Clone, Debug)]
pub struct IamSession {
    /// Whose permissions it has.
    pub of: SessionOf,
    /// What the session may have at most, if it was limited when it was made.
    pub policies: Vec<Arc<Policy>>,
    /// Before those of the role.
    pub tags: Tags,
    /// Milliseconds since the epoch.
    pub expires_at_ms: i64,
}

/// Whose permissions a session has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionOf {
    /// Those of the role of this name.
    Role(String),
    /// Those of the user of this name.
    User(String),
}

/// Tags, whose names are found in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(BTreeMap<String, Tag>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    name: String,
    value: String,
}

impl Tags {
    /// No tags.
    pub(crate) const NONE: &'static Self = &Self(BTreeMap::new());

    /// The value of a tag whose name is given in lower case.
    pub(crate) fn of(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|tag| tag.value.as_str())
    }

    /// Names as they were given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|tag| tag.name.as_str())
    }
}

impl FromIterator<(String, String)> for Tags {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(tags: I) -> Self {
        Self(
            tags.into_iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), Tag { name, value }))
                .collect(),
        )
    }
}

impl IamCluster {
    /// The ARN of the cluster, or of something in it.
    pub fn arn(&self, kind: ArnType, name: &str) -> String {
        let resource = self.resource(kind, name);
        let Self {
            partition,
            region,
            account_id,
            ..
        } = self;
        format!("arn:{partition}:kafka:{region}:{account_id}:{resource}")
    }

    /// The last part of that ARN.
    pub(crate) fn resource(&self, kind: ArnType, name: &str) -> String {
        let word = kind.word();
        let Self {
            name: cluster,
            uuid,
            ..
        } = self;
        match kind {
            ArnType::Cluster => format!("{word}/{cluster}/{uuid}"),
            ArnType::Role => format!("{word}/{name}"),
            _ => format!("{word}/{cluster}/{uuid}/{name}"),
        }
    }

    /// The parts of an ARN in this cluster.
    pub(crate) fn arn_parts<'a>(&'a self, resource: &'a str) -> Arn<'a> {
        Arn {
            partition: &self.partition,
            service: "kafka",
            region: &self.region,
            account_id: &self.account_id,
            resource,
        }
    }
}
