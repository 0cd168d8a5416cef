//! How policies decide together.
//!
//! A denial in any policy that applies is final. Else the caller's own policies must allow, within
//! the permissions boundary and the session policy; or the cluster's policy does, as far as it
//! names the caller. Who comes from another account needs both.

use super::action::{ArnType, IamAction};
use super::policies::{IamIdentity, IamPolicies, IamSession, SessionOf, Tags};
use super::policy::{Grade, Policy, Relevance, Statement, StatementName};
use super::request::{Arn, AssumeRole, Request};
use super::{IamRule, Layer};
use crate::Subject;
use identity::{IamCaller, IamContext};
use std::sync::Arc;

/// A caller with all that hangs on it.
struct Known<'a> {
    identity: &'a IamIdentity,
    session: Option<&'a IamSession>,
}

/// What a layer of policies says.
#[derive(Clone, Copy, Default)]
struct Said<'a> {
    denial: Option<&'a Statement>,
    allowance: Option<&'a Statement>,
}

/// A statement and what it had to say, for people.
#[derive(Clone, Debug)]
pub struct Considered {
    /// Which one.
    pub statement: Arc<StatementName>,
    /// Whether it would allow, not deny.
    pub allows: bool,
    /// Whether it did.
    pub relevance: Relevance,
}

impl IamPolicies {
    /// Decides about one action on the thing of this name.
    pub(crate) fn decide(&self, subject: &Subject<'_>, action: IamAction, name: &str) -> IamRule {
        let Some(caller) = subject.iam else {
            return IamRule::UnknownIdentity;
        };
        let known = match self.known(caller, subject.now_ms) {
            Ok(known) => known,
            Err(rule) => return rule,
        };
        let resource = self.cluster.resource(action.arn_type(), name);
        let arn = self.cluster.arn_parts(&resource);
        let request = known.request(action, arn, subject, caller, &self.cluster.tags);
        known.decide(self.cluster_policy.as_deref(), &request)
    }

    /// Every statement that hangs on the caller or the cluster, with what it had to say.
    pub(crate) fn trace(
        &self,
        subject: &Subject<'_>,
        action: IamAction,
        name: &str,
    ) -> Vec<Considered> {
        let Some(caller) = subject.iam else {
            return Vec::new();
        };
        let Ok(known) = self.known(caller, subject.now_ms) else {
            return Vec::new();
        };
        let resource = self.cluster.resource(action.arn_type(), name);
        let arn = self.cluster.arn_parts(&resource);
        let request = known.request(action, arn, subject, caller, &self.cluster.tags);
        known
            .policies()
            .chain(self.cluster_policy.as_deref())
            .flat_map(Policy::statements)
            .map(|statement| Considered {
                statement: Arc::clone(&statement.name),
                allows: statement.allows(),
                relevance: statement.relevance(&request),
            })
            .collect()
    }

    /// Decides whether the caller may assume a role of this store. `is_root` is the account itself,
    /// whom no policy of its own limits.
    pub(crate) fn decide_assume_role(
        &self,
        subject: &Subject<'_>,
        role: &str,
        asked: &AssumeRole<'_>,
        is_root: bool,
    ) -> IamRule {
        let (Some(caller), Some(target)) = (subject.iam, self.roles.get(role)) else {
            return IamRule::UnknownIdentity;
        };
        let known = match self.known(caller, subject.now_ms) {
            _ if is_root => None,
            Ok(known) => Some(known),
            Err(rule) => return rule,
        };
        let resource = self.cluster.resource(ArnType::Role, role);
        let arn = Arn {
            partition: &self.cluster.partition,
            service: "iam",
            region: "",
            account_id: &caller.account_id,
            resource: &resource,
        };
        let mut rule = IamRule::Root;
        for action in asked.actions() {
            let request = Request {
                action,
                resource: arn,
                subject,
                caller,
                principal_tags: known
                    .as_ref()
                    .map_or(Tags::NONE, |known| &known.identity.tags),
                session_tags: known.as_ref().map_or(Tags::NONE, Known::session_tags),
                resource_tags: &target.tags,
                assume_role: Some(asked),
            };
            rule = trusted(target.trust.as_deref(), known.as_ref(), &request);
            if !rule.is_allowed() {
                break;
            }
        }
        rule
    }

    /// The caller as the store knows it now: what was deleted, withdrawn or ended is not.
    fn known(&self, caller: &IamContext, now_ms: i64) -> Result<Known<'_>, IamRule> {
        match &caller.caller {
            IamCaller::User { name } => {
                let user = self
                    .users
                    .get(name)
                    .filter(|user| user.id == caller.user_id);
                let identity = user.ok_or(IamRule::UnknownIdentity)?;
                let key = &caller.access_key_id;
                let session = if caller.expires_at_ms.is_some() {
                    Some(self.session(caller, key, &SessionOf::User(name.clone()), now_ms)?)
                } else if key.is_empty() || self.access_keys.get(key) == Some(name) {
                    // Without a key nobody logged in: somebody asks what the user could do.
                    None
                } else {
                    return Err(IamRule::KeyWithdrawn);
                };
                Ok(Known { identity, session })
            }
            IamCaller::AssumedRole {
                role, session_id, ..
            } => {
                let id = caller.user_id.split(':').next();
                let found = self.roles.get(role).filter(|role| Some(&*role.id) == id);
                let identity = found.ok_or(IamRule::UnknownIdentity)?;
                let of = SessionOf::Role(role.clone());
                let session = Some(self.session(caller, session_id, &of, now_ms)?);
                Ok(Known { identity, session })
            }
        }
    }

    fn session(
        &self,
        caller: &IamContext,
        id: &str,
        of: &SessionOf,
        now_ms: i64,
    ) -> Result<&IamSession, IamRule> {
        let is_over = |end: i64| end <= now_ms;
        self.sessions
            .get(id)
            .filter(|session| session.of == *of && !is_over(session.expires_at_ms))
            .filter(|_| !caller.expires_at_ms.is_some_and(is_over))
            .ok_or(IamRule::SessionEnded)
    }
}

impl<'a> Known<'a> {
    fn session_tags(&self) -> &'a Tags {
        self.session.map_or(Tags::NONE, |session| &session.tags)
    }

    fn request<'r>(
        &'r self,
        action: IamAction,
        resource: Arn<'r>,
        subject: &'r Subject<'r>,
        caller: &'r IamContext,
        resource_tags: &'r Tags,
    ) -> Request<'r> {
        Request {
            action,
            resource,
            subject,
            caller,
            principal_tags: &self.identity.tags,
            session_tags: self.session_tags(),
            // MSK tags clusters only, and asks for tags only of them.
            resource_tags: if action.arn_type() == ArnType::Cluster {
                resource_tags
            } else {
                Tags::NONE
            },
            assume_role: None,
        }
    }

    fn policies(&self) -> impl Iterator<Item = &'a Policy> {
        let session = self
            .session
            .into_iter()
            .flat_map(|session| &session.policies);
        self.identity
            .policies
            .iter()
            .chain(&self.identity.boundary)
            .chain(session)
            .map(|policy| &**policy)
    }

    /// What the caller's own policies allow, within what limits them; `granted` stands for them
    /// where somebody else's policy already allows.
    fn own(&self, request: &Request<'_>, granted: Option<&Statement>) -> IamRule {
        let identity = said(self.identity.policies.iter().map(|one| &**one), request);
        let boundary = self.identity.boundary.as_deref();
        let bounded = said(boundary, request);
        let session = self.session.map_or(&[][..], |session| &session.policies);
        let limited = said(session.iter().map(|one| &**one), request);
        for layer in [identity, bounded, limited] {
            if let Some(denial) = layer.denial {
                return IamRule::ExplicitDeny(Arc::clone(&denial.name));
            }
        }
        let Some(allowance) = identity.allowance.or(granted) else {
            return IamRule::NoAllow(Layer::Identity);
        };
        if boundary.is_some() && bounded.allowance.is_none() {
            return IamRule::NoAllow(Layer::Boundary);
        }
        if !session.is_empty() && limited.allowance.is_none() {
            return IamRule::NoAllow(Layer::Session);
        }
        IamRule::Allowed(Arc::clone(&allowance.name))
    }

    /// Both sides together: the caller's own policies and what the other side grants.
    fn own_and_granted(
        &self,
        request: &Request<'_>,
        granted: Option<(Grade, &Statement)>,
    ) -> IamRule {
        let shared = granted.filter(|(grade, _)| *grade >= Grade::Shared);
        let own = self.own(request, shared.map(|(_, statement)| statement));
        match (own, granted) {
            (denied @ IamRule::ExplicitDeny(_), _) => denied,
            (_, Some((Grade::Direct, statement))) => IamRule::Allowed(Arc::clone(&statement.name)),
            (own, _) => own,
        }
    }

    fn decide(&self, cluster_policy: Option<&Policy>, request: &Request<'_>) -> IamRule {
        if let Some(denial) = said(cluster_policy, request).denial {
            return IamRule::ExplicitDeny(Arc::clone(&denial.name));
        }
        let granted = cluster_policy.and_then(|policy| best_grant(policy, request));
        if request.caller.account_id == request.resource.account_id {
            return self.own_and_granted(request, granted);
        }
        match (self.own(request, None), granted) {
            (IamRule::Allowed(_), None) => IamRule::NoAllow(Layer::Cluster),
            (own, _) => own,
        }
    }
}

/// Whether a role's trust policy, and what the caller has, let the caller have it. Without a trust
/// policy a role trusts its account.
fn trusted(trust: Option<&Policy>, known: Option<&Known<'_>>, request: &Request<'_>) -> IamRule {
    if let Some(denial) = said(trust, request).denial {
        return IamRule::ExplicitDeny(Arc::clone(&denial.name));
    }
    let granted = trust.and_then(|policy| best_grant(policy, request));
    if trust.is_some() && granted.is_none() {
        return IamRule::NoAllow(Layer::Trust);
    }
    match known {
        None => IamRule::Root,
        Some(known) => known.own_and_granted(request, granted),
    }
}

fn said<'p>(policies: impl IntoIterator<Item = &'p Policy>, request: &Request<'_>) -> Said<'p> {
    let mut said = Said::default();
    for statement in policies.into_iter().flat_map(Policy::statements) {
        if said.allowance.is_some() && statement.allows() || !statement.applies(request) {
            continue;
        }
        if statement.allows() {
            said.allowance = Some(statement);
        } else {
            said.denial = Some(statement);
            break;
        }
    }
    said
}

/// The statement that allows and names the caller most directly.
fn best_grant<'p>(policy: &'p Policy, request: &Request<'_>) -> Option<(Grade, &'p Statement)> {
    policy
        .statements()
        .filter(|statement| statement.allows() && statement.applies(request))
        .filter_map(|statement| Some((statement.grade(request)?, statement)))
        .max_by_key(|(grade, _)| *grade)
}
