//! What each server applies commands to, with the bugs that show there.

use crate::Bug;
use real_kvraft::message::{Action, ClientId, PutAppend, RequestId, Sequence};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One entry of the log: a write, or a read that only takes its place in the order.
#[derive(Serialize, Deserialize)]
pub(crate) enum Entry {
    Read(RequestId),
    Write(PutAppend),
}

impl Entry {
    pub(crate) fn request(&self) -> RequestId {
        match self {
            Entry::Read(request) => *request,
            Entry::Write(write) => write.request,
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Service {
    values: BTreeMap<String, String>,
    done: BTreeMap<ClientId, Sequence>,
}

impl Service {
    pub(crate) fn apply(&mut self, entry: Entry, bug: Option<Bug>) {
        let Entry::Write(write) = entry else { return };
        let RequestId { client, sequence } = write.request;
        let done = self.done.insert(client, sequence).is_some_and(|done| done >= sequence);
        if done && bug != Some(Bug::NoDuplicateDetection) {
            return;
        }
        let value = self.values.entry(write.key).or_default();
        if write.action == Action::Put {
            value.clear();
        }
        value.push_str(&write.value);
    }

    pub(crate) fn value(&self, key: &str) -> Option<String> {
        self.values.get(key).cloned()
    }

    pub(crate) fn snapshot(&self) -> Vec<u8> {
        labgob::encode(self)
    }

    pub(crate) fn restore(snapshot: &[u8], bug: Option<Bug>) -> Service {
        if snapshot.is_empty() {
            return Service::default();
        }
        let mut service: Service = labgob::decode(snapshot).expect("a snapshot of ours");
        if bug == Some(Bug::DuplicatesNotInSnapshot) {
            service.done.clear();
        }
        service
    }
}
