//! The identity store: users, roles, access keys, sessions and policies in a directory.
//!
//! ```text
//! DIR/                        0700
//!   store.json                version of all this, account, region, the cluster's name and UUID
//!   users/NAME.json           id, attached policies, permissions boundary, tags
//!   roles/NAME.json           the same, and how long a session may last
//!   policies/NAME.json        a managed policy, as AWS writes it
//!   user-policies/NAME~POLICY.json   a policy of one user alone
//!   role-policies/NAME~POLICY.json   a policy of one role alone
//!   trust-policies/NAME.json  who may assume the role
//!   access-keys/KEYID.json    a key of a user: whose it is, and whether it works
//!   sessions/KEYID.json       a session: of which role or user, its name, what limits it, its end
//!   changes.jsonl             who changed which file by a command, for the audit; changes.jsonl.1 before it
//!   cluster-policy.json       the policy on the cluster itself
//!   keys/                     0700; the only secrets
//!     KEYID.json              secret access key, hash of the session token
//! ```
//!
//! A [`Store`] writes: each file whole, by rename, under one lock. A [`PolicyView`] reads all but
//! `keys/`, for decisions; a [`CredentialView`] reads what logins need. Both are loaded again when
//! `service::Watch` tells of a change; a file that cannot be read leaves its last good content in
//! force. People may edit every file. It decides nothing: policies are judged by `authz`, signatures
//! by authn.

pub mod arn;
mod changes;
mod credential_view;
mod error;
mod folder;
mod journal;
mod layout;
mod name;
mod owner;
mod person;
mod policy_view;
mod random;
mod records;
mod store;

pub use changes::{Author, Change, Changes, ChangesOfKind, NAMED_MAX, Named, Reloaded};
pub use credential_view::{Caller, CredentialView, Credentials, LookupError};
pub use error::{Kind, Problem, StoreError};
pub use name::Name;
pub use person::Person;
pub use policy_view::PolicyView;
pub use records::{
    AccessKeyRecord, KeyStatus, RoleRecord, SessionOf, SessionRecord, StoreRecord, UserRecord,
};
pub use store::{
    AccessKeyMetadata, Holder, NewAccessKey, NewSession, NewStore, SessionCredentials, Store,
};
