//! Whether what runs is this program, and the same everywhere: after an upgrade a process keeps the
//! old one until it is started again.

use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use crate::endpoints::admin_key;
use crate::probe;
use std::fs;
use std::os::unix::fs::MetadataExt;

const OURS: &str = service::build_info::VERSION;

/// A process that runs.
#[derive(Clone, Debug)]
struct Process {
    name: String,
    /// As its metrics say.
    version: Option<String>,
    /// Whether its program is the file that this one is; `None` where that cannot be seen.
    is_this_file: Option<bool>,
}

/// See the head of this file.
pub(in crate::doctor) async fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let Some(endpoints) = situation.running() else {
        return vec![Verdict::ok(format!("this is {OURS}"))];
    };
    let this = std::env::current_exe().ok().and_then(|path| file(&path));
    let mut processes = Vec::new();
    for process in &endpoints.processes {
        let metrics = match endpoints.http.get(&admin_key(&process.name)) {
            Some(url) => probe::text(url, "/metrics").await.ok(),
            None => None,
        };
        // The link leads to the file that was started, also when another has its name by now.
        let theirs = file(format!("/proc/{}/exe", process.pid).as_ref());
        processes.push(Process {
            name: process.name.clone(),
            version: metrics.as_deref().and_then(version),
            is_this_file: theirs.zip(this).map(|(theirs, this)| theirs == this),
        });
    }
    vec![judge(&processes)]
}

/// What tells one file from another.
fn file(path: &std::path::Path) -> Option<(u64, u64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// `outrigger_build_info{process="broker",version="1.2.3"} 1`.
fn version(metrics: &str) -> Option<String> {
    let line = metrics
        .lines()
        .find(|line| line.starts_with("outrigger_build_info{"))?;
    let (_, rest) = line.split_once("version=\"")?;
    let (version, _) = rest.split_once('"')?;
    Some(version.to_owned())
}

fn judge(processes: &[Process]) -> Verdict {
    let other = processes.iter().filter_map(|process| {
        let version = process.version.as_deref()?;
        (version != OURS).then(|| format!("{} is {version}", process.name))
    });
    let other: Vec<_> = other.collect();
    let remedy = "stop `outrigger up` and start it again: all processes must be of one version";
    if !other.is_empty() {
        return Verdict::warning(format!("this is {OURS}, but {}", other.join(", ")), remedy);
    }
    let replaced = processes
        .iter()
        .filter(|process| process.is_this_file == Some(false));
    let replaced: Vec<_> = replaced.map(|process| process.name.as_str()).collect();
    if !replaced.is_empty() {
        let found = format!(
            "another build of {OURS} than this file runs: {}",
            replaced.join(", ")
        );
        return Verdict::warning(found, remedy);
    }
    Verdict::ok(format!("{OURS} everywhere"))
}

#[cfg(test)]
mod tests {
    use super::{OURS, Process, judge, version};
    use crate::doctor::verdict::Level;

    #[test]
    fn another_version_or_file_is_told() {
        let process = |version: Option<&str>, is_this_file| Process {
            name: "authn".to_owned(),
            version: version.map(str::to_owned),
            is_this_file,
        };
        #[rustfmt::skip]
        let cases = [
            (process(Some(OURS), Some(true)), Level::Ok, "everywhere"),
            (process(None, None), Level::Ok, "everywhere"),
            (process(Some("0.0.0-old"), Some(true)), Level::Warning, "authn is 0.0.0-old"),
            (process(Some(OURS), Some(false)), Level::Warning, "another build"),
        ];
        for (process, level, text) in cases {
            let verdict = judge(&[process]);
            assert_eq!(verdict.level, level, "{text}");
            assert!(verdict.found.contains(text), "{}", verdict.found);
        }
    }

    #[test]
    fn the_version_is_found_among_metrics() {
        let text = "# HELP x\noutrigger_build_info{process=\"broker\",version=\"1.2.3\"} 1\n";
        assert_eq!(version(text).as_deref(), Some("1.2.3"));
        assert_eq!(version("outrigger_build_info{} 1"), None);
    }
}
