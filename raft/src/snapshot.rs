//! Part 2D: snapshots (7, figure 13), so that logs do not grow without limit: discarding what the
//! service's snapshot covers, and sending and installing it.
//!
//! A service that has made a snapshot passes it to [`Raft::snapshot`], and the log that it covers
//! is discarded. A leader whose peer needs a discarded entry sends it the snapshot instead, in one
//! message. The receiver's applier then finds that the log begins after what was applied, and sends
//! the snapshot to the service before the entries that follow.

use bytes::Bytes;
use labrt::time::Instant;
use log::{debug, info};

use crate::log::Log;
use crate::message::{InstallSnapshot, InstallSnapshotReply};
use crate::progress::Sent;
use crate::raft::Raft;
use crate::state::State;
use crate::types::{Index, ServerId};

impl Raft {
    /// Takes the service's snapshot of everything up to and including `index`, and discards that
    /// part of the log.
    ///
    /// A snapshot older than the last is ignored: meanwhile a newer one may have been installed.
    /// May be called from the thread that receives from the apply channel.
    ///
    /// # Panics
    /// If `index` is beyond the last message that was sent, or is being sent, to the service.
    pub fn snapshot(&self, index: Index, snapshot: impl Into<Bytes>) {
        let snapshot = snapshot.into();
        self.run_rule(|state, _| state.take_snapshot(index, snapshot));
    }

    /// The handler of InstallSnapshot.
    pub(crate) fn install_snapshot(&self, request: InstallSnapshot) -> InstallSnapshotReply {
        self.run_rule(|state, now| state.on_install_snapshot(request, now))
    }
}

impl State {
    /// Replaces the log up to `index` by the service's snapshot (7).
    pub(crate) fn take_snapshot(&mut self, index: Index, snapshot: Bytes) {
        // TASK 2D: keep the snapshot, and discard the log up to and including `index` (7); an older
        //   snapshot than the one you have changes nothing
        let applied = self.last_applied;
        assert!(
            index <= applied,
            "snapshot up to {index} is ahead of what was applied ({applied})"
        );
        let covered = self.log.snapshot_index();
        if index <= covered {
            debug!("ignores a snapshot up to {index}: has one up to {covered}");
            return;
        }
        debug!("takes a snapshot up to {index}, log from {covered} to {}", self.log.last());
        self.log.compact(index);
        self.snapshot = snapshot;
    }

    // FROM 2D
    /// InstallSnapshot with our snapshot, for a peer whose next entry is discarded.
    pub(crate) fn snapshot_request(&self) -> InstallSnapshot {
        InstallSnapshot {
            term: self.term,
            leader: self.me,
            last_included_index: self.log.snapshot_index(),
            last_included_term: self.log.snapshot_term(),
            snapshot: self.snapshot.clone(),
        }
    }

    /// The receiver's rules of InstallSnapshot (figure 13), for a snapshot in one piece.
    pub(crate) fn on_install_snapshot(
        &mut self,
        request: InstallSnapshot,
        now: Instant,
    ) -> InstallSnapshotReply {
        // TASK 2D: start from a leader's snapshot that is ahead of your commit index (7; figure 13,
        //   without rules 2 to 4: it comes in one piece)
        if self.accept_leader(request.leader, request.term, now) {
            self.install(request);
        }
        InstallSnapshotReply { term: self.term }
    }

    // FROM 2D
    /// Starts from the leader's snapshot, unless all that it covers is committed here already. If
    /// our log has its last entry, the entries that follow stay (rule 6); if not, the whole log is
    /// discarded (rule 7). The applier sends the snapshot to the service (rule 8).
    fn install(&mut self, request: InstallSnapshot) {
        let (index, term) = (request.last_included_index, request.last_included_term);
        if index <= self.commit_index {
            debug!("ignores {}'s snapshot up to {index}: committed already", request.leader);
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

    /// Judges a peer's reply to InstallSnapshot, or that there is none.
    pub(crate) fn on_snapshot_reply(
        &mut self,
        peer: ServerId,
        sent: &Sent,
        reply: Option<InstallSnapshotReply>,
        now: Instant,
    ) {
        // TASK 2D: a peer that replies in your term has everything that the snapshot covers
        match reply {
            None => self.on_no_reply(peer, sent),
            Some(InstallSnapshotReply { term }) => {
                self.adopt_later_term(term, now);
                self.on_answer(peer, sent, now);
                self.on_match(peer, sent);
            }
        }
    }
}

#[cfg(test)]
mod tests;
