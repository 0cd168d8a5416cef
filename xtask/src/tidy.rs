//! `cargo xtask tidy`: what a machine can check of STYLE.md and ARCHITECTURE.md.
//!
//! It reads the checkout as git sees it (tracked, and new but not ignored) and changes nothing.
//! Function length, banned calls and unsafe code are clippy's to find.

mod duplicates;
mod edges;
mod files;
mod lengths;
mod packages;
mod tree;
mod unused;
mod words;

use crate::command::{self, Command, Failure};

pub(crate) const COMMAND: Command = Command {
    name: "tidy",
    arguments: "",
    about: "the checks a machine can make of STYLE.md",
    help: "Fails on a forbidden crate edge, a missing module doc, a file over 600 lines, a median\n\
           source file over 150, banned names and words, paths of one machine, registry hosts, and\n\
           a dependency that nothing uses or that is there in two versions.\n\n\
           examples:\n  cargo xtask tidy",
    run,
};

/// Something that must not be: where, and what, with its remedy.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// `path` or `path:line`.
    place: String,
    what: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        let (place, what) = (place.into(), what.into());
        Self { place, what }
    }
}

fn run(arguments: &[String]) -> Result<(), Failure> {
    if let Some(word) = arguments.first() {
        return Err(Failure::unknown_word(COMMAND.name, word));
    }
    let root = command::root();
    let files = tree::read(&root)?;
    let mut findings = Vec::new();
    for file in &files {
        files::check(file, &mut findings);
        words::check(file, &mut findings);
    }
    let packages = packages::read(&root)?;
    edges::check(&packages, &mut findings);
    unused::check(&packages, &files, &mut findings);
    let repeated = duplicates::repeated(&files);
    duplicates::check(&repeated, &mut findings);
    let lengths = lengths::of(&files);
    lengths::check(&lengths, &mut findings);

    println!("{lengths}");
    println!(
        "dependencies in more than one version: {}",
        duplicates::summary(&repeated)
    );
    if findings.is_empty() {
        println!("tidy: {} files, nothing to say", files.len());
        return Ok(());
    }
    findings.sort();
    for finding in &findings {
        println!("{}: {}", finding.place, finding.what);
    }
    Err(Failure::Failed(format!(
        "tidy has {} findings",
        findings.len()
    )))
}
