//! Landlock: the files and folders that this process may still open, and no TCP connection to
//! anywhere unless AWS is asked; to the port of a collector where there is one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath,
    PathFd, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus,
    make_bitflags,
};

use crate::config::AuthnConfig;

/// What is asked of the kernel; an older one gives what it has.
const ASKED: ABI = ABI::V5;

/// What the runtime and the resolver read: time zones, names, certificates of authorities, and how
/// many processors there are.
const SYSTEM: &[&str] = &[
    "/etc",
    "/usr/share",
    "/usr/lib/ssl",
    "/usr/lib/locale",
    "/usr/local/share/ca-certificates",
    "/proc/self",
    "/sys/fs/cgroup",
    "/dev/null",
    "/dev/urandom",
];

/// Often a link to where a resolver of the system writes it.
const NAME_SERVERS: &str = "/etc/resolv.conf";

/// In its own folders it makes, fills, renames and removes plain files and nothing else: a link there could
/// lead whoever delivers logs to a file that this process may not read.
const WRITES: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    WriteFile | Truncate | MakeReg | RemoveFile
});

/// Gives up all other files; says what was given up.
pub(super) fn restrict(config: &AuthnConfig) -> Result<&'static str, String> {
    // A log directory that does not exist yet could not be allowed.
    if let Some(dir) = &config.log_dir {
        service::files::create_private_dir(dir).map_err(|e| e.to_string())?;
    }
    let restricted = apply(config).map_err(|error| error.to_string())?;
    match restricted {
        RulesetStatus::FullyEnforced => Ok("other files and connections"),
        RulesetStatus::PartiallyEnforced => Ok("other files (as far as this kernel can)"),
        RulesetStatus::NotEnforced => Err("this kernel has no Landlock".to_owned()),
    }
}

fn apply(config: &AuthnConfig) -> Result<RulesetStatus, RulesetError> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ASKED))?;
    let asks_aws = config.scram.secrets_manager_poll.is_some();
    let ruleset = if asks_aws {
        ruleset
    } else {
        ruleset.handle_access(AccessNet::ConnectTcp)?
    };
    let collector = config.otlp.iter().filter(|_| !asks_aws);
    let ports = collector.flat_map(otlp::Settings::ports);
    let reads = AccessFs::from_read(ASKED) & !AccessFs::Execute;
    let writes = reads | WRITES;
    let mut created = ruleset.create()?;
    for path in read(config) {
        created = allow(created, &path, reads)?;
    }
    for path in written(config) {
        created = allow(created, &path, writes)?;
    }
    for port in ports {
        created = created.add_rule(NetPort::new(port, AccessNet::ConnectTcp))?;
    }
    Ok(created.restrict_self()?.ruleset)
}

fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    // What does not exist needs no right.
    let Ok(fd) = PathFd::new(path) else {
        return Ok(ruleset);
    };
    let access = if path.is_dir() {
        access
    } else {
        access & AccessFs::from_file(ASKED)
    };
    ruleset.add_rule(PathBeneath::new(fd, access))
}

/// A file that is replaced is another file: its folder is what may be read, and that of what a link
/// leads to.
fn read(config: &AuthnConfig) -> BTreeSet<PathBuf> {
    let mut paths: BTreeSet<PathBuf> = SYSTEM.iter().map(PathBuf::from).collect();
    for listener in &config.listeners {
        let files = listener.tls.files();
        paths.extend(files.iter().flat_map(|file| folders(file)));
    }
    let rules = config.network_rules_file.as_deref();
    let undelivered = config.undelivered_file.as_deref();
    paths.extend(rules.into_iter().chain(undelivered).flat_map(folders));
    paths.extend(config.scram.secret_file.as_deref().map(folder));
    if let Some(store) = &config.iam.store {
        // Where it is made later, its parent is what exists.
        paths.insert(if store.exists() {
            store.clone()
        } else {
            folder(store)
        });
    }
    paths.insert(config.handoff.directory.clone());
    let files = config.otlp.iter().flat_map(otlp::Settings::files);
    paths.extend(files.flat_map(|file| folders(&file).collect::<Vec<_>>()));
    if config.scram.secrets_manager_poll.is_some() {
        paths.extend(aws_files());
    }
    if config.otlp.is_some() || config.scram.secrets_manager_poll.is_some() {
        paths.extend(folders(Path::new(NAME_SERVERS)));
    }
    paths
}

/// Where the AWS SDK finds its configuration and credentials.
fn aws_files() -> Vec<PathBuf> {
    let home = service::environment::variable("HOME").map(|home| Path::new(&home).join(".aws"));
    let files = [
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CA_BUNDLE",
        "SSL_CERT_FILE",
    ];
    let named = files
        .into_iter()
        .filter_map(service::environment::variable)
        .map(|file| folder(Path::new(&file)));
    named.chain(home).collect()
}

fn written(config: &AuthnConfig) -> BTreeSet<PathBuf> {
    let mut paths = BTreeSet::new();
    paths.extend(config.log_dir.clone());
    paths.extend(config.endpoints_file.as_deref().map(folder));
    if let Some(file) = &config.scram.secret_file
        && !file.exists()
    {
        paths.insert(folder(file));
    }
    paths
}

fn folders(file: &Path) -> impl Iterator<Item = PathBuf> {
    let leads_to = file.canonicalize().ok();
    std::iter::once(folder(file)).chain(leads_to.as_deref().map(folder))
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests;
