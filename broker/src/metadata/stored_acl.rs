//! An ACL as the metadata log spells it: seven words, Kafka's own.
//!
//! A word that nobody knows makes the record unreadable: an ACL that is left out could be the one
//! that denies.

use std::sync::Arc;

use authz::ResourceType;
use authz::acl::{Acl, AclHost, AclOperation, PatternType, Permission};
use serde::{Deserialize, Serialize};

/// An ACL that is read and written as words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Words", into = "Words")]
pub struct StoredAcl(pub Arc<Acl>);

#[derive(Serialize, Deserialize)]
struct Words {
    resource_type: String,
    resource_name: String,
    pattern_type: String,
    principal: String,
    host: String,
    operation: String,
    permission_type: String,
}

/// A field that holds no word of its kind.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no {1}")]
struct UnknownWord(String, &'static str);

impl From<StoredAcl> for Words {
    fn from(StoredAcl(acl): StoredAcl) -> Self {
        Self {
            resource_type: acl.resource_type.name().to_owned(),
            resource_name: acl.resource_name.to_string(),
            pattern_type: acl.pattern_type.name().to_owned(),
            principal: acl.principal.to_string(),
            host: acl.host.text().to_owned(),
            operation: acl.operation.name().to_owned(),
            permission_type: acl.permission.name().to_owned(),
        }
    }
}

impl TryFrom<Words> for StoredAcl {
    type Error = UnknownWord;

    fn try_from(words: Words) -> Result<Self, UnknownWord> {
        let unknown = |word: &str, kind| UnknownWord(word.to_owned(), kind);
        let acl = Acl {
            resource_type: ResourceType::parse(&words.resource_type)
                .ok_or_else(|| unknown(&words.resource_type, "resource_type"))?,
            pattern_type: PatternType::parse(&words.pattern_type)
                .ok_or_else(|| unknown(&words.pattern_type, "pattern_type"))?,
            principal: Acl::principal_of(&words.principal)
                .ok_or_else(|| unknown(&words.principal, "principal"))?,
            host: AclHost::new(&words.host),
            operation: AclOperation::parse(&words.operation)
                .ok_or_else(|| unknown(&words.operation, "operation"))?,
            permission: Permission::parse(&words.permission_type)
                .ok_or_else(|| unknown(&words.permission_type, "permission_type"))?,
            resource_name: words.resource_name.into(),
        };
        Ok(Self(Arc::new(acl)))
    }
}
