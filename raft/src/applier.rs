//! Part 2B: handing what is committed to the service, in order and each once (5.3).
//!
//! One thread does it, the applier. It holds no lock while a message is being taken: the service
//! may be slow, and may call back, say to pass us a snapshot.

use bytes::Bytes;
use labrt::channel::Sender;

use crate::raft::{Decision, Raft};
use crate::state::State;
use crate::vocabulary::{Index, Term};

/// What Raft tells its service.
#[derive(Clone, Debug, PartialEq)]
pub enum ApplyMsg {
    /// This command is committed: the one after what was told last.
    Command {
        /// Its place in the log.
        index: Index,
        /// What was passed to `start`.
        command: Bytes,
    },
    /// The service is to replace its state by this snapshot, which is ahead of it (part 2D).
    Snapshot {
        /// The last entry that the snapshot stands for.
        index: Index,
        /// The term of that entry.
        term: Term,
        /// What some server's service passed to `snapshot`.
        snapshot: Bytes,
    },
}

impl Raft {
    /// The applier's life. It ends when the server is killed, or nobody listens any more; either
    /// way the channel is closed then.
    pub(crate) fn run_applier(&self, apply: &Sender<ApplyMsg>) {
        let look = |state: &mut State, _| state.next_to_apply();
        while let Some(message) = self.next_work(&self.shared.applier, look) {
            if apply.send(message).is_err() {
                return;
            }
        }
    }
}

impl State {
    /// What the applier does now. An installed snapshot (part 2D) has moved the log's base past
    /// what was applied: then the snapshot goes first.
    pub(crate) fn next_to_apply(&mut self) -> Decision<ApplyMsg> {
        // TASK 2B: hand over the next entry that is committed and not applied yet, or wait (5.3;
        //   figure 2, rules for all servers)
        if !self.has_more_to_apply() {
            return Decision::Wait;
        }
        // FROM 2D: an installed snapshot goes before the entries that follow it
        let base = self.log.base();
        if self.last_applied < base {
            self.last_applied = base;
            let (term, snapshot) = (self.log.base_term(), self.snapshot.clone());
            return Decision::Do(ApplyMsg::Snapshot { index: base, term, snapshot });
        }

        let index = self.last_applied.next();
        self.last_applied = index;
        Decision::Do(ApplyMsg::Command { index, command: self.log.entry(index).command.clone() })
    }

    // FROM 2B
    /// Whether something is committed that was not handed over yet. (The log's base is always
    /// committed.)
    pub(crate) fn has_more_to_apply(&self) -> bool {
        self.last_applied < self.commit_index
    }
}

#[cfg(test)]
mod tests;
