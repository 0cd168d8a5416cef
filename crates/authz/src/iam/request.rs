//! One question to the policies, and the values that it gives to condition keys.
//!
//! A value keeps its type, so that a date is not written out to be read again.

use super::action::IamAction;
use super::context_key::ContextKey;
use super::policies::Tags;
use crate::Subject;
use identity::{IamCaller, IamContext};
use std::borrow::Cow;
use std::net::IpAddr;

/// An ARN in its parts behind `arn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account_id: &'a str,
    /// All behind the fifth colon; there may be more of them.
    pub(crate) resource: &'a str,
}

/// Who asks for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) action: IamAction,
    pub(crate) resource: Arn<'a>,
    pub(crate) subject: &'a Subject<'a>,
    pub(crate) caller: &'a IamContext,
    /// Tags of the user or role.
    pub(crate) principal_tags: &'a Tags,
    /// Tags of the session, before those of the role.
    pub(crate) session_tags: &'a Tags,
    /// Tags of the resource.
    pub(crate) resource_tags: &'a Tags,
    /// Only where a role is about to be assumed.
    pub(crate) assume_role: Option<&'a AssumeRole<'a>>,
}

/// What is asked of STS.
#[derive(Clone, Copy, Debug)]
pub struct AssumeRole<'a> {
    /// What the session shall be called: `sts:RoleSessionName`.
    pub session_name: &'a str,
    /// `sts:ExternalId`.
    pub external_id: Option<&'a str>,
    /// `sts:SourceIdentity`.
    pub source_identity: Option<&'a str>,
    /// `aws:RequestTag/…` and `aws:TagKeys`.
    pub tags: &'a Tags,
}

impl AssumeRole<'_> {
    /// All that must be allowed for it.
    pub(crate) fn actions(&self) -> impl Iterator<Item = IamAction> {
        let identity = self.source_identity.map(|_| IamAction::SetSourceIdentity);
        let tags = self.tags.names().next().map(|_| IamAction::TagSession);
        [Some(IamAction::AssumeRole), identity, tags]
            .into_iter()
            .flatten()
    }
}

/// The value of a condition key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Address(IpAddr),
    Bool(bool),
    Time {
        /// Since the epoch.
        ms: i64,
        shown: TimeText,
    },
    Text(Cow<'a, str>),
}

/// How AWS writes a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeText {
    Iso8601,
    EpochSeconds,
}

/// The values of a condition key; most have none or one.
#[derive(Clone, Debug)]
pub(crate) enum Values<'a> {
    None,
    One(Value<'a>),
    Several(Vec<Value<'a>>),
}

impl<'a> Arn<'a> {
    /// Splits at the first five colons only: names may hold more.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account_id: parts.next()?,
            resource: parts.next()?,
        })
    }
}

impl<'a> Request<'a> {
    /// What the key is here.
    pub(crate) fn values(&self, key: &ContextKey) -> Values<'a> {
        if let ContextKey::TagKeys = key {
            let tags = self.assume_role.iter().flat_map(|asked| asked.tags.names());
            let names: Vec<_> = tags.map(|name| Value::Text(name.into())).collect();
            return if names.is_empty() {
                Values::None
            } else {
                Values::Several(names)
            };
        }
        self.value(key).map_or(Values::None, Values::One)
    }

    fn value(&self, key: &ContextKey) -> Option<Value<'a>> {
        use ContextKey as K;
        let text = |text: &'a str| Some(Value::Text(Cow::Borrowed(text)));
        let is_session = self.caller.expires_at_ms.is_some();
        match key {
            K::CurrentTime => Some(time(self.subject.now_ms, TimeText::Iso8601)),
            K::EpochTime => Some(time(self.subject.now_ms, TimeText::EpochSeconds)),
            // Only temporary credentials have it, and none of ours come from a second factor.
            K::MultiFactorAuthPresent => is_session.then_some(Value::Bool(false)),
            K::PrincipalAccount => text(&self.caller.account_id),
            K::PrincipalArn => text(&self.caller.identity_arn),
            K::PrincipalIsAwsService | K::ViaAwsService => Some(Value::Bool(false)),
            K::PrincipalTag(tag) => self
                .session_tags
                .of(tag)
                .or_else(|| self.principal_tags.of(tag))
                .and_then(text),
            K::PrincipalType => text(match self.caller.caller {
                IamCaller::User { .. } => "User",
                IamCaller::AssumedRole { .. } => "AssumedRole",
            }),
            K::RequestedRegion => text(self.resource.region),
            K::ResourceAccount => text(self.resource.account_id),
            K::ResourceTag(tag) => self.resource_tags.of(tag).and_then(text),
            K::SecureTransport => Some(Value::Bool(self.subject.secure)),
            K::SourceIdentity => self.caller.source_identity.as_deref().and_then(text),
            K::SourceIp => Some(Value::Address(self.subject.client_address.to_canonical())),
            K::TokenIssueTime => self
                .caller
                .token_issued_at
                .map(|seconds| time(seconds.saturating_mul(1000), TimeText::Iso8601)),
            K::UserId => text(&self.caller.user_id),
            K::Username => match &self.caller.caller {
                IamCaller::User { name } => text(name),
                IamCaller::AssumedRole { .. } => None,
            },
            K::ExternalId => self.assume_role?.external_id.and_then(text),
            K::RoleSessionName => text(self.assume_role?.session_name),
            K::StsSourceIdentity => self.assume_role?.source_identity.and_then(text),
            K::RequestTag(tag) => self.assume_role?.tags.of(tag).and_then(text),
            K::TagKeys | K::Absent => None,
        }
    }
}

fn time<'a>(ms: i64, shown: TimeText) -> Value<'a> {
    Value::Time { ms, shown }
}

impl<'a> Values<'a> {
    pub(crate) fn as_slice(&self) -> &[Value<'a>] {
        match self {
            Self::None => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}

impl<'a> Value<'a> {
    /// As AWS writes it.
    pub(crate) fn text(&self) -> Cow<'a, str> {
        match self {
            Self::Address(address) => address.to_string().into(),
            Self::Bool(true) => "true".into(),
            Self::Bool(false) => "false".into(),
            Self::Time { ms, shown } => match shown {
                TimeText::EpochSeconds => ms.div_euclid(1000).to_string().into(),
                TimeText::Iso8601 => jiff::Timestamp::from_second(ms.div_euclid(1000))
                    .map_or_else(|_| String::new(), |time| time.to_string())
                    .into(),
            },
            Self::Text(text) => text.clone(),
        }
    }
}
