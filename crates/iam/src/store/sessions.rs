//! Sessions: temporary keys of a role that somebody assumes, or of a user.

use super::Store;
use super::identities::{SESSION_SECONDS_MAX, check_tags, random_failed};
use crate::arn;
use crate::error::{Kind, StoreError};
use crate::layout::Folder;
use crate::name::Name;
use crate::owner;
use crate::policy_view::PolicyView;
use crate::random;
use crate::records::{SecretRecord, SessionOf, SessionRecord};
use authz::Subject;
use authz::iam::{AssumeRole, IamEngine, Policy, PolicyKind};
use aws_lc_rs::digest;
use identity::Principal;
use service::Secret;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use zeroize::Zeroizing;

/// How long a session of a role lasts where nothing is said; AWS's default.
const ROLE_SECONDS_DEFAULT: u32 = 3600;
/// How long a session of a user lasts where nothing is said; AWS's default.
const USER_SECONDS_DEFAULT: u32 = 43_200;
/// Longest session of a user; AWS's limit. Its shortest, 15 minutes, is not ours: tests want less.
const USER_SECONDS_MAX: u32 = 129_600;
/// Managed policies that may limit one session; AWS's limit.
const SESSION_POLICIES_MAX: usize = 10;

/// A session of a role that somebody asks for.
#[derive(Clone, Debug, Default)]
pub struct NewSession {
    /// What the session is called.
    pub session_name: String,
    /// How long it lasts; an hour, or what the role allows, where it is not said.
    pub duration_seconds: Option<u32>,
    /// A policy that limits it, as AWS writes it.
    pub policy: Option<String>,
    /// Managed policies that limit it.
    pub policies: Vec<Name>,
    /// `aws:PrincipalTag/…`.
    pub tags: BTreeMap<String, String>,
    /// Who stands behind it.
    pub source_identity: Option<String>,
    /// What the trust policy may ask for.
    pub external_id: Option<String>,
    /// The user who asks; the account itself where none is named.
    pub caller: Option<Name>,
}

/// The temporary keys: the only time that they are shown.
#[derive(Clone, Debug)]
pub struct SessionCredentials {
    /// `ASIA…`, also the session's id.
    pub access_key_id: String,
    /// Signs.
    pub secret_access_key: Secret<Zeroizing<String>>,
    /// Goes with every signature.
    pub session_token: Secret<Zeroizing<String>>,
    /// Milliseconds since the epoch.
    pub expires_at_ms: i64,
    /// ARN of who has them.
    pub arn: String,
    /// `aws:userid` of who has them.
    pub user_id: String,
}

impl Store {
    /// Makes a session of a role, if the role's trust policy and the caller's own policies let it.
    ///
    /// # Errors
    /// There is no such role, caller or policy, a limit is not met, it is denied, or a file cannot
    /// be written.
    pub fn assume_role(
        &self,
        role: &Name,
        new: &NewSession,
        now_ms: i64,
    ) -> Result<SessionCredentials, StoreError> {
        let session_name = Name::parse(Kind::Session, &new.session_name)?;
        if let Some(name) = &new.source_identity {
            Name::parse(Kind::Session, name)?;
        }
        check_tags(&new.tags)?;
        let record = self.role(role)?;
        let longest = record.max_session_duration.min(SESSION_SECONDS_MAX);
        let seconds = new
            .duration_seconds
            .unwrap_or(ROLE_SECONDS_DEFAULT.min(longest));
        check_seconds(seconds, longest)?;
        self.check_limits(new)?;
        self.check_trust(role, new, now_ms)?;
        let session = SessionRecord {
            of: SessionOf::Role {
                name: role.to_string(),
                id: record.role_id.clone(),
                session_name: session_name.to_string(),
            },
            issued_at_ms: now_ms,
            expires_at_ms: now_ms.saturating_add(i64::from(seconds) * 1000),
            policy: new.policy.clone(),
            policies: new.policies.iter().map(Name::to_string).collect(),
            source_identity: new.source_identity.clone(),
            tags: new.tags.clone(),
        };
        let arn = arn::assumed_role(&self.record, role.as_str(), session_name.as_str());
        let user_id = format!("{}:{session_name}", record.role_id);
        self.issue(&session, arn, user_id, now_ms)
    }

    /// Makes temporary keys of a user.
    ///
    /// # Errors
    /// There is no such user, the duration is not taken, or a file cannot be written.
    pub fn session_token(
        &self,
        user: &Name,
        duration_seconds: Option<u32>,
        now_ms: i64,
    ) -> Result<SessionCredentials, StoreError> {
        let record = self.user(user)?;
        let seconds = duration_seconds.unwrap_or(USER_SECONDS_DEFAULT);
        check_seconds(seconds, USER_SECONDS_MAX)?;
        let session = SessionRecord {
            of: SessionOf::User {
                name: user.to_string(),
                id: record.user_id.clone(),
            },
            issued_at_ms: now_ms,
            expires_at_ms: now_ms.saturating_add(i64::from(seconds) * 1000),
            policy: None,
            policies: Vec::new(),
            source_identity: None,
            tags: BTreeMap::new(),
        };
        let arn = arn::user(&self.record, user.as_str());
        self.issue(&session, arn, record.user_id, now_ms)
    }

    /// Every session that is not over, by id.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn sessions(&self, now_ms: i64) -> Result<Vec<(String, SessionRecord)>, StoreError> {
        let mut sessions = Vec::new();
        for id in self.names(Folder::Sessions)? {
            let name = Name::parse(Kind::AccessKey, &id)?;
            let record: SessionRecord = match self.read_json(Folder::Sessions, Kind::Session, &name)
            {
                Err(StoreError::NoSuch { .. }) => continue,
                record => record?,
            };
            if record.expires_at_ms > now_ms {
                sessions.push((id, record));
            }
        }
        Ok(sessions)
    }

    /// Ends a session at once: its logins fail, and connections that are open may do nothing more.
    ///
    /// # Errors
    /// There is none of this id.
    pub fn revoke_session(&self, id: &Name) -> Result<(), StoreError> {
        let _locked = self.lock()?;
        let _: SessionRecord = self.read_json(Folder::Sessions, Kind::Session, id)?;
        self.forget(id)
    }

    fn issue(
        &self,
        session: &SessionRecord,
        arn: String,
        user_id: String,
        now_ms: i64,
    ) -> Result<SessionCredentials, StoreError> {
        let id = random::access_key_id("ASIA").map_err(random_failed)?;
        let name = Name::parse(Kind::AccessKey, &id)?;
        let token = random::session_token().map_err(random_failed)?;
        let hash = digest::digest(&digest::SHA256, token.as_bytes());
        let hash = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
        let key = SecretRecord {
            secret_access_key: random::secret_access_key().map_err(random_failed)?,
            session_token_sha256: Some(hash.collect()),
        };
        let _locked = self.lock()?;
        self.forget_ended(now_ms)?;
        // A secret without a session opens nothing, so the session comes first and goes first.
        self.write_json(&self.layout.file(Folder::Sessions, &name), session)?;
        self.write_json(&self.layout.file(Folder::Keys, &name), &key)?;
        Ok(SessionCredentials {
            access_key_id: id,
            secret_access_key: Secret::new(key.secret_access_key),
            session_token: Secret::new(token),
            expires_at_ms: session.expires_at_ms,
            arn,
            user_id,
        })
    }

    /// Removes sessions that are over; nobody else does.
    fn forget_ended(&self, now_ms: i64) -> Result<(), StoreError> {
        for id in self.names(Folder::Sessions)? {
            let name = Name::parse(Kind::AccessKey, &id)?;
            let record: Result<SessionRecord, _> =
                self.read_json(Folder::Sessions, Kind::Session, &name);
            if record.is_ok_and(|record| record.expires_at_ms <= now_ms) {
                self.forget(&name)?;
            }
        }
        Ok(())
    }

    fn forget(&self, id: &Name) -> Result<(), StoreError> {
        self.remove(&self.layout.file(Folder::Sessions, id))?;
        self.remove(&self.layout.file(Folder::Keys, id))
    }

    fn check_limits(&self, new: &NewSession) -> Result<(), StoreError> {
        if let Some(text) = &new.policy {
            Policy::parse(PolicyKind::Identity, "the session policy", text)
                .map_err(StoreError::Policy)?;
        }
        if new.policies.len() > SESSION_POLICIES_MAX {
            return Err(StoreError::Limit(format!(
                "at most {SESSION_POLICIES_MAX} managed policies limit a session"
            )));
        }
        new.policies
            .iter()
            .try_for_each(|policy| self.check_policy_exists(policy))
    }

    /// Asks the engine, as the caller.
    fn check_trust(&self, role: &Name, new: &NewSession, now_ms: i64) -> Result<(), StoreError> {
        let (view, _) = PolicyView::load(self.dir())?;
        let caller = match &new.caller {
            Some(user) => self.user_owner(user)?,
            None => owner::root(&self.record),
        };
        let principal = Principal::iam(&caller.arn);
        let subject = Subject {
            principal: &principal,
            iam: Some(&caller.context),
            client_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            secure: true,
            now_ms,
        };
        let tags = new
            .tags
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let asked = AssumeRole {
            session_name: &new.session_name,
            external_id: new.external_id.as_deref(),
            source_identity: new.source_identity.as_deref(),
            tags: &tags,
        };
        let engine = IamEngine::new(view.policies());
        let decision =
            engine.decide_assume_role(&subject, role.as_str(), &asked, new.caller.is_none());
        if decision.is_allowed() {
            return Ok(());
        }
        let who = match &new.caller {
            Some(user) => format!("user {user}"),
            None => "the account itself (name a user with --caller)".to_owned(),
        };
        Err(StoreError::Denied(format!(
            "{who} may not assume role {role}: {}",
            decision.rule
        )))
    }
}

fn check_seconds(seconds: u32, longest: u32) -> Result<(), StoreError> {
    if (1..=longest).contains(&seconds) {
        return Ok(());
    }
    Err(StoreError::Limit(format!(
        "the session lasts 1 to {longest} seconds, not {seconds}"
    )))
}
