//! Part 2C: saving the persistent state (figure 2: currentTerm, votedFor, log[]; with part 2D, the
//! snapshot and its index and term) before the reply to any RPC, and restoring it after a crash.

use labdisk::Persister;
use log::{info, trace};

use crate::state::State;

// FROM 2C
use crate::encoded_log::{Header, decode};
use bytes::Bytes;
use labdisk::RaftState;

impl State {
    /// Saves the persistent state if it has changed. To be called before the lock is released, so
    /// that it is saved before any message mentions the change (figure 2: "updated on stable
    /// storage before responding to RPCs").
    pub(crate) fn persist(&mut self, persister: &Persister) {
        // TASK 2C: if currentTerm, votedFor or log[] has changed, encode all three (`labgob`) and
        //   save them with `Persister::save` (figure 2, persistent state; 5.1, 5.2)
        let header = self.header();
        if self.saved.header.as_ref() == Some(&header) && self.log.changed_from().is_none() {
            return;
        }
        let written = self.saved.log.update(&mut self.log);
        trace!("saves up to {} in term {}: {written} bytes of log", self.log.last(), self.term);
        let pieces =
            [Bytes::from(labgob::encode(&header))].into_iter().chain(self.saved.log.pieces());
        persister.save(RaftState::from_iter(pieces), self.snapshot.clone());
        self.saved.header = Some(header);
    }

    /// Restores the saved state, if there is one. Only what the snapshot covers is known to be
    /// committed, and the service starts from the snapshot by itself.
    ///
    /// # Panics
    /// If the saved bytes are not a state that `persist` saved.
    pub(crate) fn restore(&mut self, persister: &Persister) {
        // TASK 2C: restore what `persist` saved, unless nothing was saved yet
        let bytes = persister.state();
        if bytes.is_empty() {
            return;
        }
        let (header, log) = decode(&bytes.into()).unwrap_or_else(|error| {
            panic!("cannot decode the saved state of {}: {error}", self.me)
        });
        self.term = header.term;
        self.voted_for = header.voted_for;
        self.log = log;
        self.snapshot = persister.snapshot();
        self.commit_index = self.log.snapshot_index();
        self.last_applied = self.log.snapshot_index();
        info!(
            "restarts in term {}, log {} to {}",
            self.term,
            header.snapshot_index,
            self.log.last()
        );
    }
}

// FROM 2C: what is saved: a type, say, that can be encoded as one value
impl State {
    fn header(&self) -> Header {
        Header {
            term: self.term,
            voted_for: self.voted_for,
            snapshot_index: self.log.snapshot_index(),
            snapshot_term: self.log.snapshot_term(),
        }
    }
}

#[cfg(test)]
mod tests;
