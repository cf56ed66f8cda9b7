//! The state machine: values by key, and which requests are done. It knows neither threads nor
//! Raft; each server has one, and since all apply the same commands in the same order, all are
//! equal.

use std::collections::BTreeMap;

use labgob::DecodeError;
use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::message::{Action, ClientId, PutAppend, RequestId, Sequence};

/// All that the service remembers. Its tables are sorted, so that equal stores make equal
/// snapshots.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Store {
    values: BTreeMap<String, String>,
    // FROM 3A: what else must be remembered, to do each request once (8)
    /// The last write that was done for each clerk (section 8). One number each is enough: a clerk
    /// goes on to its next request only when this one is answered. Belongs into the snapshot, or a
    /// restarted server would do again what was done before. Whether a write is a repetition is
    /// decided when it is applied, not when it arrives, because only then do all servers agree on
    /// what came before. A Get is simply carried out again.
    done: BTreeMap<ClientId, Sequence>,
}

impl Store {
    /// Does what the command says, unless it is done already. The same everywhere: nothing but
    /// the store and the command may decide it.
    pub(crate) fn apply(&mut self, command: &Command) {
        // TASK 3A: do what the command says, unless it is a repeated one that was done before (8);
        //   the command and the store alone may decide it, for all servers must do the same
        if let Command::PutAppend(write) = command
            && !self.is_done(write.request)
        {
            self.done.insert(write.request.client, write.request.sequence);
            self.write(write);
        }
    }

    // FROM 3A
    /// Whether this write, or a later one of the same clerk, was done: then asking again must
    /// change nothing.
    pub(crate) fn is_done(&self, request: RequestId) -> bool {
        self.done.get(&request.client).is_some_and(|done| *done >= request.sequence)
    }

    /// The value of the key, if it was ever written.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// The store as bytes, for Raft to keep in place of the commands that made it.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        // TASK 3B: all that the store remembers, encoded (7)
        labgob::encode(self)
    }

    /// The store that a snapshot stands for.
    pub(crate) fn from_snapshot(snapshot: &[u8]) -> Result<Store, DecodeError> {
        // TASK 3B: read back what `snapshot` made
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
