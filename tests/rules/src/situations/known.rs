//! What is known of the servers: their terms, who leads, their logs, and what is committed.

use crate::logs::{Append, Entries, Held};
use crate::quorum;
use course::{Reached, Situation};
use trace::Incarnation;

#[derive(Debug, Default)]
pub(super) struct Known {
    servers: Vec<Server>,
    latest_leader: u64,
    /// The highest commit index that a leader has sent.
    committed: u64,
    /// The highest number of a call.
    number: u64,
}

#[derive(Debug, Default)]
struct Server {
    /// Whether it has started before.
    has_run: bool,
    up: Option<u64>,
    /// The latest term that it showed, in all its incarnations.
    term: u64,
    /// The term that it leads; 0 if it does not, or has shown a later one.
    leads: u64,
    /// Entries that it acknowledged or, as a leader, sent.
    log: Held,
    /// Up to which index this incarnation knows its entries to be committed.
    knows_committed: u64,
    /// The highest number of a call before it started last.
    started_after: u64,
}

impl Known {
    pub(super) fn new(servers: usize) -> Known {
        let servers = (0..servers).map(|_| Server::default()).collect();
        Known { servers, ..Known::default() }
    }

    /// How many servers are a majority.
    pub(super) fn quorum(&self) -> usize {
        quorum(self.servers.len())
    }

    pub(super) fn is_up(&self, server: Incarnation) -> bool {
        self.servers.get(server.server).is_some_and(|it| it.up == Some(server.number))
    }

    pub(super) fn has_run(&self, server: usize) -> bool {
        self.servers.get(server).is_some_and(|server| server.has_run)
    }

    pub(super) fn term(&self, server: usize) -> u64 {
        self.servers.get(server).map_or(0, |server| server.term)
    }

    /// The term that the server leads; 0 if it leads none.
    pub(super) fn leads_term(&self, server: usize) -> u64 {
        self.servers.get(server).map_or(0, |server| server.leads)
    }

    /// The latest term that is known to have had a leader.
    pub(super) fn latest_leader(&self) -> u64 {
        self.latest_leader
    }

    pub(super) fn committed(&self) -> u64 {
        self.committed
    }

    /// Up to which index a server knows its entries to be committed.
    pub(super) fn known_committed(&self, server: usize) -> u64 {
        self.servers.get(server).map_or(0, |server| server.knows_committed)
    }

    /// Whether a call of this number was sent before the server started.
    pub(super) fn is_from_before(&self, number: u64, server: usize) -> bool {
        self.servers.get(server).is_some_and(|server| number <= server.started_after)
    }

    /// The last entry of a server's log, term first: (0, 0) if it has none.
    pub(super) fn last(&self, server: usize) -> (u64, u64) {
        let log = self.servers.get(server).map(|server| &server.log);
        log.map_or((0, 0), |log| (log.last_term(), log.last()))
    }

    pub(super) fn term_at(&self, server: usize, index: u64) -> Option<u64> {
        self.servers.get(server)?.log.term_at(index)
    }

    /// A call is sent. Their numbers grow.
    pub(super) fn numbered(&mut self, number: u64) {
        self.number = self.number.max(number);
    }

    pub(super) fn started(&mut self, server: Incarnation) {
        let number = self.number;
        if let Some(slot) = self.servers.get_mut(server.server) {
            slot.started_after = if slot.has_run { number } else { 0 };
            slot.up = Some(server.number);
            slot.has_run = true;
            slot.knows_committed = 0;
        }
    }

    pub(super) fn crashed(&mut self, server: Incarnation) {
        if let Some(slot) = self.servers.get_mut(server.server) {
            slot.up = None;
            slot.leads = 0;
        }
    }

    /// A server shows its term. Returns whether it led until then.
    pub(super) fn shows(&mut self, server: Incarnation, term: u64) -> bool {
        let Some(slot) = self.servers.get_mut(server.server) else { return false };
        if term <= slot.term {
            return false;
        }
        slot.term = term;
        std::mem::take(&mut slot.leads) > 0
    }

    /// A server leads its term. One that sends late, of a term before, leads nothing.
    pub(super) fn leads(&mut self, server: Incarnation, term: u64) {
        self.latest_leader = self.latest_leader.max(term);
        if let Some(slot) = self.servers.get_mut(server.server)
            && term >= slot.term
        {
            slot.leads = term;
        }
    }

    /// A leader has these entries.
    pub(super) fn has(&mut self, server: usize, append: &Append) {
        if let Some(slot) = self.servers.get_mut(server)
            && !append.entry_terms.is_empty()
        {
            slot.log.take(append);
        }
    }

    /// A leader took a command.
    pub(super) fn took(&mut self, server: Incarnation, index: u64, term: u64) {
        if let Some(slot) = self.servers.get_mut(server.server)
            && index > slot.log.last()
        {
            slot.log.push(index, term);
        }
    }

    /// A server has these entries, and no other at their places. Returns what that shows.
    pub(super) fn acknowledged(&mut self, server: usize, append: &Append) -> Reached {
        let mut reached = Reached::default();
        let Some(slot) = self.servers.get_mut(server) else { return reached };
        slot.knows_committed = slot.knows_committed.max(append.commit.min(append.last()));
        if append.entry_terms.is_empty() && append.previous_index <= slot.log.last() {
            return reached;
        }
        let Some((index, term)) = slot.log.take(append) else { return reached };
        reached.add(Situation::EntriesThrownAway);
        let others = self.servers.iter().filter(|it| it.log.term_at(index) == Some(term)).count();
        if others + 1 >= self.quorum() {
            reached.add(Situation::MajorityThrownAway);
        }
        reached
    }

    /// A leader sends this commit index.
    pub(super) fn commits(&mut self, server: usize, commit: u64) {
        self.committed = self.committed.max(commit);
        self.knows_committed(server, commit);
    }

    pub(super) fn knows_committed(&mut self, server: usize, index: u64) {
        if let Some(slot) = self.servers.get_mut(server) {
            slot.knows_committed = slot.knows_committed.max(index);
        }
    }

    /// A server has a snapshot up to this entry.
    pub(super) fn installed(&mut self, server: usize, index: u64, term: u64) {
        if let Some(slot) = self.servers.get_mut(server) {
            slot.knows_committed = slot.knows_committed.max(index);
            if slot.log.last() < index {
                slot.log.push(index, term);
            }
        }
    }
}
