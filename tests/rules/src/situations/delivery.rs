//! What the network does to requests: twice, out of order, and past the end of a server's life.

use super::known::Known;
use crate::logs::Append;
use course::{Reached, Situation};
use trace::{Call, Incarnation};

#[derive(Debug)]
pub(super) struct Delivery {
    servers: usize,
    /// The calls of which the network delivers a second copy, and whether one has arrived.
    doubled: Vec<(u64, bool)>,
    /// From each server to each: the leader's term, and the number of its latest request with
    /// entries to have arrived.
    latest: Vec<(u64, u64)>,
}

impl Delivery {
    pub(super) fn new(servers: usize) -> Delivery {
        Delivery { servers, doubled: Vec::new(), latest: vec![(0, 0); servers * servers] }
    }

    /// The network is going to deliver this request twice.
    pub(super) fn doubled(&mut self, call: &Call) {
        self.doubled.push((call.number, false));
    }

    pub(super) fn arrived(
        &mut self,
        call: &Call,
        at: Incarnation,
        known: &Known,
        out: &mut Reached,
    ) {
        if call.sender().is_some_and(|sender| !known.is_up(sender)) {
            out.add(Situation::SenderCrashed);
        }
        if known.is_from_before(call.number, at.server) {
            out.add(Situation::ReceiverRestarted);
        }
        self.twice(call, out);
        self.in_order(call, at, out);
    }

    fn twice(&mut self, call: &Call, out: &mut Reached) {
        if out.has(Situation::Duplicates) {
            return;
        }
        let mut doubled = self.doubled.iter_mut();
        if let Some((_, once)) = doubled.find(|(number, _)| *number == call.number)
            && std::mem::replace(once, true)
        {
            out.add(Situation::Duplicates);
        }
    }

    fn in_order(&mut self, call: &Call, at: Incarnation, out: &mut Reached) {
        let (Some(append), Some(from)) = (Append::of_call(call), call.sender()) else { return };
        let is_known = from.server.max(at.server) < self.servers;
        if append.entry_terms.is_empty() || !is_known {
            return;
        }
        let latest = &mut self.latest[from.server * self.servers + at.server];
        if latest.0 == append.term && call.number < latest.1 {
            out.add(Situation::RequestsOvertaken);
        }
        *latest = (append.term, call.number).max(*latest);
    }
}
