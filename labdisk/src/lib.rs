//! The simulated disk: a server's persistent state (figure 2 of the Raft paper) and its service's
//! snapshot (section 7), which survive a crash.
//!
//! A test keeps each server's [`Persister`] while the server is down. A crash is a [`copy`]: the
//! restarted server gets the copy, and what the old one saves after that moment is lost. The disk
//! belongs to the kit and not to the student's crate, so that nothing can survive a crash but what
//! was saved.
//!
//! ```
//! use labdisk::Persister;
//!
//! let disk = Persister::new();
//! disk.save(b"term 1".to_vec(), "snapshot".into());
//! let after_crash = disk.copy();
//! disk.save(b"term 2".to_vec(), "snapshot".into());
//! assert_eq!(after_crash.state(), b"term 1");
//! ```
//!
//! A save replaces both at once and never fails. It takes no time, but in a simulation in which the
//! disk is [`slow`].
//!
//! [`copy`]: Persister::copy
//! [`slow`]: Persister::slow

use bytes::Bytes;
use labrt::rand::random_range;
use labrt::sync::Mutex;
use labrt::thread;
use labrt::time::Duration;
use labrt::world;
use std::fmt;
use std::mem;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use trace::{Incarnation, Stream, What};

/// A server's disk, in memory: one encoded Raft state and one snapshot.
#[derive(Debug, Default)]
pub struct Persister {
    /// Whose saves are recorded, and where.
    recorder: Option<(Stream, Incarnation)>,
    /// One save in so many takes up to so long, if simulated.
    slow: Option<(NonZeroU32, Duration)>,
    /// Whether nothing is saved any more. Not one of labrt's: to cut it off is no scheduling point.
    cut_off: AtomicBool,
    /// What is done right after each save.
    after_save: AfterSave,
    /// One lock for both, so that a reader never sees one without the other.
    saved: Mutex<Saved>,
}

/// Called with the size of the state before and after a save.
#[derive(Default)]
struct AfterSave(OnceLock<Box<dyn Fn(usize, usize) + Send + Sync>>);

/// What is on the disk; both empty until the first save.
#[derive(Clone, Debug, Default)]
struct Saved {
    state: RaftState,
    snapshot: Bytes,
}

/// An encoded Raft state, to be saved: a sequence of pieces that are shared with the encoder, so
/// that saving a long log again does not copy it. A `Vec<u8>` is a state in one piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RaftState {
    pieces: Vec<Bytes>,
}

impl Persister {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Persister {
        Persister::default()
    }

    /// Replaces both the state and the snapshot, atomically.
    pub fn save(&self, state: impl Into<RaftState>, snapshot: Bytes) {
        let saved = Saved { state: state.into(), snapshot };
        self.take_time();
        let (state_bytes, snapshot_bytes) = (saved.state.len(), saved.snapshot.len());
        let mut present = self.saved.lock();
        if self.cut_off.load(Ordering::SeqCst) {
            return;
        }
        let bytes_before = mem::replace(&mut *present, saved).state.len();
        if let Some((stream, server)) = &self.recorder {
            stream.record(What::Saved { server: *server, state_bytes, snapshot_bytes });
        }
        // With the lock, so that nobody saves in between.
        if let Some(after_save) = self.after_save.0.get() {
            after_save(bytes_before, state_bytes);
        }
    }

    /// From now on this is called right after each save, with the size of the state in bytes before
    /// and after it. It may neither wait, nor be a scheduling point, nor read the disk; it may cut
    /// it off.
    ///
    /// # Panics
    /// If the disk has one already.
    pub fn after_each_save(&self, then: impl Fn(usize, usize) + Send + Sync + 'static) {
        let set = self.after_save.0.set(Box::new(then));
        assert!(
            set.is_ok(),
            "something is done after each save already, and only one thing can be"
        );
    }

    fn take_time(&self) {
        if let Some((one_in, longest)) = self.slow.filter(|_| world::simulated())
            && random_range(0..one_in.get()) == 0
        {
            thread::sleep(random_range(Duration::ZERO..=longest));
        }
    }

    /// The state last saved, in one piece; empty if there was none.
    #[must_use]
    pub fn state(&self) -> Vec<u8> {
        self.saved.lock().state.pieces.concat()
    }

    /// The snapshot last saved; empty if there was none.
    #[must_use]
    pub fn snapshot(&self) -> Bytes {
        self.saved.lock().snapshot.clone()
    }

    /// The size of the saved state in bytes, not counting the snapshot.
    #[must_use]
    pub fn state_size(&self) -> usize {
        self.saved.lock().state.len()
    }

    /// The size of the saved snapshot in bytes.
    #[must_use]
    pub fn snapshot_size(&self) -> usize {
        self.saved.lock().snapshot.len()
    }

    /// Another disk with the same contents, as slow as this one: later saves to one do not change
    /// the other.
    #[must_use]
    pub fn copy(&self) -> Persister {
        let saved = Mutex::new(self.saved.lock().clone());
        Persister { slow: self.slow, saved, ..Persister::default() }
    }

    /// From now on nothing is saved any more: the server has crashed, whatever its threads still
    /// do. Reading and copying go on. Does not wait, and is no scheduling point.
    pub fn cut_off(&self) {
        self.cut_off.store(true, Ordering::SeqCst);
    }

    /// The same disk, of which in simulation one save in `one_in` takes up to `longest`, and is on
    /// the disk only then. (On the OS it stays as fast as it is.) 0 for no such save.
    #[must_use]
    pub fn slow(self, one_in: u32, longest: Duration) -> Persister {
        Persister { slow: NonZeroU32::new(one_in).map(|one_in| (one_in, longest)), ..self }
    }

    /// The same disk, as that of this incarnation of a server, whose saves are recorded.
    #[must_use]
    pub fn recorded(self, stream: Stream, incarnation: Incarnation) -> Persister {
        Persister { recorder: Some((stream, incarnation)), ..self }
    }
}

impl fmt::Debug for AfterSave {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AfterSave({})", if self.0.get().is_some() { "set" } else { "none" })
    }
}

impl RaftState {
    fn len(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }
}

impl From<Vec<u8>> for RaftState {
    fn from(state: Vec<u8>) -> RaftState {
        RaftState { pieces: vec![state.into()] }
    }
}

impl FromIterator<Bytes> for RaftState {
    fn from_iter<I: IntoIterator<Item = Bytes>>(pieces: I) -> RaftState {
        RaftState { pieces: pieces.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests;
