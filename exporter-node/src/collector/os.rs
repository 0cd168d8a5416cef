//! `os`: what the distribution calls itself.
//!
//! ```text
//! PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"      /etc/os-release, else /usr/lib/os-release
//! VERSION_ID="12"
//! ```
//!
//! `sysinfo` gives three of the twelve labels, and knows no other root.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustix::fs::stat;

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{ReadError, read_once};

/// The file is some hundred bytes long.
const BYTES_MAX: usize = 64 << 10;

const INFO: Desc = Desc::gauge(
    "node_os_info",
    "A metric with a constant '1' value labeled by build_id, id, id_like, image_id, image_version, \
     name, pretty_name, variant, variant_id, version, version_codename, version_id.",
);
const VERSION: Desc = Desc::gauge(
    "node_os_version",
    "Metric containing the major.minor part of the OS version.",
);
const SUPPORT_END: Desc = Desc::gauge(
    "node_os_support_end_timestamp_seconds",
    "Metric containing the end-of-life date timestamp of the OS.",
);

/// The labels of `node_os_info` and the variables that they come from.
const LABELS: [(&str, &str); 12] = [
    ("build_id", "BUILD_ID"),
    ("id", "ID"),
    ("id_like", "ID_LIKE"),
    ("image_id", "IMAGE_ID"),
    ("image_version", "IMAGE_VERSION"),
    ("name", "NAME"),
    ("pretty_name", "PRETTY_NAME"),
    ("variant", "VARIANT"),
    ("variant_id", "VARIANT_ID"),
    ("version", "VERSION"),
    ("version_codename", "VERSION_CODENAME"),
    ("version_id", "VERSION_ID"),
];

type Variables = BTreeMap<String, String>;
/// Device, inode, time and length: an upgrade replaces the file.
type Identity = (u64, u64, i64, i64);

struct Os {
    paths: [PathBuf; 2],
    read: Option<(Identity, Variables)>,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Os {
        paths: ["etc/os-release", "usr/lib/os-release"].map(|name| setup.paths.root(name)),
        read: None,
    })
}

impl Collector for Os {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        self.refresh()?;
        let Some((_, variables)) = &self.read else {
            return Err(CollectError::NoData);
        };
        tell(variables, families)
    }
}

impl Os {
    /// Reads the first of the files that is there, where it is not the one that was read.
    fn refresh(&mut self) -> Result<(), CollectError> {
        for path in &self.paths {
            let Ok(found) = stat(path) else { continue };
            let identity = (found.st_dev, found.st_ino, found.st_mtime, found.st_size);
            if !matches!(&self.read, Some((read, _)) if *read == identity) {
                self.read = None;
                let text = read_once(path, BYTES_MAX).map_err(|source| ReadError {
                    path: path.clone(),
                    source,
                })?;
                let variables = parse(&String::from_utf8_lossy(&text))?;
                self.read = Some((identity, variables));
            }
            return Ok(());
        }
        self.read = None;
        Ok(())
    }
}

fn tell(variables: &Variables, families: &mut Families) -> Result<(), CollectError> {
    let of = |name: &str| variables.get(name).map_or("", String::as_str);
    families.put(&INFO, &LABELS.map(|(label, name)| (label, of(name))), 1.0);
    if let Some(version) = major_minor(of("VERSION_ID"))
        && version > 0.0
    {
        let labels = [
            ("id", of("ID")),
            ("id_like", of("ID_LIKE")),
            ("name", of("NAME")),
        ];
        families.put(&VERSION, &labels, version);
    }
    let end = of("SUPPORT_END");
    if !end.is_empty() {
        let malformed = || CollectError::malformed("os-release", format!("SUPPORT_END={end}"));
        let date: Date = end.parse().map_err(|_| malformed())?;
        let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
        let at = midnight.map_err(|_| malformed())?;
        families.put(&SUPPORT_END, &[], at.as_second() as f64);
    }
    Ok(())
}

/// `22.04` of `22.04.3`, `12` of `12`.
fn major_minor(version: &str) -> Option<f64> {
    let digits =
        |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let major = digits(version);
    let after = version.get(major..)?;
    let minor = match after.strip_prefix('.') {
        Some(after) => 1 + digits(after),
        None => 0,
    };
    version.get(..major + minor)?.parse().ok()
}

/// Variables as a shell would assign them, without what a shell would do beyond.
fn parse(text: &str) -> Result<Variables, CollectError> {
    let mut variables = Variables::new();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let malformed =
            || CollectError::malformed("os-release", format!("\"{line}\" assigns nothing"));
        let (name, value) = line.split_once('=').ok_or_else(malformed)?;
        let value = unquote(value).ok_or_else(malformed)?;
        variables.insert(name.trim().to_owned(), value);
    }
    Ok(variables)
}

/// `None` where a quote is not closed.
fn unquote(value: &str) -> Option<String> {
    let mut text = String::new();
    let mut quote = None;
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => quote = Some(c),
            ('\\', None | Some('"')) => text.push(characters.next()?),
            ('#', None) if text.ends_with(' ') => break,
            (c, _) => text.push(c),
        }
    }
    if quote.is_some() {
        return None;
    }
    if !value.contains(['"', '\'']) {
        text.truncate(text.trim_end().len());
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{major_minor, parse, unquote};

    #[test]
    fn values_are_a_shells() {
        let check = |value: &str, expected: Option<&str>| {
            assert_eq!(unquote(value).as_deref(), expected, "{value:?}");
        };
        check("debian", Some("debian"));
        check(
            "\"Debian GNU/Linux 12 (bookworm)\"",
            Some("Debian GNU/Linux 12 (bookworm)"),
        );
        check("'a \\ b'", Some("a \\ b"));
        check("\"a \\\"b\\\" \\$c\"", Some("a \"b\" $c"));
        check("", Some(""));
        check("a # why", Some("a"));
        check("\"open", None);
        check("a\\", None);
    }

    #[test]
    fn comments_and_blanks_are_no_variables() {
        let found = parse("# x\n\nID=debian\nVERSION_ID=\"12\"\n").unwrap();
        assert_eq!(found.len(), 2);
        assert!(parse("nothing\n").is_err());
    }

    #[test]
    fn a_version_is_cut_after_the_minor_one() {
        for (text, expected) in [
            ("12", Some(12.0)),
            ("22.04.3", Some(22.04)),
            ("39x", Some(39.0)),
            ("", None),
            ("rolling", None),
        ] {
            assert_eq!(major_minor(text), expected, "{text:?}");
        }
    }
}
