//! The seconds of each processor, which never go back: what the kernel counts does, a little
//! (idle and iowait are estimates) or wholly (a processor that was unplugged starts again).

use std::collections::BTreeMap;

use crate::collector::{CollectError, number};

/// The modes of `node_cpu_seconds_total`, in the order of the file.
pub const MODES: [&str; 8] = [
    "user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal",
];
/// The two that follow, of `node_cpu_guest_seconds_total`.
pub const GUEST_MODES: [&str; 2] = ["user", "nice"];

const COLUMNS: usize = MODES.len() + GUEST_MODES.len();
const IDLE: usize = 3;
/// The kernel counts in these for everybody, whatever its own clock is.
const TICKS_PER_SECOND: f64 = 100.0;
/// Idle seconds that go back by so many mean that the processor was unplugged.
const JUMP_BACK_SECONDS: f64 = 3.0;

/// The seconds as they are told.
#[derive(Debug, Default)]
pub struct Times(BTreeMap<u32, [f64; COLUMNS]>);

impl Times {
    /// Takes a new text of `/proc/stat`.
    pub fn take(&mut self, text: &str) -> Result<(), CollectError> {
        let mut online = Vec::with_capacity(self.0.len());
        let lines = text.lines().filter_map(|line| line.strip_prefix("cpu"));
        for line in lines.filter(|line| !line.starts_with(' ')) {
            let mut fields = line.split_ascii_whitespace();
            let cpu = number("stat", fields.next().unwrap_or_default())?;
            let mut seconds = [0.0; COLUMNS];
            for (seconds, ticks) in seconds.iter_mut().zip(fields) {
                let ticks: u64 = number("stat", ticks)?;
                *seconds = ticks as f64 / TICKS_PER_SECOND;
            }
            self.merge(cpu, seconds);
            online.push(cpu);
        }
        if online.is_empty() {
            return Err(CollectError::malformed(
                "stat",
                "has no line of a processor",
            ));
        }
        if online.len() != self.0.len() {
            self.0.retain(|cpu, _| online.contains(cpu));
        }
        Ok(())
    }

    fn merge(&mut self, cpu: u32, now: [f64; COLUMNS]) {
        let told = self.0.entry(cpu).or_default();
        if told[IDLE] - now[IDLE] >= JUMP_BACK_SECONDS {
            *told = now;
            return;
        }
        for (told, now) in told.iter_mut().zip(now) {
            *told = told.max(now);
        }
    }

    /// Each processor that is online, with its seconds by mode.
    pub fn each(&self) -> impl Iterator<Item = (u32, [f64; COLUMNS])> {
        self.0.iter().map(|(cpu, seconds)| (*cpu, *seconds))
    }
}
