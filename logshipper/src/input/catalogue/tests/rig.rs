//! A folder of logs, a catalogue over it whose rounds and time are ours, and sinks that take whole lines.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::super::survey::{Now, Survey};
use crate::input::{Catalogue, EndCause, Ended, Identity, InputSettings, Read, Reader, State};
use crate::position::FileKey;

/// What a sink got, in order: the file's id and a line.
pub(super) type Lines = Vec<(String, String)>;

pub(super) struct Rig {
    pub(super) folder: TempDir,
    pub(super) settings: InputSettings,
    pub(super) catalogue: Catalogue,
    survey: Survey,
    now_ms: i64,
    began_ms: i64,
    readers: HashMap<(usize, FileKey), Reader>,
    pub(super) got: Vec<Lines>,
    /// What each sink was told it lost, by cause.
    pub(super) lost: Vec<BTreeMap<&'static str, u64>>,
    ended: Vec<(usize, FileKey)>,
    /// The checkpoint of each sink, by file.
    checkpoints: Vec<HashMap<FileKey, Identity>>,
}

impl Rig {
    pub(super) fn new(globs: &[&str]) -> Self {
        Self::with(globs, |_| {})
    }

    pub(super) fn with(globs: &[&str], change: impl FnOnce(&mut InputSettings)) -> Self {
        Self::within(tempfile::tempdir().unwrap(), globs, change)
    }

    pub(super) fn within(
        folder: TempDir,
        globs: &[&str],
        change: impl FnOnce(&mut InputSettings),
    ) -> Self {
        let globs = globs
            .iter()
            .map(|glob| format!("{}/{glob}", folder.path().display()))
            .collect();
        let mut settings = InputSettings::new(globs);
        settings.sinks = 2;
        change(&mut settings);
        let (catalogue, survey) = Catalogue::unattended(settings.clone(), Vec::new()).unwrap();
        Self {
            catalogue,
            survey,
            now_ms: 1_000_000,
            began_ms: i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap(),
            readers: HashMap::new(),
            got: vec![Vec::new(); settings.sinks],
            lost: vec![BTreeMap::new(); settings.sinks],
            ended: Vec::new(),
            checkpoints: vec![HashMap::new(); settings.sinks],
            folder,
            settings,
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn append(&self, name: &str, text: &str) {
        append(&self.path(name), text);
    }

    pub(super) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub(super) fn delete(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    pub(super) fn copy(&self, from: &str, to: &str) {
        fs::copy(self.path(from), self.path(to)).unwrap();
    }

    pub(super) fn truncate(&self, name: &str) {
        File::options()
            .write(true)
            .open(self.path(name))
            .unwrap()
            .set_len(0)
            .unwrap();
    }

    /// As gzip does it: the original stays until the compressed file is there.
    pub(super) fn gzip(&self, name: &str) {
        let packed = gzipped(&fs::read(self.path(name)).unwrap());
        fs::write(self.path(&format!("{name}.gz")), packed).unwrap();
        self.delete(name);
    }

    /// Lets time pass, and one round happen.
    pub(super) fn round_after(&mut self, pause: Duration) {
        self.now_ms += i64::try_from(pause.as_millis()).unwrap();
        // The wall clock goes with the files' own times, which the tests do not set.
        let wall = UNIX_EPOCH.elapsed().unwrap();
        let wall_ms = i64::try_from(wall.as_millis()).unwrap() + self.now_ms - 1_000_000;
        let now = Now {
            wall_ms,
            monotonic_ms: self.now_ms,
        };
        while self.survey.round(now).more {}
    }

    pub(super) fn round(&mut self) {
        self.round_after(Duration::from_millis(100));
    }

    /// A round, and everything is read and delivered.
    pub(super) fn settle(&mut self) {
        self.round();
        self.drain();
    }

    /// The same, so often and late that everything has come to rest and nothing is forgotten yet.
    pub(super) fn rest(&mut self) {
        for _ in 0..4 {
            self.round_after(Duration::from_secs(6));
            self.drain();
        }
    }

    /// Every sink reads all there is.
    pub(super) fn drain(&mut self) {
        for sink in 0..self.settings.sinks {
            self.drain_sink(sink, u64::MAX);
        }
    }

    /// A sink reads at most so many bytes of each file.
    pub(super) fn drain_sink(&mut self, sink: usize, at_most: u64) {
        for file in self.catalogue.files() {
            let key = file.key();
            let reader = self.readers.entry((sink, key)).or_insert_with(|| {
                let offset = self.checkpoints[sink]
                    .values()
                    .find(|identity| file.matches(identity))
                    .map_or(file.begin(), |identity| identity.mark.offset);
                file.reader(sink, offset)
            });
            let begun = reader.offset();
            let mut buffer = Vec::new();
            while reader.offset() - begun < at_most {
                let max = usize::try_from((at_most - (reader.offset() - begun)).min(4096)).unwrap();
                match reader.read(&mut buffer, max).unwrap() {
                    Read::Bytes(_) => {
                        let complete = match memchr::memrchr(b'\n', &buffer) {
                            Some(end) => end + 1,
                            None if file.state() == State::Final && buffer.len() < max => {
                                buffer.len()
                            }
                            None => break,
                        };
                        let text = std::str::from_utf8(&buffer[..complete]).unwrap();
                        for line in text.lines() {
                            self.got[sink].push((file.file_id().to_string(), line.to_owned()));
                        }
                        reader.consume(&buffer, complete);
                        reader.acked(reader.offset());
                    }
                    Read::End | Read::Busy => break,
                    Read::Ended(Ended {
                        cause,
                        unread_at_least,
                    }) => {
                        if !self.ended.contains(&(sink, key)) {
                            self.ended.push((sink, key));
                            let cause = match cause {
                                EndCause::Truncated => "truncated",
                                EndCause::Vanished => "vanished",
                                EndCause::Released => "released",
                                EndCause::Unreadable => "unreadable",
                            };
                            *self.lost[sink].entry(cause).or_default() += unread_at_least;
                        }
                        break;
                    }
                }
            }
            if let Ok(identity) = file.identity(reader.offset()) {
                self.checkpoints[sink].insert(key, identity);
            }
        }
        let catalogue = &self.catalogue;
        if !catalogue.settled() {
            return;
        }
        self.checkpoints[sink].retain(|key, _| catalogue.file(*key).is_some());
    }

    /// The process ends and starts again, with what the checkpoints have.
    pub(super) fn restart(&mut self) {
        self.readers.clear();
        let known: Vec<Identity> = self
            .checkpoints
            .iter()
            .flat_map(HashMap::values)
            .cloned()
            .collect();
        // Through the text that is kept on disk.
        let known = serde_json::from_str(&serde_json::to_string(&known).unwrap()).unwrap();
        self.settings.followed_since_ms = Some(self.began_ms);
        let (catalogue, survey) = Catalogue::unattended(self.settings.clone(), known).unwrap();
        (self.catalogue, self.survey) = (catalogue, survey);
        self.round();
        // The keys are new; what matched is found by the files themselves.
        let files = self.catalogue.files();
        for checkpoint in &mut self.checkpoints {
            let old: Vec<Identity> = checkpoint.drain().map(|(_, identity)| identity).collect();
            for (number, identity) in old.into_iter().enumerate() {
                let found = files.iter().find(|file| file.matches(&identity));
                let key = found
                    .map_or(FileKey(u32::MAX - u32::try_from(number).unwrap()), |file| {
                        file.key()
                    });
                checkpoint.insert(key, identity);
            }
        }
        self.ended.clear();
    }

    /// The lines that a sink got, sorted.
    pub(super) fn lines(&self, sink: usize) -> Vec<&str> {
        let mut lines: Vec<_> = self.got[sink]
            .iter()
            .map(|(_, line)| line.as_str())
            .collect();
        lines.sort_unstable();
        lines
    }

    /// Every sink got exactly these, each once.
    pub(super) fn assert_lines(&self, expected: impl IntoIterator<Item = String>) {
        let expected: BTreeSet<String> = expected.into_iter().collect();
        for sink in 0..self.settings.sinks {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for (_, line) in &self.got[sink] {
                *counts.entry(line).or_default() += 1;
            }
            let missing: Vec<_> = expected
                .iter()
                .filter(|line| !counts.contains_key(line.as_str()))
                .collect();
            let twice: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
            let torn: Vec<_> = counts
                .keys()
                .filter(|line| !expected.contains(**line))
                .collect();
            assert!(
                missing.is_empty() && twice.is_empty() && torn.is_empty(),
                "sink {sink}: {} missing, from {:?}; {} twice, from {:?}; {} unknown, from {:?}; lost {:?}",
                missing.len(),
                missing.first(),
                twice.len(),
                twice.first(),
                torn.len(),
                torn.first(),
                self.lost[sink],
            );
        }
    }

    pub(super) fn assert_nothing_lost(&self) {
        for (sink, lost) in self.lost.iter().enumerate() {
            assert!(
                lost.values().all(|bytes| *bytes == 0),
                "sink {sink} lost {lost:?}"
            );
        }
    }
}

pub(super) fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

pub(super) fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// A line as long as Kafka's usually are.
pub(super) fn line(number: usize) -> String {
    format!(
        "[2026-01-31 23:59:59,{:03}] INFO line {number:06} of this log, which says nothing more (kafka.Test)",
        number % 1000
    )
}

/// Lines, each with its end.
pub(super) fn text(numbers: std::ops::Range<usize>) -> String {
    numbers.map(|number| line(number) + "\n").collect()
}
