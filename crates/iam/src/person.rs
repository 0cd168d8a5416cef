//! Whom the operating system knows behind a change of the store: for an audit, never for a decision.

use serde::{Deserialize, Serialize};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// What `/proc/self/loginuid` says where nobody logged in (`AUDIT_UID_UNSET` of the kernel).
const NO_LOGIN: u32 = u32::MAX;

/// A user of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Whose rights the change was made with.
    pub uid: u32,
    /// Its name, where `/etc/passwd` has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Who logged in on this machine: it stays through `sudo` and `su`, and nobody can change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_uid: Option<u32>,
    /// Who called `sudo`, as it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sudo_user: Option<String>,
}

impl Person {
    /// Whom this process acts for; `None` where the system does not say.
    pub(crate) fn of_this_process() -> Option<Self> {
        let login = fs::read_to_string("/proc/self/loginuid").ok();
        let login = login.and_then(|text| text.trim().parse().ok());
        Some(Self {
            login_uid: login.filter(|uid| *uid != NO_LOGIN),
            sudo_user: service::environment::variable("SUDO_USER").filter(|user| !user.is_empty()),
            ..Self::named(fs::metadata("/proc/self").ok()?.uid())
        })
    }

    /// Whose file it is.
    pub(crate) fn owning(path: &Path) -> Option<Self> {
        Some(Self::named(fs::metadata(path).ok()?.uid()))
    }

    fn named(uid: u32) -> Self {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        Self {
            uid,
            user: name_of(uid, &users),
            login_uid: None,
            sudo_user: None,
        }
    }
}

/// By the lines of passwd(5).
fn name_of(uid: u32, users: &str) -> Option<String> {
    let mut lines = users.lines();
    lines.find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_number_has_a_name_where_the_file_says_so() {
        let users = "root:x:0:0:root:/root:/bin/sh\nbroken\nalice:x:1000:1000::/:/bin/sh\n";
        let cases = [(0, Some("root")), (1000, Some("alice")), (7, None)];
        for (uid, expected) in cases {
            assert_eq!(name_of(uid, users).as_deref(), expected, "{uid}");
        }
    }
}
