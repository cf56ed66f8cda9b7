//! The state machine: values by key, and the last request of each clerk (duplicate detection,
//! section 8). It knows neither threads nor Raft. Each server has one, and since all apply the same
//! commands in the same order, all are equal.

use std::collections::BTreeMap;

use labgob::DecodeError;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::message::{Action, ClientId, PutAppend, RequestId, Sequence};

/// The state of the service. Its tables are sorted, so that equal stores make equal snapshots.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Store {
    values: BTreeMap<String, String>,
    // FROM 3A: what else must be remembered, to apply each request once (8)
    /// The last write of each clerk that was applied (section 8). One number each is enough: a
    /// clerk makes its next request only when this one is answered. Part of the snapshot, or a
    /// restarted server would apply a repeated write again. Whether a write is a duplicate is
    /// decided when it is applied, not when it arrives, because only then do all servers agree on
    /// the writes before it. A repeated Get just reads again.
    last_applied: BTreeMap<ClientId, Sequence>,
}

impl Store {
    /// Applies the command, unless it is a duplicate. The result depends on the store and the
    /// command alone, so it is the same on all servers.
    pub(crate) fn apply(&mut self, command: &Command) {
        // TASK 3A: apply the command, unless it is a retry of one that was applied before (8); the
        //   result must depend on the command and the store alone, to be the same on all servers
        if let Command::PutAppend(write) = command
            && !self.was_applied(write.request)
        {
            self.last_applied.insert(write.request.client, write.request.sequence);
            self.write(write);
        }
    }

    // FROM 3A
    /// Whether this write, or a later one of the same clerk, was applied: then it is a duplicate.
    pub(crate) fn was_applied(&self, request: RequestId) -> bool {
        self.last_applied.get(&request.client).is_some_and(|last| *last >= request.sequence)
    }

    /// The value of the key, if it was ever written.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// The encoded store, for Raft to keep in place of the commands that were applied to it.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        // TASK 3B: encode the whole store (7)
        labgob::encode(self)
    }

    /// Decodes a snapshot.
    pub(crate) fn from_snapshot(snapshot: &[u8]) -> Result<Store, DecodeError> {
        // TASK 3B: decode what `snapshot` encoded
        labgob::decode(snapshot)
    }

    // FROM 3A
    fn write(&mut self, PutAppend { action, key, value, .. }: &PutAppend) {
        match (action, self.values.get_mut(key)) {
            (Action::Append, Some(present)) => present.push_str(value),
            (Action::Put, Some(present)) => present.clone_from(value),
            (_, None) => drop(self.values.insert(key.clone(), value.clone())),
        }
    }
}

#[cfg(test)]
mod tests;
