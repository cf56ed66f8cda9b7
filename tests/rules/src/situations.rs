//! What a run reached: the situations of [`course::Situation`], recognized in the events alone.
//!
//! Nothing is judged here, so nothing needs proof: a situation that cannot be seen for sure is not
//! counted, and what is counted was so as far as the events told. What it costs is kept small: most
//! events of a run are heartbeats and their answers, of which little is looked at.

mod clients;
mod delivery;
mod elections;
mod known;
mod replication;
mod snapshots;
#[cfg(test)]
mod tests;

use crate::logs::Append;
use clients::Clients;
use course::{Reached, Situation};
use delivery::Delivery;
use elections::Elections;
use known::Known;
use replication::Replication;
use snapshots::Snapshots;
use trace::{Call, Event, Fact, Incarnation, What};

/// Watches the events of one cluster.
#[derive(Debug)]
pub struct Situations {
    reached: Reached,
    known: Known,
    elections: Elections,
    replication: Replication,
    delivery: Delivery,
    snapshots: Snapshots,
    clients: Clients,
}

impl Situations {
    /// Nothing has happened yet to so many servers.
    #[must_use]
    pub fn new(servers: usize) -> Situations {
        Situations {
            reached: Reached::default(),
            known: Known::new(servers),
            elections: Elections::new(servers),
            replication: Replication::new(servers),
            delivery: Delivery::new(servers),
            snapshots: Snapshots::new(servers),
            clients: Clients::default(),
        }
    }

    /// What was reached so far.
    #[must_use]
    pub fn reached(&self) -> Reached {
        self.reached
    }

    /// Takes an event, the next one of the stream.
    pub fn see(&mut self, event: &Event) {
        match &event.what {
            What::Sent { call } => {
                self.known.numbered(call.number);
                self.sent(call);
            }
            What::Planned { call, duplicate: Some(_), .. } => self.delivery.doubled(call),
            What::Arrived { call, arrival, at_server } => {
                self.arrived(call, *arrival, *at_server);
            }
            What::Answered { call, arrival, by, fact } => {
                if let Some(fact) = fact.as_ref().filter(|_| !is_to_itself(call)) {
                    self.answered(call, *by, fact);
                }
                if call.sender().is_none() {
                    self.clients.answered(*arrival, &self.known, &mut self.reached);
                }
            }
            What::Delivered { call, fact: Some(reply) } if !is_to_itself(call) => {
                self.delivered(call, reply);
            }
            What::Failed { call, why } => self.clients.failed(call, *why, &mut self.reached),
            What::Called { client, .. } | What::Returned { client, .. } => {
                self.clients.begins(*client);
            }
            other => self.server(other),
        }
    }

    /// What happens to a server, and what it does other than by messages.
    fn server(&mut self, what: &What) {
        match *what {
            What::Started { server } => {
                self.elections.started(server, &self.known, &mut self.reached);
                self.snapshots.started(server, &self.known, &mut self.reached);
                self.known.started(server);
            }
            What::Crashed { server } => {
                self.replication.crashed(server, &self.known, &mut self.reached);
                self.known.crashed(server);
            }
            What::Saved { server, snapshot_bytes, .. } if self.known.is_up(server) => {
                self.snapshots.saved(server, snapshot_bytes);
            }
            What::Took { server, index, term } => self.known.took(server, index, term),
            What::Said { server, term, leads } if self.known.is_up(server) => {
                self.shows(server, term);
                if leads {
                    self.known.leads(server, term);
                }
            }
            What::TookSnapshot { server, index } => self.snapshots.took(server, index),
            What::Restored { server, index } => {
                self.known.knows_committed(server.server, index);
                self.snapshots.took(server, index);
            }
            _ => {}
        }
    }

    fn sent(&mut self, call: &Call) {
        let (Some(by), Some(fact)) = (call.sender(), &call.fact) else { return };
        if !self.known.is_up(by) || is_to_itself(call) {
            return;
        }
        let term = fact.term();
        self.shows(by, term);
        match fact {
            Fact::RequestVote { .. } => {
                self.elections.stands(by, term, &self.known, &mut self.reached);
            }
            Fact::AppendEntries { .. } | Fact::InstallSnapshot { .. } => {
                if self.known.latest_leader() > term {
                    self.reached.add(Situation::TwoLeaders);
                }
                self.known.leads(by, term);
                if let Some(append) = Append::of(fact) {
                    self.known.has(by.server, &append);
                    self.replication.sent(by, &append, &mut self.known, &mut self.reached);
                }
            }
            _ => {}
        }
    }

    fn arrived(&mut self, call: &Call, arrival: u64, at: Incarnation) {
        if is_to_itself(call) {
            return;
        }
        self.delivery.arrived(call, at, &self.known, &mut self.reached);
        let Some(fact) = &call.fact else {
            self.clients.arrived(call, arrival, at, &self.known, &mut self.reached);
            return;
        };
        match fact {
            Fact::RequestVote { term, .. } => {
                self.elections.asked(call, at, *term, &mut self.reached);
            }
            Fact::AppendEntries { .. } | Fact::InstallSnapshot { .. } => {
                self.snapshots.arrived(call, fact, at, &self.known, &mut self.reached);
            }
            _ => {}
        }
    }

    fn answered(&mut self, call: &Call, by: Incarnation, reply: &Fact) {
        let Some(request) = call.fact.as_ref().filter(|_| self.known.is_up(by)) else { return };
        self.shows(by, reply.term());
        if let Fact::RequestVote { term, last_index, last_term, .. } = *request {
            let Some(candidate) = call.sender() else { return };
            match *reply {
                Fact::Vote { granted: true, .. } => {
                    self.elections.granted(by, candidate.server, term);
                }
                Fact::Vote { granted: false, term: own } if own == term => {
                    let last = (last_term, last_index);
                    self.elections.refused(by, term, last, &self.known, &mut self.reached);
                }
                _ => {}
            }
            return;
        }
        match (Append::of(request), reply) {
            (Some(append), Fact::Appended { matched: true, .. }) => {
                let thrown_away = self.known.acknowledged(by.server, &append);
                self.reached = self.reached.and(thrown_away);
            }
            (Some(append), &Fact::Appended { term, .. }) if term == append.term => {
                self.replication.refused(by, &append, &mut self.reached);
            }
            (None, Fact::Installed { term }) if *term == request.term() => {
                self.snapshots.answered(request, by, &mut self.known, &mut self.reached);
            }
            _ => {}
        }
    }

    fn delivered(&mut self, call: &Call, reply: &Fact) {
        let (Some(to), Some(request)) = (call.sender(), &call.fact) else { return };
        if !self.known.is_up(to) {
            return;
        }
        let is_late = request.term() < self.known.term(to.server);
        match reply {
            Fact::Vote { granted: true, .. } if is_late => self.reached.add(Situation::LateVotes),
            Fact::Appended { .. } | Fact::Installed { .. } if is_late => {
                self.reached.add(Situation::LateReplies);
            }
            Fact::Appended { matched: true, .. } => {
                self.replication.delivered(call, to, &self.known, &mut self.reached);
            }
            _ => {}
        }
    }

    /// A server shows its term.
    fn shows(&mut self, server: Incarnation, term: u64) {
        if self.known.shows(server, term) {
            self.reached.add(Situation::LeadersDeposed);
        }
    }
}

fn is_to_itself(call: &Call) -> bool {
    call.sender().is_some_and(|sender| Some(sender.server) == call.to)
}
