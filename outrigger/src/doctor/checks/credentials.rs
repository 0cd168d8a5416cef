//! Who may read what must be secret: keys, passwords, access keys. Only modes are looked at, never
//! what is in a file.

use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A session of IAM is a file; what is beyond is not looked at.
const FILES_MAX: usize = 100_000;
/// Named in the report; the rest is counted.
const NAMED_MAX: usize = 3;
/// Anything for others. A group is somebody's choice: volumes of containers have one.
const FOREIGN_BITS: u32 = 0o007;

/// A file with a secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Secret {
    path: PathBuf,
    mode: u32,
    /// Whether a directory above it keeps others out.
    is_sheltered: bool,
}

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let data_dir = &situation.data_dir;
    if situation.ephemeral {
        return vec![Verdict::ok("made anew at each start")];
    }
    let mut secrets = Vec::new();
    let is_sheltered = keeps_out(data_dir.path());
    for folder in [
        data_dir.credentials(),
        data_dir.iam(),
        data_dir.pki(),
        data_dir.authn_data(),
    ] {
        walk(&folder, is_sheltered, &mut secrets);
    }
    vec![judge(&secrets)]
}

/// What is meant to be given to others.
fn is_public(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let public = [
        "aws-config",
        "ca.pem",
        "client.pem",
        "crl.pem",
        "iam-access-key-id",
        "issued.json",
        "truststore.p12",
    ];
    name.is_none_or(|name| public.contains(&name) || name.starts_with('.'))
}

fn keeps_out(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.mode() & FOREIGN_BITS == 0)
}

fn walk(folder: &Path, above: bool, secrets: &mut Vec<Secret>) {
    let is_sheltered = above || keeps_out(folder);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if secrets.len() >= FILES_MAX {
            return;
        }
        let Ok(found) = entry.metadata() else {
            continue;
        };
        if found.is_dir() {
            walk(&entry.path(), is_sheltered, secrets);
        } else if found.is_file() && !is_public(&entry.path()) {
            secrets.push(Secret {
                path: entry.path(),
                mode: found.mode() & 0o777,
                is_sheltered,
            });
        }
    }
}

fn judge(secrets: &[Secret]) -> Verdict {
    let open = secrets
        .iter()
        .filter(|secret| secret.mode & FOREIGN_BITS != 0 && !secret.is_sheltered);
    let open: Vec<_> = open.collect();
    if open.is_empty() {
        return Verdict::ok(match secrets.len() {
            0 => "none yet: the first start makes them".to_owned(),
            count => format!("{count} files, none of them open to others"),
        });
    }
    let named = open.iter().take(NAMED_MAX);
    let mut named: Vec<_> = named
        .map(|secret| format!("{} (mode {:03o})", secret.path.display(), secret.mode))
        .collect();
    if open.len() > NAMED_MAX {
        named.push(format!("{} more", open.len() - NAMED_MAX));
    }
    Verdict::warning(
        format!("secrets that everybody here may read: {}", named.join(", ")),
        "chmod 700 the data directory, and make new ones where somebody may have looked",
    )
}

#[cfg(test)]
mod tests {
    use super::{Secret, judge, walk};
    use crate::doctor::verdict::Level;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_that_others_reach_is_told_by_name() {
        let secret = |mode, is_sheltered| Secret {
            path: "/d/key".into(),
            mode,
            is_sheltered,
        };
        #[rustfmt::skip]
        let cases = [
            (vec![], Level::Ok, "none yet"),
            (vec![secret(0o600, false), secret(0o640, false)], Level::Ok, "2 files"),
            (vec![secret(0o644, true)], Level::Ok, "1 files"),
            (vec![secret(0o644, false)], Level::Warning, "/d/key (mode 644)"),
            (vec![secret(0o604, false); 5], Level::Warning, "2 more"),
        ];
        for (secrets, level, text) in cases {
            let verdict = judge(&secrets);
            assert_eq!(verdict.level, level, "{text}");
            assert!(verdict.found.contains(text), "{}", verdict.found);
        }
    }

    #[test]
    fn folders_that_are_closed_shelter_what_is_in_them() {
        let temporary = tempfile::tempdir().expect("temp dir");
        for (folder, mode) in [("closed", 0o700), ("open", 0o755)] {
            let folder = temporary.path().join(folder);
            fs::create_dir(&folder).expect("made");
            fs::set_permissions(&folder, Permissions::from_mode(mode)).expect("set");
            for file in ["key.pem", "ca.pem"] {
                fs::write(folder.join(file), "").expect("written");
                let mode = Permissions::from_mode(0o644);
                fs::set_permissions(folder.join(file), mode).expect("set");
            }
        }
        let mut found = Vec::new();
        walk(&temporary.path().join("closed"), false, &mut found);
        walk(&temporary.path().join("open"), false, &mut found);
        walk(&temporary.path().join("none"), false, &mut found);
        let sheltered: Vec<_> = found.iter().map(|secret| secret.is_sheltered).collect();
        assert_eq!(sheltered, [true, false]);
    }
}
