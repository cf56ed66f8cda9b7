//! Part 2B: applying, that is sending committed entries to the service, in order and each once
//! (5.3; figure 2, lastApplied).
//!
//! One thread does it, the applier. It holds no lock while it sends: the service may be slow, and
//! may call back, to pass us a snapshot for instance.

use labrt::channel::Sender;

use crate::message::ApplyMsg;
use crate::raft::{Decision, Raft};
use crate::state::State;

impl Raft {
    /// The applier's loop. It ends when the server is killed or the service has dropped its end of
    /// the channel; either way the channel is closed then.
    pub(crate) fn run_applier(&self, apply: &Sender<ApplyMsg>) {
        let look = |state: &mut State, _| state.next_to_apply();
        while let Some(message) = self.wait_for_work(&self.shared.applier, look) {
            if apply.send(message).is_err() {
                return;
            }
        }
    }
}

impl State {
    /// What the applier does now: send the next committed entry, or wait. If an installed snapshot
    /// (part 2D) is ahead of what was applied, it is sent first.
    pub(crate) fn next_to_apply(&mut self) -> Decision<ApplyMsg> {
        // TASK 2B: send the next entry that is committed and not applied yet, or wait (5.3; figure
        //   2, rules for all servers)
        if !self.has_more_to_apply() {
            return Decision::Wait;
        }
        // FROM 2D: an installed snapshot is sent before the entries that follow it
        let snapshot_index = self.log.snapshot_index();
        if self.last_applied < snapshot_index {
            self.last_applied = snapshot_index;
            let (term, snapshot) = (self.log.snapshot_term(), self.snapshot.clone());
            return Decision::Act(ApplyMsg::Snapshot { index: snapshot_index, term, snapshot });
        }

        let index = self.last_applied.next();
        self.last_applied = index;
        Decision::Act(ApplyMsg::Command { index, command: self.log.entry(index).command.clone() })
    }

    // FROM 2B
    /// Whether something is committed that was not sent to the service yet. (What a snapshot covers
    /// is always committed.)
    pub(crate) fn has_more_to_apply(&self) -> bool {
        self.last_applied < self.commit_index
    }
}

#[cfg(test)]
mod tests;
