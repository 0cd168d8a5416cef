//! How much the broker's process has taken of what the system lets it have: open files, and files
//! mapped into its memory (each segment has three).

use std::path::Path;

use serde::Deserialize;

use super::Published;
use crate::file::{list, read_once};

/// The endpoints file is one line.
const ENDPOINTS_BYTES_MAX: usize = 64 << 10;
const LIMITS_BYTES_MAX: usize = 16 << 10;
/// A line of some hundred bytes for each map, of which the system allows 65,530 unless told otherwise.
const MAPS_BYTES_MAX: usize = 64 << 20;

/// What was found; absent where the process is not there, or another user's.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Usage {
    /// Open files of those that it may have.
    pub descriptors_percent: Option<f64>,
    /// Maps of those that any process may have.
    pub maps_percent: Option<f64>,
}

#[derive(Deserialize)]
struct Endpoints {
    pid: u32,
}

/// Of the process that the broker's endpoints file names.
pub(super) fn usage(published: &Published) -> Usage {
    let pid = published.broker_endpoints.as_deref().and_then(pid);
    let Some(pid) = pid else {
        return Usage::default();
    };
    let paths = &published.paths;
    let process = paths.proc(pid.to_string());
    Usage {
        descriptors_percent: descriptors_percent(&process),
        maps_percent: maps_percent(&process, &paths.proc("sys/vm/max_map_count")),
    }
}

fn pid(endpoints: &Path) -> Option<u32> {
    let text = read_once(endpoints, ENDPOINTS_BYTES_MAX).ok()?;
    let endpoints: Endpoints = serde_json::from_slice(&text).ok()?;
    Some(endpoints.pid)
}

fn descriptors_percent(process: &Path) -> Option<f64> {
    let open = list(&process.join("fd")).ok()?.len();
    let limits = read_once(&process.join("limits"), LIMITS_BYTES_MAX).ok()?;
    percent(open, open_files_max(&String::from_utf8_lossy(&limits))?)
}

/// `Max open files            1024                 4096                 files`: the first counts.
pub(super) fn open_files_max(limits: &str) -> Option<usize> {
    let mut lines = limits.lines();
    let line = lines.find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

fn maps_percent(process: &Path, max_map_count: &Path) -> Option<f64> {
    let maps = read_once(&process.join("maps"), MAPS_BYTES_MAX).ok()?;
    let count = maps.iter().filter(|byte| **byte == b'\n').count();
    let most = read_once(max_map_count, LIMITS_BYTES_MAX).ok()?;
    let most = String::from_utf8_lossy(&most);
    percent(count, most.trim().parse().ok()?)
}

fn percent(count: usize, most: usize) -> Option<f64> {
    (most > 0).then(|| count as f64 / most as f64 * 100.0)
}
