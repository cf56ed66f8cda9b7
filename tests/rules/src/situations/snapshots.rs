//! Snapshots (7, figure 13).

use super::known::Known;
use crate::logs::Append;
use course::{Reached, Situation};
use trace::{Call, Fact, Incarnation};

#[derive(Debug)]
pub(super) struct Snapshots {
    servers: Vec<Server>,
}

#[derive(Debug, Default, Clone)]
struct Server {
    /// The last index that its snapshot covers.
    index: u64,
    /// Whether there is a snapshot on its disk.
    on_disk: bool,
    /// The leader from which requests arrive, and its term.
    leader: (u64, usize),
    /// The number of that leader's latest request with entries to have arrived, and of its latest
    /// snapshot.
    latest: (u64, u64),
}

impl Snapshots {
    pub(super) fn new(servers: usize) -> Snapshots {
        Snapshots { servers: vec![Server::default(); servers] }
    }

    pub(super) fn started(&self, server: Incarnation, known: &Known, out: &mut Reached) {
        let on_disk = self.servers.get(server.server).is_some_and(|server| server.on_disk);
        if on_disk && known.has_run(server.server) {
            out.add(Situation::SnapshotRestarts);
        }
    }

    pub(super) fn saved(&mut self, server: Incarnation, snapshot_bytes: usize) {
        if let Some(slot) = self.servers.get_mut(server.server) {
            slot.on_disk = snapshot_bytes > 0;
        }
    }

    /// A server has a snapshot up to this index.
    pub(super) fn took(&mut self, server: Incarnation, index: u64) {
        if let Some(slot) = self.servers.get_mut(server.server) {
            slot.index = slot.index.max(index);
        }
    }

    /// A leader's request has arrived.
    pub(super) fn arrived(
        &mut self,
        call: &Call,
        fact: &Fact,
        at: Incarnation,
        known: &Known,
        out: &mut Reached,
    ) {
        let (Some(slot), Some(from)) = (self.servers.get_mut(at.server), call.sender()) else {
            return;
        };
        let append = Append::of(fact);
        if append.is_some_and(|append| append.entry_terms.is_empty()) {
            return;
        }
        let leader = (fact.term(), from.server);
        if leader > slot.leader {
            (slot.leader, slot.latest) = (leader, (0, 0));
        }
        let is_of_leader = leader == slot.leader;
        let (latest_append, latest_snapshot) = &mut slot.latest;
        let (own, other) = match append {
            Some(_) => (latest_append, *latest_snapshot),
            None => (latest_snapshot, *latest_append),
        };
        if is_of_leader {
            *own = call.number.max(*own);
            if call.number < other {
                out.add(Situation::SnapshotsCrossed);
            }
        }
        match *fact {
            Fact::InstallSnapshot { last_index, term, .. } if term >= known.term(at.server) => {
                let (_, last) = known.last(at.server);
                if last_index <= known.known_committed(at.server) {
                    out.add(Situation::StaleSnapshots);
                } else if last > last_index {
                    out.add(Situation::SnapshotsOnLongerLog);
                }
            }
            Fact::AppendEntries { previous_index, .. } if previous_index < slot.index => {
                out.add(Situation::EntriesBelowSnapshot);
            }
            _ => {}
        }
    }

    /// A follower has answered InstallSnapshot in its own term.
    pub(super) fn answered(
        &mut self,
        request: &Fact,
        by: Incarnation,
        known: &mut Known,
        out: &mut Reached,
    ) {
        let &Fact::InstallSnapshot { last_index, last_term, .. } = request else { return };
        if known.last(by.server).1 < last_index {
            out.add(Situation::SnapshotsInstalled);
        }
        known.installed(by.server, last_index, last_term);
        self.took(by, last_index);
    }
}
