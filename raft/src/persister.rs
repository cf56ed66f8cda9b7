//! What survives a crash: a disk in memory, holding a server's encoded state and its service's
//! snapshot.

use bytes::Bytes;
use labrt::sync::Mutex;

/// Holds what a server must not forget. The tests keep it while the server is down.
#[derive(Debug, Default)]
pub struct Persister {
    /// Both together, behind one lock, so that nobody ever sees one without the other.
    saved: Mutex<(RaftState, Bytes)>,
}

/// An encoded Raft state, to be saved: a row of pieces that are shared with whoever encoded them,
/// so that saving a long log again does not copy it. A `Vec<u8>` is a state in one piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RaftState {
    pieces: Vec<Bytes>,
}

impl Persister {
    /// A disk with nothing on it.
    #[must_use]
    pub fn new() -> Persister {
        Persister::default()
    }

    /// Replaces both the state and the snapshot, atomically.
    pub fn save(&self, state: impl Into<RaftState>, snapshot: Bytes) {
        *self.saved.lock() = (state.into(), snapshot);
    }

    /// The state last saved, in one piece; empty if there was none.
    #[must_use]
    pub fn state(&self) -> Vec<u8> {
        self.saved.lock().0.pieces.concat()
    }

    /// The snapshot last saved; empty if there was none.
    #[must_use]
    pub fn snapshot(&self) -> Bytes {
        self.saved.lock().1.clone()
    }

    /// How many bytes the saved state has, not counting the snapshot.
    #[must_use]
    pub fn state_size(&self) -> usize {
        self.saved.lock().0.pieces.iter().map(Bytes::len).sum()
    }

    /// How many bytes the saved snapshot has.
    #[must_use]
    pub fn snapshot_size(&self) -> usize {
        self.saved.lock().1.len()
    }

    /// Another disk with the same on it: what is saved to one does not reach the other.
    #[must_use]
    pub fn copy(&self) -> Persister {
        Persister { saved: Mutex::new(self.saved.lock().clone()) }
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
