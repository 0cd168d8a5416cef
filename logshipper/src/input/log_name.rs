//! The name of a log, of the name of a file: what rotation and compression added is taken off.
//!
//! Knows Kafka's layouts (log4j 1's and log4j 2's `server.log.2026-01-31-23`, the JVM's
//! `kafkaServer-gc.log.0.current`), logrotate's (`.1`, `.2.gz`, `-20260131`) and our own writer's. It looks
//! at names only.

/// How the bytes of a file are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Packing {
    /// As they were written.
    Plain,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstandard,
    /// Something that is not read: `.bz2`, `.xz`, `.zip`, `.lz4`, `.Z`
    Unknown,
}

/// What a file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogName {
    /// The log: `server.log`
    pub log: String,
    /// Whether rotation changed the name, so that the log's writer has probably left this file.
    pub rotated: bool,
    /// How its bytes are packed.
    pub packing: Packing,
}

const PACKINGS: &[(&str, Packing)] = &[
    (".gz", Packing::Gzip),
    (".zst", Packing::Zstandard),
    (".bz2", Packing::Unknown),
    (".xz", Packing::Unknown),
    (".zip", Packing::Unknown),
    (".lz4", Packing::Unknown),
    (".Z", Packing::Unknown),
];

/// Suffixes that people and programs give to what is not written any more.
const WORDS: &[&str] = &["old", "bak", "orig", "save", "prev"];

impl LogName {
    /// Of a file's name.
    pub fn of(file_name: &str) -> Self {
        let (packing, name) = PACKINGS
            .iter()
            .find_map(|(suffix, packing)| Some((*packing, file_name.strip_suffix(suffix)?)))
            .filter(|(_, name)| !name.is_empty())
            .unwrap_or((Packing::Plain, file_name));
        let (log, rotated) = match name.strip_suffix(".current") {
            // The JVM before 9 writes `gc.log.0.current`, and renames it to `gc.log.0`.
            Some(name) if !name.is_empty() => (unnumbered(name), false),
            _ => {
                let log = unnumbered(name);
                let rotated = log.len() != name.len();
                (log, rotated)
            }
        };
        let (log, dated) = undated_stem(log);
        Self {
            log,
            rotated: rotated || dated || packing != Packing::Plain,
            packing,
        }
    }
}

/// Without the numbers, dates and words at the end.
fn unnumbered(name: &str) -> &str {
    let mut name = name;
    while let Some(shorter) = without_suffix(name) {
        name = shorter;
    }
    name
}

fn without_suffix(name: &str) -> Option<&str> {
    if let Some(stem) = name.strip_suffix('~') {
        return Some(stem).filter(|stem| !stem.is_empty());
    }
    let at = name.rfind('.');
    if let Some((stem, suffix)) = at.and_then(|at| Some((name.get(..at)?, name.get(at + 1..)?)))
        && !stem.is_empty()
        && (is_number(suffix) || WORDS.contains(&suffix) || is_date(suffix))
    {
        return Some(stem);
    }
    // `server.log-20260131`, `server.log-2026-01-31`, `server.log-1769856000`
    let at = date_start(name, '-')?;
    name.get(..at).filter(|stem| !stem.is_empty())
}

/// The name with a date before its extension taken out: `server-20260131.log`, `app-2026-01-31-1.log`.
fn undated_stem(name: &str) -> (String, bool) {
    let dated = name.rfind('.').and_then(|at| {
        let (stem, extension) = (name.get(..at)?, name.get(at..)?);
        let start = date_start(stem, '-')
            .or_else(|| date_start(stem, '.'))
            .or_else(|| date_start(stem, '_'))?;
        let stem = stem.get(..start).filter(|stem| !stem.is_empty())?;
        Some(format!("{stem}{extension}"))
    });
    match dated {
        Some(log) => (log, true),
        None => (name.to_owned(), false),
    }
}

/// Where the separator before a date at the end is.
fn date_start(name: &str, separator: char) -> Option<usize> {
    name.match_indices(separator)
        .map(|(at, _)| at)
        .find(|at| name.get(at + 1..).is_some_and(is_date))
}

fn is_number(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `yyyyMMdd`, `yyyyMMddHH`, seconds since 1970, `yyyy-MM-dd`, `yyyy-MM-dd-HH`, `MM-dd-yyyy`, with `T` or `_`
/// between date and hour, and a number behind.
fn is_date(text: &str) -> bool {
    let mut groups = text.split(['-', '_', 'T', ':']);
    let digits = |group: &str, lengths: &[usize]| {
        lengths.contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_digit())
    };
    let first = groups.next().unwrap_or_default();
    if digits(first, &[8, 10, 12, 14]) {
        return groups.clone().count() <= 2 && groups.all(is_number);
    }
    let (second, third) = (
        groups.next().unwrap_or_default(),
        groups.next().unwrap_or_default(),
    );
    let year_first = digits(first, &[4]) && digits(second, &[2]) && digits(third, &[2]);
    let year_last = digits(first, &[2]) && digits(second, &[2]) && digits(third, &[4]);
    let year_and_month = digits(first, &[4]) && digits(second, &[2]) && third.is_empty();
    (year_first || year_last || year_and_month)
        && groups.clone().count() <= 4
        && groups.all(is_number)
}

#[cfg(test)]
mod tests;
