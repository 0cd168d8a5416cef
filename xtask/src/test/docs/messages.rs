//! The messages that docs/troubleshooting.md quotes are still said: each heading of the third level is one, and its pieces between `…`
//! stand in our sources, or, where the heading names a client, in what is installed of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Failure, root};
use crate::test::Context;
use crate::test::report::Tally;
use crate::tools::Tools;

const PAGE: &str = "docs/troubleshooting.md";
/// Where our own messages come from.
const SOURCES: [&str; 8] = [
    "authn/src",
    "broker/src",
    "crates",
    "exporter-jmx/src",
    "exporter-node/src",
    "logshipper/src",
    "outrigger/src",
    "xtask/src/tools",
];
/// Pieces that are shorter say nothing.
const PIECE_MIN: usize = 4;

/// A heading: the message, and whose it is where it is not ours.
#[derive(Debug, PartialEq, Eq)]
struct Quoted<'a> {
    message: &'a str,
    whose: Option<&'a str>,
}

pub(super) fn check(context: &Context, tally: &mut Tally) -> Result<(), Failure> {
    let page = root().join(PAGE);
    let page = fs::read_to_string(&page).map_err(|cause| Failure::of(PAGE, cause))?;
    let mut ours = String::new();
    for folder in SOURCES {
        read_all(&root().join(folder), "rs", &mut ours)?;
    }
    let ours = as_said(&ours);
    let mut clients: Vec<(&str, String)> = Vec::new();
    for quoted in page.lines().filter_map(quoted) {
        let said = match quoted.whose {
            None => &ours,
            Some(whose) => {
                if !clients.iter().any(|(known, _)| *known == whose) {
                    clients.push((whose, client(&context.tools, whose)?));
                }
                let found = clients.iter().find(|(known, _)| *known == whose);
                found.map_or(&ours, |(_, text)| text)
            }
        };
        let missing = pieces(quoted.message).find(|piece| !said.contains(piece));
        tally.add(missing.map_or(Ok(()), |piece| {
            let (message, whose) = (quoted.message, quoted.whose.unwrap_or("us"));
            Err(format!(
                "{PAGE}: `{message}` is not said by {whose}: no `{piece}`"
            ))
        }));
    }
    Ok(())
}

/// `### `message`` or `### `message` (client)`.
fn quoted(line: &str) -> Option<Quoted<'_>> {
    let (message, rest) = line.strip_prefix("### `")?.rsplit_once('`')?;
    let whose = rest.trim().strip_prefix('(');
    Some(Quoted {
        message,
        whose: whose.and_then(|rest| rest.strip_suffix(')')),
    })
}

fn pieces(message: &str) -> impl Iterator<Item = &str> {
    message
        .split('…')
        .map(str::trim)
        .filter(|piece| piece.len() >= PIECE_MIN)
}

/// Source text with its strings as they are printed: lines that a backslash joins are one, quotes are bare.
fn as_said(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut joined = false;
    for line in source.lines() {
        let line = if joined { line.trim_start() } else { line };
        joined = line.ends_with('\\');
        out.push_str(line.strip_suffix('\\').unwrap_or(line));
        if !joined {
            out.push('\n');
        }
    }
    out.replace("\\\"", "\"")
}

/// Everything that a client may say, as one text.
fn client(tools: &Tools, whose: &str) -> Result<String, Failure> {
    let mut text = String::new();
    match whose {
        "Java" => {
            let jars = fs::read_dir(tools.kafka_libs())?.flatten();
            let wanted = |path: &PathBuf| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("kafka-clients") || name.starts_with("aws-msk-iam-auth")
            };
            for jar in jars.map(|entry| entry.path()).filter(wanted) {
                // Class files are compressed in it.
                let script = "import sys, zipfile\njar = zipfile.ZipFile(sys.argv[1])\n\
                              for name in jar.namelist(): sys.stdout.buffer.write(jar.read(name))";
                let output = Command::new(tools.python())
                    .args(["-c", script])
                    .arg(jar)
                    .output()?;
                text.push_str(&String::from_utf8_lossy(&output.stdout));
            }
        }
        "JVM" => {
            let home = java_home()?;
            for file in ["lib/modules", "lib/server/libjvm.so"] {
                text.push_str(&String::from_utf8_lossy(&fs::read(home.join(file))?));
            }
        }
        "librdkafka" => {
            let packages = tools.python().with_file_name("../lib");
            read_libraries(&packages, &mut text)?;
        }
        "kafkajs" => read_all(&tools.node_modules().join("kafkajs"), "js", &mut text)?,
        _ => {
            return Err(Failure::Failed(format!(
                "{PAGE} quotes `{whose}`, whose sources are unknown: Java, JVM, librdkafka or kafkajs"
            )));
        }
    }
    Ok(text)
}

/// Where the JVM on the path is installed.
fn java_home() -> Result<PathBuf, Failure> {
    let output = Command::new("java")
        .args(["-XshowSettings:properties", "-version"])
        .output()
        .map_err(|cause| Failure::of("java", cause))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let home = said
        .lines()
        .find_map(|line| line.trim().strip_prefix("java.home = "));
    home.map(PathBuf::from)
        .ok_or_else(|| Failure::Failed("java does not say its java.home".into()))
}

/// Shared libraries that a wheel brings along, whose names do not end with `.so`.
fn read_libraries(folder: &Path, text: &mut String) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_libraries(&path, text)?;
        } else if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("librdkafka"))
        {
            text.push_str(&String::from_utf8_lossy(&fs::read(&path)?));
        }
    }
    Ok(())
}

/// All files below `folder` with this ending; tests say nothing.
fn read_all(folder: &Path, ending: &str, text: &mut String) -> Result<(), Failure> {
    for entry in fs::read_dir(folder).map_err(|cause| Failure::of(folder.display(), cause))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "tests" {
                read_all(&path, ending, text)?;
            }
        } else if path.extension().is_some_and(|found| found == ending) && name != "tests.rs" {
            text.push_str(&String::from_utf8_lossy(&fs::read(&path)?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
