//! ARNs of who acts: `arn:PARTITION:iam::ACCOUNT:user/NAME` and its kin.

use crate::records::StoreRecord;

/// `arn:aws:iam::000000000000:user/alice`.
pub fn user(store: &StoreRecord, name: &str) -> String {
    of(store, "iam", &format!("user/{name}"))
}

/// `arn:aws:iam::000000000000:role/reader`.
pub fn role(store: &StoreRecord, name: &str) -> String {
    of(store, "iam", &format!("role/{name}"))
}

/// `arn:aws:iam::000000000000:policy/orders`.
pub fn policy(store: &StoreRecord, name: &str) -> String {
    of(store, "iam", &format!("policy/{name}"))
}

/// `arn:aws:iam::000000000000:root`: the account itself.
pub fn root(store: &StoreRecord) -> String {
    of(store, "iam", "root")
}

/// `arn:aws:sts::000000000000:assumed-role/reader/app-1`.
pub fn assumed_role(store: &StoreRecord, role: &str, session_name: &str) -> String {
    of(store, "sts", &format!("assumed-role/{role}/{session_name}"))
}

/// The name in an ARN of this kind and of this store's account, or the text itself where it is no
/// ARN: what commands take where AWS's take an ARN.
pub fn name_of<'a>(store: &StoreRecord, kind: &str, text: &'a str) -> Option<&'a str> {
    if !text.starts_with("arn:") {
        return Some(text);
    }
    let prefix = of(store, "iam", &format!("{kind}/"));
    text.strip_prefix(&prefix)
}

pub(crate) fn of(store: &StoreRecord, service: &str, resource: &str) -> String {
    let StoreRecord {
        partition,
        account_id,
        ..
    } = store;
    format!("arn:{partition}:{service}::{account_id}:{resource}")
}
