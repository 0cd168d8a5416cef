//! A child process with its output in a file: signalled and waited for by its pid, killed when dropped.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::deadline::within;

/// How long a process may take to end after SIGTERM.
const END_LIMIT: Duration = Duration::from_secs(20);

/// A running (or ended) child.
#[derive(Debug)]
pub struct Process {
    child: Child,
    output: PathBuf,
}

impl Process {
    /// Starts `command` with stdout and stderr in the file `output`.
    pub fn start(command: &mut Command, output: &Path) -> Self {
        let file = File::options()
            .create(true)
            .append(true)
            .open(output)
            .expect("an output file");
        let copy = file.try_clone().expect("a second handle");
        command.stdin(Stdio::null()).stdout(file).stderr(copy);
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            child,
            output: output.to_path_buf(),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has printed.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.output).unwrap_or_default()).into_owned()
    }

    /// Its status, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked")
    }

    /// Waits for its end, at most [`END_LIMIT`].
    pub fn wait(&mut self) -> ExitStatus {
        within(END_LIMIT, || self.ended()).unwrap_or_else(|| {
            panic!(
                "the process did not end within {END_LIMIT:?}: {}",
                self.output()
            )
        })
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid())
            .ok()
            .and_then(Pid::from_raw)
            .expect("a pid");
        kill_process(pid, signal).expect("the process is ours to signal");
    }

    /// SIGTERM and the wait for its end.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// `kill -9` and the wait for its end.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Resident memory in bytes.
    pub fn resident_bytes(&self) -> u64 {
        status(self.pid(), "VmRSS") * 1024
    }

    /// How many descriptors it has open.
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid()))
            .expect("a live process")
            .count()
    }
}

/// A number of `/proc/PID/status`, as it stands there: memory in KiB, `FDSize` the places for descriptors, which only
/// grow. It is readable even of a process that hides its other files.
pub fn status(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a live process");
    let mut lines = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(found, _)| *found == name).expect(name);
    let number = value.trim().trim_end_matches(" kB");
    number.parse().expect("a number")
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
