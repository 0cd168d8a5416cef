//! The condition keys: what policies may ask about a request, in conditions and variables.
//!
//! Keys are read without regard to case. A global key that no service knows is a mistake that would
//! silently change what a policy means, so it is refused; one that is Amazon's but has no value
//! here, and keys of other services, are taken and never have a value.

/// A key, by what gives its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ContextKey {
    CurrentTime,
    EpochTime,
    ExternalId,
    MultiFactorAuthPresent,
    PrincipalAccount,
    PrincipalArn,
    PrincipalIsAwsService,
    /// With the tag's name, in lower case.
    PrincipalTag(Box<str>),
    PrincipalType,
    RequestTag(Box<str>),
    RequestedRegion,
    ResourceAccount,
    /// Of the cluster: nothing else of ours has tags.
    ResourceTag(Box<str>),
    RoleSessionName,
    SecureTransport,
    SourceIdentity,
    SourceIp,
    StsSourceIdentity,
    TagKeys,
    TokenIssueTime,
    UserId,
    Username,
    ViaAwsService,
    /// Never has a value.
    Absent,
}

/// A text that names no condition key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no condition key; a key is a service and a name, such as aws:SourceIp or aws:PrincipalTag/team"
)]
pub(crate) struct NotAKey(String);

/// Global keys of AWS that nothing here gives a value, in lower case. `aws:UserAgent` is among them
/// because nobody signs it: it must not grant anything.
const WITHOUT_VALUE: [&str; 29] = [
    "assumedroot",
    "calledvia",
    "calledviafirst",
    "calledvialast",
    "chatbotsourcearn",
    "ec2instancesourceprivateipv4",
    "ec2instancesourcevpc",
    "federatedprovider",
    "multifactorauthage",
    "principalorgid",
    "principalorgpaths",
    "principalservicename",
    "principalservicenameslist",
    "referer",
    "resourceorgid",
    "resourceorgpaths",
    "signinsessionarn",
    "sourceaccount",
    "sourcearn",
    "sourceorgid",
    "sourceorgpaths",
    "sourcevpc",
    "sourcevpcarn",
    "sourcevpce",
    "useragent",
    "vpceaccount",
    "vpceorgid",
    "vpceorgpaths",
    "vpcsourceip",
];

impl ContextKey {
    pub(crate) fn parse(text: &str) -> Result<Self, NotAKey> {
        let lower = text.to_ascii_lowercase();
        let unknown = || NotAKey(text.to_owned());
        let (service, name) = lower.split_once(':').ok_or_else(unknown)?;
        if service.is_empty() || name.is_empty() {
            return Err(unknown());
        }
        match service {
            "aws" => Self::global(name).ok_or_else(unknown),
            "sts" => Ok(match name {
                "externalid" => Self::ExternalId,
                "rolesessionname" => Self::RoleSessionName,
                "sourceidentity" => Self::StsSourceIdentity,
                _ => Self::Absent,
            }),
            _ => Ok(Self::Absent),
        }
    }

    fn global(name: &str) -> Option<Self> {
        if let Some((kind, tag)) = name.split_once('/') {
            return match kind {
                _ if tag.is_empty() => None,
                "principaltag" => Some(Self::PrincipalTag(tag.into())),
                "requesttag" => Some(Self::RequestTag(tag.into())),
                "resourcetag" => Some(Self::ResourceTag(tag.into())),
                _ => None,
            };
        }
        Some(match name {
            "currenttime" => Self::CurrentTime,
            "epochtime" => Self::EpochTime,
            "multifactorauthpresent" => Self::MultiFactorAuthPresent,
            "principalaccount" => Self::PrincipalAccount,
            "principalarn" => Self::PrincipalArn,
            "principalisawsservice" => Self::PrincipalIsAwsService,
            "principaltype" => Self::PrincipalType,
            "requestedregion" => Self::RequestedRegion,
            "resourceaccount" => Self::ResourceAccount,
            "securetransport" => Self::SecureTransport,
            "sourceidentity" => Self::SourceIdentity,
            "sourceip" => Self::SourceIp,
            "tagkeys" => Self::TagKeys,
            "tokenissuetime" => Self::TokenIssueTime,
            "userid" => Self::UserId,
            "username" => Self::Username,
            "viaawsservice" => Self::ViaAwsService,
            other if WITHOUT_VALUE.contains(&other) => Self::Absent,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ContextKey;

    #[test]
    fn keys_are_read_in_any_case_and_misspelt_global_ones_are_refused() {
        let tag = ContextKey::PrincipalTag("team".into());
        for (text, expected) in [
            ("aws:SourceIp", Some(ContextKey::SourceIp)),
            ("AWS:SOURCEIP", Some(ContextKey::SourceIp)),
            ("aws:PrincipalTag/Team", Some(tag)),
            ("aws:UserAgent", Some(ContextKey::Absent)),
            ("s3:prefix", Some(ContextKey::Absent)),
            ("sts:ExternalId", Some(ContextKey::ExternalId)),
            ("aws:SorceIp", None),
            ("aws:PrincipalTag/", None),
            ("aws:PrincipalTag", None),
            ("aws:Username/x", None),
            ("SourceIp", None),
            ("aws:", None),
            (":x", None),
            ("", None),
        ] {
            assert_eq!(ContextKey::parse(text).ok(), expected, "{text}");
        }
    }
}
