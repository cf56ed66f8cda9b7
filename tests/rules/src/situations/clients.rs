//! Clients of a service (Lab 3): their messages tell no facts, so all that is known is which server
//! an operation was sent to, and what that server was in its Raft.

use super::known::Known;
use course::{Reached, Situation};
use std::collections::BTreeMap;
use trace::{Call, Failure, Incarnation, Party};

#[derive(Debug, Default)]
pub(super) struct Clients {
    /// Of each client: where its present operation reached a leader last, and the leader's term.
    at_leader: BTreeMap<usize, (usize, u64)>,
    /// The requests that have arrived at a leader and are not answered, by arrival: the server, and
    /// the term it led.
    open: BTreeMap<u64, (Incarnation, u64)>,
}

impl Clients {
    /// A client begins an operation, or ends one.
    pub(super) fn begins(&mut self, client: usize) {
        self.at_leader.remove(&client);
    }

    pub(super) fn arrived(
        &mut self,
        call: &Call,
        arrival: u64,
        at: Incarnation,
        known: &Known,
        out: &mut Reached,
    ) {
        let Some(Party::Client(client)) = call.from else { return };
        let term = known.leads_term(at.server);
        if term == 0 || !known.is_up(at) {
            return;
        }
        self.open.insert(arrival, (at, term));
        match self.at_leader.insert(client, (at.server, term)) {
            None => {}
            Some(before) if before == (at.server, term) => out.add(Situation::OperationsTwice),
            Some(_) => out.add(Situation::OperationsAtTwoLeaders),
        }
    }

    /// A handler has returned.
    pub(super) fn answered(&mut self, arrival: u64, known: &Known, out: &mut Reached) {
        if let Some((server, term)) = self.open.remove(&arrival)
            && known.is_up(server)
            && known.term(server.server) > term
        {
            out.add(Situation::DeposedWhileWaiting);
        }
    }

    /// A call gets no reply.
    pub(super) fn failed(&self, call: &Call, why: Failure, out: &mut Reached) {
        if matches!(call.from, Some(Party::Client(_))) && why == Failure::ReplyLost {
            out.add(Situation::ClientRepliesLost);
        }
    }
}
