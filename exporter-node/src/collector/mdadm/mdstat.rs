//! Reads `/proc/mdstat`.
//!
//! ```text
//! Personalities : [raid1]
//! md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]
//!       195310144 blocks [2/1] [U_]
//!       bitmap: 0/30 pages [0KB], 65536KB chunk            (sometimes)
//!       [=>...]  recovery =  8.5% (16775552/195310144) …   (while it lasts)
//! unused devices: <none>
//! ```

/// One array.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Array<'a> {
    /// `md6`
    pub name: &'a str,
    /// `active`, `inactive`, or what is being done to it.
    pub state: &'a str,
    /// Disks that work.
    pub disks_active: u64,
    /// Disks marked `(F)`.
    pub disks_failed: u64,
    /// Disks marked `(S)`.
    pub disks_spare: u64,
    /// Disks that it should have.
    pub disks_required: u64,
    /// Its size.
    pub blocks: u64,
    /// How much of it is in step; all, where nothing is being done.
    pub blocks_synced: u64,
}

/// What may be done to an array, in the order in which the words are looked for, and the state.
const ACTIONS: [(&str, &str); 4] = [
    ("recovery", "recovering"),
    ("reshape", "reshaping"),
    ("check", "checking"),
    ("resync", "resyncing"),
];

/// The arrays of the file.
///
/// # Errors
/// It says what it should not: the problem.
pub fn arrays(text: &str) -> Result<Vec<Array<'_>>, String> {
    let mut lines = text.lines().peekable();
    let mut arrays = Vec::new();
    while let Some(line) = lines.next() {
        let is_device = !line.trim().is_empty()
            && !line.starts_with([' ', '\t'])
            && !line.starts_with("unused")
            && !line.starts_with("Personalities");
        if !is_device {
            continue;
        }
        let mut array = device(line).ok_or_else(|| format!("\"{line}\" names no array"))?;
        let status = lines.next().unwrap_or_default();
        let problem = || format!("\"{status}\" is no status of {}", array.name);
        let (blocks, active, required) = status_of(line, status).ok_or_else(problem)?;
        array.blocks = blocks;
        array.blocks_synced = blocks;
        array.disks_active = active;
        array.disks_required = required;
        if lines.peek().is_some_and(|line| line.contains("bitmap")) {
            lines.next();
        }
        let action = lines.peek().copied().unwrap_or_default();
        let done = ACTIONS.iter().find(|(word, _)| action.contains(word));
        if let Some((_, state)) = done.filter(|_| action.starts_with([' ', '\t'])) {
            array.state = state;
            array.blocks_synced = match action.contains("PENDING") || action.contains("DELAYED") {
                true => 0,
                false => synced(action)
                    .ok_or_else(|| format!("\"{action}\" does not say how far it is"))?,
            };
        }
        arrays.push(array);
    }
    Ok(arrays)
}

/// `md6 : active raid1 …`
fn device(line: &str) -> Option<Array<'_>> {
    let mut words = line.split_ascii_whitespace();
    let name = words.next()?;
    let state = words.nth(1)?;
    Some(Array {
        name,
        state,
        disks_failed: line.matches("(F)").count() as u64,
        disks_spare: line.matches("(S)").count() as u64,
        ..Array::default()
    })
}

/// Blocks, active disks and required disks. Levels without redundancy have no `[2/1]`.
fn status_of(device: &str, status: &str) -> Option<(u64, u64, u64)> {
    let blocks = status.split_ascii_whitespace().next()?.parse().ok()?;
    if device.contains("raid0") || device.contains("linear") {
        let disks = device.matches('[').count() as u64;
        return Some((blocks, disks, disks));
    }
    if device.contains("inactive") {
        return Some((blocks, 0, 0));
    }
    let brackets = status.split('[').filter_map(|part| part.split_once(']'));
    let mut counts = brackets.filter_map(|(inside, _)| fraction(inside));
    let (required, active) = counts.next_back()?;
    Some((blocks, active, required))
}

/// `(16775552/195310144)`
fn synced(action: &str) -> Option<u64> {
    let parentheses = action.split('(').filter_map(|part| part.split_once(')'));
    let (synced, _) = parentheses
        .filter_map(|(inside, _)| fraction(inside))
        .next()?;
    Some(synced)
}

fn fraction(text: &str) -> Option<(u64, u64)> {
    let (left, right) = text.split_once('/')?;
    Some((left.parse().ok()?, right.parse().ok()?))
}

#[cfg(test)]
mod tests;
