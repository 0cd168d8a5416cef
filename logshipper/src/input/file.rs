//! One file that is followed, whatever it is called now and wherever its bytes are.
//!
//! It is shared by the catalogue, which looks at it, and one reader per sink. It does not decide anything
//! about itself: what became of it is said by the catalogue.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::descriptors::Descriptor;
use super::identity::{HEAD_BYTES_MAX, Head, Identity, MARK_BYTES_MAX, Mark};
use super::log_name::Packing;
use super::observation::Facts;
use super::position::{Position, Tail};
use super::reader::Reader;
use super::shared::Shared;
use super::source::Source;
use crate::position::FileKey;

/// What is expected of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// More may be written to it.
    Live,
    /// Nobody will write to it any more, as far as can be told: its last line is complete.
    Final,
    /// What was not read of it is lost.
    Ended(EndCause),
}

/// Why what was not read of a file is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// It was truncated, and no copy was found.
    Truncated,
    /// It was deleted while it was not open.
    Vanished,
    /// It was deleted, and holding it open would have taken more of the disk than allowed.
    Released,
    /// It is compressed, and broken.
    Unreadable,
}

/// One file that is followed.
#[derive(Debug)]
pub struct LogFile {
    pub(super) key: FileKey,
    pub(super) file_id: Arc<str>,
    pub(super) log: Arc<str>,
    pub(super) begin: u64,
    pub(super) resolved: Vec<Identity>,
    /// What stood before the places where readers may begin, when the file was first seen.
    begins: Vec<Tail>,
    pub(super) shared: Arc<Shared>,
    pub(super) positions: Box<[Position]>,
    path: RwLock<PathBuf>,
    source: RwLock<Arc<Source>>,
    head: Mutex<Head>,
    size: AtomicU64,
    size_is_exact: AtomicBool,
    packed_bytes: AtomicU64,
    modified_ns: AtomicI64,
    version: AtomicU64,
    state: AtomicU8,
    suspected: AtomicBool,
    /// What was seen of it once and is not in the copy that it comes from now.
    missing: AtomicU64,
    failed: AtomicBool,
    /// Whether it is compressed, and some reader met its broken end.
    broken: AtomicBool,
    /// Whether it changed since it was compared with what the readers remember.
    unchecked: AtomicBool,
}

/// What a file is made of.
pub(super) struct Parts {
    pub(super) key: FileKey,
    pub(super) file_id: Arc<str>,
    pub(super) log: Arc<str>,
    pub(super) begin: u64,
    pub(super) resolved: Vec<Identity>,
    pub(super) begins: Vec<Tail>,
    pub(super) path: PathBuf,
    pub(super) source: Source,
    pub(super) head: Head,
    pub(super) facts: Facts,
    /// How much comes out of it, if it is compressed and that is known.
    pub(super) exact_size: Option<u64>,
}

/// How many times its packed size a compressed file is taken to hold until it was read once. Logs take a
/// tenth.
const UNPACKED_RATIO: u64 = 10;
/// What packing adds to what cannot be packed, at most: names and checksums, and a thousandth.
const PACKING_ADDS_BYTES: u64 = 1024;

impl LogFile {
    pub(super) fn new(parts: Parts, sinks: usize, shared: Arc<Shared>) -> Self {
        let plain = parts.source.packing == Packing::Plain;
        let exact_size = parts.exact_size.or(plain.then_some(parts.facts.size));
        let size = exact_size.unwrap_or(parts.facts.size.saturating_mul(UNPACKED_RATIO));
        Self {
            key: parts.key,
            file_id: parts.file_id,
            log: parts.log,
            begin: parts.begin,
            resolved: parts.resolved,
            begins: parts.begins,
            shared,
            positions: (0..sinks).map(|_| Position::default()).collect(),
            path: RwLock::new(parts.path),
            source: RwLock::new(Arc::new(parts.source)),
            head: Mutex::new(parts.head),
            size: AtomicU64::new(size),
            size_is_exact: AtomicBool::new(exact_size.is_some()),
            packed_bytes: AtomicU64::new(parts.facts.size),
            modified_ns: AtomicI64::new(parts.facts.modified_ns),
            version: AtomicU64::new(0),
            state: AtomicU8::new(0),
            suspected: AtomicBool::new(false),
            missing: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            unchecked: AtomicBool::new(false),
        }
    }

    /// What this process calls it.
    pub fn key(&self) -> FileKey {
        self.key
    }

    /// What it keeps through renames, compression and restarts: 16 hexadecimal digits.
    pub fn file_id(&self) -> &Arc<str> {
        &self.file_id
    }

    /// The log's name, without what rotation added.
    pub fn log(&self) -> &Arc<str> {
        &self.log
    }

    /// Where a reader begins that has no checkpoint.
    pub fn begin(&self) -> u64 {
        self.begin
    }

    /// Where it was last seen.
    pub fn path(&self) -> PathBuf {
        self.path
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How large it was when last seen; the largest size that was seen of a truncated one. Of a compressed
    /// file an estimate that is too large until it was read once.
    pub fn size(&self) -> u64 {
        self.size.load(Ordering::Acquire)
    }

    /// When it was last written, in milliseconds since 1970.
    pub fn modified_ms(&self) -> i64 {
        self.modified_ns.load(Ordering::Relaxed) / 1_000_000
    }

    /// Device and inode of its bytes, as `stat` numbers them.
    pub fn device_and_inode(&self) -> (u64, u64) {
        self.source().node.place()
    }

    /// What is expected of it.
    pub fn state(&self) -> State {
        match self.state.load(Ordering::Acquire) {
            0 => State::Live,
            1 => State::Final,
            2 => State::Ended(EndCause::Truncated),
            3 => State::Ended(EndCause::Vanished),
            4 => State::Ended(EndCause::Released),
            _ => State::Ended(EndCause::Unreadable),
        }
    }

    /// Whether this entry of a checkpoint was found to be about this file, so that delivery resumes at the
    /// offset of its mark.
    pub fn matches(&self, identity: &Identity) -> bool {
        self.resolved.contains(identity)
    }

    /// What a checkpoint keeps of it when everything before `low_water` was delivered. Fails while the file
    /// cannot be read or was just truncated; what the checkpoint had remains true then.
    pub fn identity(&self, low_water: u64) -> io::Result<Identity> {
        let source = self.source();
        let plain = source.packing == Packing::Plain;
        let mark = if plain {
            self.plain_mark(low_water)?
        } else {
            self.tail_mark(low_water)
        };
        let head = if plain {
            self.grown_head()?
        } else {
            self.head()
        };
        Ok(Identity {
            file_id: self.file_id.to_string(),
            node: source.node,
            packed_bytes: (!plain).then(|| self.packed_bytes.load(Ordering::Relaxed)),
            head,
            mark,
            size: self.size(),
            path: self.path().to_string_lossy().into_owned(),
        })
    }

    /// A reader for this sink that begins here.
    pub fn reader(self: &Arc<Self>, sink: usize, offset: u64) -> Reader {
        Reader::new(Arc::clone(self), sink, offset)
    }

    /// The bytes before an offset, read now. What the readers remember is looked at afterwards, and then the
    /// head, so that they are not taken from another content than what was delivered.
    fn plain_mark(&self, offset: u64) -> io::Result<Mark> {
        let length = offset.min(MARK_BYTES_MAX as u64);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        let descriptor = self.descriptor()?;
        let read = descriptor.read_at(offset - length, &mut bytes)?;
        if read < bytes.len() {
            self.suspect();
        }
        self.check(&descriptor);
        if self.is_suspected() || self.is_ended() {
            return Err(changed());
        }
        Ok(Mark::of(offset, &bytes))
    }

    /// What a reader remembers of the bytes before an offset; of a compressed file they cannot be read again.
    fn tail_mark(&self, offset: u64) -> Mark {
        self.positions
            .iter()
            .filter_map(Position::tail)
            .find(|tail| tail.offset == offset)
            .map_or_else(
                || Mark::blank(offset),
                |tail| Mark::of(offset, tail.bytes()),
            )
    }

    fn grown_head(&self) -> io::Result<Head> {
        let mut bytes = vec![0; HEAD_BYTES_MAX];
        let read = self.descriptor()?.read_at(0, &mut bytes)?;
        bytes.truncate(read);
        let mut head = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        if !head.fits(&bytes) {
            drop(head);
            self.suspect();
            return Err(changed());
        }
        if (bytes.len() as u64) > head.length {
            *head = Head::of(&bytes);
        }
        Ok(*head)
    }
}

/// What the catalogue and the readers need of it.
impl LogFile {
    pub(super) fn head(&self) -> Head {
        *self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn source(&self) -> Arc<Source> {
        Arc::clone(&self.source.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Its open file; opened if need be. `NotFound` if it is not at its path any more.
    pub(super) fn descriptor(&self) -> io::Result<Arc<Descriptor>> {
        let source = self.source();
        let path = self
            .path
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let found = source.descriptor(&path, &self.shared.descriptors);
        if found.is_err() {
            self.shared.poke.all();
        }
        found
    }

    /// Grows with each change that a reader may want to know of.
    pub(super) fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(super) fn touch(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    /// Takes over what was seen. The size only grows, and only if this content has it: what was truncated and
    /// refilled is suspected. Whether it changed at all is returned.
    pub(super) fn observe(&self, facts: &Facts) -> bool {
        let source = self.source();
        let is_plain = source.packing == Packing::Plain;
        let before = self.modified_ns.swap(facts.modified_ns, Ordering::Relaxed);
        let grown = match is_plain {
            true => self.size() < facts.size,
            false => self.packed_bytes.swap(facts.size, Ordering::Relaxed) != facts.size,
        };
        let changed = grown || before != facts.modified_ns;
        if changed {
            match source.opened() {
                // After the size was seen: then it is this content's.
                Some(descriptor) => self.check(&descriptor),
                None => self.unchecked.store(true, Ordering::Release),
            }
            if is_plain && !self.is_suspected() {
                self.size.fetch_max(facts.size, Ordering::AcqRel);
            }
            self.touch();
        }
        changed
    }

    /// The end of a compressed file was met.
    pub(super) fn unpacked_to(&self, size: u64) {
        self.size.store(size, Ordering::Release);
        self.size_is_exact.store(true, Ordering::Release);
    }

    /// How much is behind an offset, at least: of a compressed file that was not read to its end, its size is
    /// but a guess.
    pub(super) fn unread_at_least(&self, offset: u64) -> u64 {
        let size = if self.size_is_exact.load(Ordering::Acquire) {
            self.size()
        } else {
            let packed = self.packed_bytes.load(Ordering::Relaxed);
            packed.saturating_sub(packed / 1024 + PACKING_ADDS_BYTES)
        };
        size.saturating_sub(offset)
    }

    /// The same where it broke: all that is known then is that something is missing, if it was not read before it
    /// was packed.
    pub(super) fn unread_behind_break(&self, offset: u64) -> u64 {
        match self.size_is_exact.load(Ordering::Acquire) {
            true => self.unread_at_least(offset).max(1),
            false => 1,
        }
    }

    /// A sink's reader met its broken end. Whether it is the first.
    pub(super) fn broke(&self, sink: usize) -> bool {
        if let Some(position) = self.positions.get(sink) {
            position.broke();
        }
        !self.broken.swap(true, Ordering::AcqRel)
    }

    /// Whether no reader will get more out of it.
    pub(super) fn is_broken_for_all(&self) -> bool {
        self.positions.iter().all(Position::is_broken)
    }

    /// Whether its size is that of its inode.
    pub(super) fn observes_size(&self) -> bool {
        self.source().packing == Packing::Plain
    }

    /// How much of it is nowhere any more, once the rest was read.
    pub(super) fn missing_behind(&self, offset: u64) -> u64 {
        let at_end = self.state() == State::Final && offset >= self.size();
        if at_end {
            self.missing.load(Ordering::Acquire)
        } else {
            0
        }
    }

    /// Whether everything was read that came out of a compressed file.
    pub(super) fn is_unpacked_to(&self, offset: u64) -> bool {
        self.size_is_exact.load(Ordering::Acquire) && offset >= self.size()
    }

    pub(super) fn move_to(&self, path: &Path) -> bool {
        let mut held = self.path.write().unwrap_or_else(PoisonError::into_inner);
        let moved = *held != path;
        if moved {
            *held = path.to_owned();
        }
        drop(held);
        if moved {
            self.touch();
        }
        moved
    }

    /// Its bytes come from somewhere else from now on.
    /// `exact_size` is what comes out of a compressed source.
    pub(super) fn come_from(
        &self,
        source: Source,
        path: &Path,
        facts: &Facts,
        exact_size: Option<u64>,
        head: Head,
    ) {
        // A copy may be shorter than what was known of the beginning.
        let mut known = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        if head.length < known.length {
            *known = head;
        }
        drop(known);
        let plain = source.packing == Packing::Plain;
        let size = if plain { Some(facts.size) } else { exact_size };
        *self.source.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(source);
        self.packed_bytes.store(facts.size, Ordering::Relaxed);
        self.modified_ns.store(facts.modified_ns, Ordering::Relaxed);
        if let Some(size) = size {
            let before = self.size.swap(size, Ordering::AcqRel);
            self.missing
                .store(before.saturating_sub(size), Ordering::Release);
        }
        self.size_is_exact.store(size.is_some(), Ordering::Release);
        self.suspected.store(false, Ordering::Release);
        self.move_to(path);
        self.touch();
    }

    pub(super) fn become_final(&self, is_final: bool) -> bool {
        let (from, to) = if is_final { (0, 1) } else { (1, 0) };
        let changed = self
            .state
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok();
        if changed {
            self.touch();
        }
        changed
    }

    pub(super) fn end(&self, cause: EndCause) {
        let state = match cause {
            EndCause::Truncated => 2,
            EndCause::Vanished => 3,
            EndCause::Released => 4,
            EndCause::Unreadable => 5,
        };
        self.state.store(state, Ordering::Release);
        self.source().close();
        self.touch();
    }

    pub(super) fn is_ended(&self) -> bool {
        matches!(self.state(), State::Ended(_))
    }

    /// A read failed: it is tried again after the next rescan.
    pub(super) fn fail(&self) {
        self.failed.store(true, Ordering::Release);
    }

    pub(super) fn retry(&self) -> bool {
        let failed = self.failed.swap(false, Ordering::AcqRel);
        if failed {
            self.touch();
        }
        failed
    }

    /// Whether it still begins as it did when it was first seen.
    pub(super) fn begins_as_known(&self, descriptor: &Descriptor) -> io::Result<bool> {
        let head = self.head();
        let mut bytes = vec![0; HEAD_BYTES_MAX];
        let read = descriptor.read_at(0, &mut bytes)?;
        bytes.truncate(read);
        Ok(head.fits(&bytes))
    }

    /// The same, if it changed since it was last looked at.
    pub(super) fn check_if_changed(&self) {
        if self.unchecked.swap(false, Ordering::AcqRel)
            && let Ok(descriptor) = self.descriptor()
        {
            self.check(&descriptor);
        }
    }

    /// Looks whether what the readers remember is gone.
    pub(super) fn turns_out_truncated(&self) -> bool {
        if let Ok(descriptor) = self.descriptor() {
            self.check(&descriptor);
        }
        self.is_suspected()
    }

    /// Looks whether what the readers remember is still there.
    pub(super) fn check(&self, descriptor: &Descriptor) {
        if self.is_suspected() || !self.observes_size() {
            return;
        }
        if self.begins_as_known(descriptor).is_ok_and(|same| !same) {
            self.suspect();
        }
        for tail in self.tails() {
            let mut bytes = vec![0; tail.bytes().len()];
            let read = descriptor.read_at(tail.start(), &mut bytes);
            if read.is_ok_and(|read| read < bytes.len() || bytes != tail.bytes()) {
                self.suspect();
            }
        }
    }

    /// A reader saw that bytes changed which it had read.
    pub(super) fn suspect(&self) {
        if !self.suspected.swap(true, Ordering::AcqRel) {
            self.shared.poke.all();
        }
    }

    pub(super) fn is_suspected(&self) -> bool {
        self.suspected.load(Ordering::Acquire)
    }

    /// Up to where every sink has it.
    pub(super) fn delivered(&self) -> u64 {
        self.positions
            .iter()
            .map(|position| position.acked().unwrap_or(self.begin))
            .min()
            .unwrap_or(self.begin)
    }

    /// What some sink does not have yet.
    pub(super) fn undelivered(&self) -> u64 {
        self.size().saturating_sub(self.delivered())
    }

    /// Whether every sink has all of it.
    pub(super) fn is_delivered(&self) -> bool {
        self.size_is_exact.load(Ordering::Acquire)
            && self.undelivered() == 0
            && self
                .positions
                .iter()
                .all(|position| position.acked().is_some())
    }

    /// Whether every reader has read all of it.
    pub(super) fn is_read(&self) -> bool {
        let size = self.size();
        self.size_is_exact.load(Ordering::Acquire)
            && self
                .positions
                .iter()
                .all(|position| position.tail().is_some_and(|tail| tail.offset >= size))
    }

    /// Whether no reader is beyond this offset.
    pub(super) fn is_read_within(&self, size: u64) -> bool {
        self.tails().iter().all(|tail| tail.offset <= size)
    }

    /// What the readers remember of the bytes before where they are; before they began, what was there then.
    pub(super) fn tails(&self) -> Vec<Tail> {
        let tails: Vec<Tail> = self.positions.iter().filter_map(Position::tail).collect();
        if tails.is_empty() {
            self.begins.clone()
        } else {
            tails
        }
    }

    /// What stood before this offset when the file was first seen.
    pub(super) fn begin_at(&self, offset: u64) -> Option<Tail> {
        self.begins
            .iter()
            .find(|tail| tail.offset == offset)
            .copied()
    }
}

fn changed() -> io::Error {
    io::Error::other("the file was truncated or written anew")
}
