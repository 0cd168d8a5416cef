//! Dependencies that nothing uses: a crate's own, and rows of the workspace's list.

use super::Finding;
use super::packages::Package;
use super::tree::File;

const MANIFEST: &str = "Cargo.toml";
const LIST: &str = "[workspace.dependencies]";

/// Packages whose library is called otherwise.
const LIBRARIES: &[(&str, &str)] = &[("md-5", "md5")];

pub(super) fn check(packages: &[Package], files: &[File], findings: &mut Vec<Finding>) {
    for package in packages {
        let is_source = |file: &&File| file.is_rust() && file.path.starts_with(&package.folder);
        let sources: Vec<&File> = files.iter().filter(is_source).collect();
        for dependency in &package.dependencies {
            let name = library(dependency);
            if !sources.iter().any(|file| names(&file.text, &name)) {
                let what = format!("`{dependency}` is a dependency that no file here names");
                findings.push(Finding::new(format!("{}{MANIFEST}", package.folder), what));
            }
        }
    }
    let manifest = files.iter().find(|file| file.path == MANIFEST);
    for row in manifest.into_iter().flat_map(|file| rows(&file.text)) {
        let is_used = |package: &Package| package.dependencies.iter().any(|name| name == row);
        if !packages.iter().any(is_used) {
            let what = format!("`{row}` is in {LIST}, and no crate asks for it");
            findings.push(Finding::new(MANIFEST, what));
        }
    }
}

/// The names in the workspace's list.
fn rows(manifest: &str) -> impl Iterator<Item = &str> {
    let list = manifest.split_once(LIST).map_or("", |(_, rest)| rest);
    list.lines()
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim())
}

/// What code calls a package.
fn library(package: &str) -> String {
    let row = LIBRARIES.iter().find(|(name, _)| *name == package);
    row.map_or_else(
        || package.replace('-', "_"),
        |(_, library)| (*library).to_owned(),
    )
}

/// Whether code, and not just a comment, has the word.
fn names(text: &str, name: &str) -> bool {
    let code = text.lines().map(|line| line.split("//").next());
    code.flatten().any(|line| contains_name(line, name))
}

fn contains_name(text: &str, name: &str) -> bool {
    let joins = |char: Option<char>| char.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !joins(before) && !joins(after)
    })
}

#[cfg(test)]
mod tests;
