//! Part 2D: snapshots (7, figure 13), so that logs do not grow for ever.
//!
//! A service that has made a snapshot passes it to [`Raft::snapshot`], and the log before it is
//! discarded. A leader whose peer needs what is discarded sends it the snapshot instead, in one
//! piece. The receiver's applier then finds that the log begins past what it has applied, and
//! hands over the snapshot before what follows it.

use bytes::Bytes;
use labrt::time::Instant;
use log::{debug, info};

use crate::log::Log;
use crate::message::{InstallSnapshot, InstallSnapshotReply};
use crate::progress::Sent;
use crate::raft::Raft;
use crate::state::State;
use crate::vocabulary::{Index, ServerId};

impl Raft {
    /// Takes the service's snapshot of everything up to and including `index`, and discards that
    /// part of the log.
    ///
    /// A snapshot older than the last is ignored: an installed one may have overtaken it. May be
    /// called from the thread that takes the messages of the apply channel.
    ///
    /// # Panics
    /// If `index` lies beyond what was handed to the service, the message that is being handed
    /// over included.
    pub fn snapshot(&self, index: Index, snapshot: impl Into<Bytes>) {
        let snapshot = snapshot.into();
        self.step(|state, _| state.take_snapshot(index, snapshot));
    }

    /// Answers a leader.
    pub(crate) fn install_snapshot(&self, request: InstallSnapshot) -> InstallSnapshotReply {
        self.step(|state, now| state.on_install_snapshot(request, now))
    }
}

impl State {
    /// Replaces the log up to `index` by the service's snapshot.
    pub(crate) fn take_snapshot(&mut self, index: Index, snapshot: Bytes) {
        // TASK 2D: keep the snapshot, and discard the log up to and including `index` (7); an older
        //   snapshot than the one you have changes nothing
        assert!(
            index <= self.last_applied,
            "a snapshot was believed to cover only what was applied: it covers up to {index}, \
             applied is up to {}",
            self.last_applied
        );
        if index <= self.log.base() {
            debug!("ignores a snapshot up to {index}: has one up to {}", self.log.base());
            return;
        }
        debug!(
            "takes a snapshot up to {index}, log from {} to {}",
            self.log.base(),
            self.log.last()
        );
        self.log.compact(index);
        self.snapshot = snapshot;
    }

    // FROM 2D
    /// Our snapshot, for a peer whose next entry is discarded.
    pub(crate) fn snapshot_request(&self) -> InstallSnapshot {
        InstallSnapshot {
            term: self.term,
            leader: self.me,
            last_included_index: self.log.base(),
            last_included_term: self.log.base_term(),
            snapshot: self.snapshot.clone(),
        }
    }

    /// The receiver's rules of InstallSnapshot (figure 13), for a snapshot in one piece.
    pub(crate) fn on_install_snapshot(
        &mut self,
        request: InstallSnapshot,
        now: Instant,
    ) -> InstallSnapshotReply {
        // TASK 2D: start from a leader's snapshot that is ahead of what you have committed (7;
        //   figure 13, without rules 2 to 4: it comes in one piece)
        if self.follow(request.leader, request.term, now) {
            self.install(request);
        }
        InstallSnapshotReply { term: self.term }
    }

    // FROM 2D
    /// Starts from the leader's snapshot, unless all it stands for is committed here already. What
    /// follows it in our log stays if the log has the entry it ends with (rule 6); if not, nothing
    /// in the log is worth keeping (rule 7). The applier hands it to the service (rule 8).
    fn install(&mut self, request: InstallSnapshot) {
        let (index, term) = (request.last_included_index, request.last_included_term);
        if index <= self.commit_index {
            debug!("ignores {}'s snapshot up to {index}: committed that", request.leader);
            return;
        }
        if self.log.has(index, term) {
            self.log.compact(index);
        } else {
            self.log = Log::after(index, term);
        }
        info!("starts from {}'s snapshot up to {index} of term {term}", request.leader);
        self.snapshot = request.snapshot;
        self.commit_up_to(index);
    }

    /// What a peer's answer to our snapshot, or its absence, means for its progress.
    pub(crate) fn on_snapshot_reply(
        &mut self,
        peer: ServerId,
        sent: &Sent,
        reply: Option<InstallSnapshotReply>,
        now: Instant,
    ) {
        // TASK 2D: a peer that answers in your term has what the snapshot stands for
        match reply {
            None => self.on_no_reply(peer, sent),
            Some(InstallSnapshotReply { term }) => {
                self.observe_term(term, now);
                self.on_answer(peer, sent, now);
                self.on_match(peer, sent);
            }
        }
    }
}

#[cfg(test)]
mod tests;
