//! Two releases of Prometheus and of node_exporter out of Debian's packages, unpacked and not installed: those of this machine's Debian, with
//! promtool, and sid's, of which Prometheus is a 3.x. The archive is the one that apt is configured with.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Tools;
use super::step::{Failure, Step, file};

/// Where apt's sources are configured, in either of its formats.
const SOURCES: [&str; 2] = ["/etc/apt/sources.list", "/etc/apt/sources.list.d"];

const PACKAGES: [&str; 2] = ["prometheus", "prometheus-node-exporter"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// This machine's Debian.
    Stable,
    /// Debian's unstable distribution.
    Sid,
}

impl Release {
    pub(crate) const ALL: [Release; 2] = [Release::Stable, Release::Sid];

    pub(super) fn folder(self) -> &'static str {
        match self {
            Release::Stable => "stable",
            Release::Sid => "sid",
        }
    }
}

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    let (archive, codename) = archive()?;
    for release in Release::ALL {
        let suite = match release {
            Release::Stable => codename.as_str(),
            Release::Sid => "sid",
        };
        let folder = tools.path("prometheus").join(release.folder());
        let stamp = format!("{} of {suite}", PACKAGES.join(", "));
        let step = Step::new("Prometheus", folder, stamp);
        step.once(|step| unpack(step, &archive, suite))?;
    }
    Ok(())
}

/// Downloads the packages of a suite with an apt whose state is all below the step's folder, and unpacks them there.
fn unpack(step: &Step, archive: &str, suite: &str) -> Result<(), Failure> {
    let folder = step.folder();
    for below in ["parts", "lists/partial", "cache/archives/partial"] {
        let path = folder.join(below);
        fs::create_dir_all(&path).map_err(|source| file(&path, source))?;
    }
    let list = folder.join("parts/debian.list");
    fs::write(&list, format!("deb {archive} {suite} main\n"))
        .map_err(|source| file(&list, source))?;
    step.command(apt(folder).arg("update"))?;
    step.command(apt(folder).arg("download").args(PACKAGES))?;
    let entries = fs::read_dir(folder).map_err(|source| file(folder, source))?;
    let archives: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|of| of == "deb"))
        .collect();
    if archives.len() < PACKAGES.len() {
        return Err(Failure::Missing {
            what: format!("the packages {}", PACKAGES.join(", ")),
            remedy: format!("apt-get did not download all into {}", folder.display()),
        });
    }
    for package in archives {
        step.command(Command::new("dpkg").arg("-x").arg(&package).arg(folder))?;
        fs::remove_file(&package).map_err(|source| file(&package, source))?;
    }
    // Lists of packages are large and of no more use.
    for below in ["lists", "cache"] {
        let path = folder.join(below);
        fs::remove_dir_all(&path).map_err(|source| file(&path, source))?;
    }
    Ok(())
}

fn apt(folder: &Path) -> Command {
    let mut apt = Command::new("apt-get");
    for (key, below) in [
        ("Dir::Etc::sourceparts", "parts"),
        ("Dir::State::lists", "lists"),
        ("Dir::Cache", "cache"),
    ] {
        apt.arg("-o")
            .arg(format!("{key}={}", folder.join(below).display()));
    }
    apt.args(["-o", "Dir::Etc::sourcelist=/dev/null", "-q"])
        .current_dir(folder);
    apt
}

/// Where this machine takes its Debian from, and the name of its release.
fn archive() -> Result<(String, String), Failure> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let codename = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .unwrap_or_default()
        .trim_matches('"')
        .to_owned();
    let found = texts()
        .iter()
        .find_map(|text| of_sources(text, &codename).or_else(|| of_list(text, &codename)));
    match found {
        Some(archive) if !codename.is_empty() => Ok((archive, codename)),
        _ => Err(Failure::Missing {
            what: "Debian's archive in apt's sources".into(),
            remedy: "the suites run on Debian; configure its main archive in /etc/apt".into(),
        }),
    }
}

fn texts() -> Vec<String> {
    let mut texts = Vec::new();
    for path in SOURCES.map(Path::new) {
        texts.extend(fs::read_to_string(path));
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        texts.extend(entries.filter_map(|entry| fs::read_to_string(entry.path()).ok()));
    }
    texts
}

/// A stanza of the deb822 form: the URI, with the key that signs it.
fn of_sources(text: &str, codename: &str) -> Option<String> {
    text.split("\n\n").find_map(|stanza| {
        let field = |name: &str| {
            let line = stanza.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim_start_matches(':').trim())
        };
        let suites = field("Suites")?;
        if !suites.split_whitespace().any(|suite| suite == codename) {
            return None;
        }
        let uri = field("URIs")?.split_whitespace().next()?;
        Some(match field("Signed-By") {
            Some(key) => format!("[signed-by={key}] {uri}"),
            None => uri.to_owned(),
        })
    })
}

/// A line of the older form: `deb [options] URI SUITE COMPONENT…`.
fn of_list(text: &str, codename: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix("deb ")?;
        let (head, suite) = rest.split_once(&format!(" {codename} "))?;
        suite.contains("main").then(|| head.trim().to_owned())
    })
}

#[cfg(test)]
mod tests;
