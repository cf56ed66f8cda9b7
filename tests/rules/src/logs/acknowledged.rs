//! What each server acknowledged, and the handlers that have not returned: shared by the rules.
//!
//! [`Held`] has an entry only if the server has it **in whatever order its open handlers run**:
//!
//! - An acknowledgement proves that the server had the entries when it decided, in the term of the
//!   request. What may take them away is a request of a later term: one of the same term comes
//!   from the same log, which only grows, and one of an earlier term is refused.
//! - A request that arrives later cuts `held` at its arrival, recorded before its handler starts.
//! - A request that was in its handler at any time while the acknowledged one was, may have been
//!   handled after it: what it may take away is not believed ([`Open::believed`]), whether or not
//!   it has been answered by then.
//! - A snapshot may be installed long after its answer: its arrival cuts, its answer adds nothing.
//!
//! So an entry that is held when a request arrives, and not cut until its answer, was in the log
//! all the while. Crashes change nothing: an acknowledged entry was saved.

use super::entries::{Append, Entries};
use super::held::{Acknowledgement, Held};
use std::sync::Arc;
use std::time::Duration;
use trace::{Call, Fact, Incarnation};

/// An entry that a server acknowledged and must have as long as a handler runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    pub index: u64,
    pub term: u64,
    pub told: Acknowledgement,
}

/// A handler that has not returned.
#[derive(Debug)]
pub(crate) struct Open {
    arrival: u64,
    number: u64,
    pub call: Arc<Call>,
    /// AppendEntries: up to which index an acknowledgement will be believed.
    believed: u64,
    /// AppendEntries: the previous entry; RequestVote: the last one. If it was held at the arrival
    /// and was not cut since.
    pub claim: Option<Claim>,
}

#[derive(Debug, Default)]
struct Server {
    held: Held,
    /// The highest term in which it acknowledged entries.
    term: u64,
    open: Vec<Open>,
}

/// Of all servers.
#[derive(Debug)]
pub(crate) struct Acknowledged {
    servers: Vec<Server>,
}

impl Acknowledged {
    pub(crate) fn new(servers: usize) -> Acknowledged {
        Acknowledged { servers: (0..servers).map(|_| Server::default()).collect() }
    }

    /// What the server must have, if all its acknowledgements were in terms below this one.
    pub(crate) fn before(&self, server: usize, term: u64) -> Option<&Held> {
        self.servers.get(server).filter(|server| server.term < term).map(|server| &server.held)
    }

    pub(crate) fn open(&self, server: usize) -> &[Open] {
        self.servers.get(server).map_or(&[], |server| &server.open)
    }

    /// A request has arrived. `claim` says what its answer is to be judged by. At a server that has
    /// crashed it is no more than something that may have cut the log.
    pub(crate) fn arrived(
        &mut self,
        call: &Arc<Call>,
        arrival: u64,
        at: Incarnation,
        is_up: bool,
        claim: impl FnOnce(&Fact, &Acknowledged) -> Option<Claim>,
    ) {
        let (Some(fact), Some(server)) = (&call.fact, self.servers.get_mut(at.server)) else {
            return;
        };
        if fact.term() >= server.term && fact.term() != server.held.told.term {
            server.cut(server.held.surviving(fact));
        }
        let believed = server.doubt(fact);
        if is_up {
            let claim = claim(fact, self);
            let open = Open { arrival, number: at.number, call: call.clone(), believed, claim };
            self.servers[at.server].open.push(open);
        }
    }

    /// A handler has returned.
    pub(crate) fn close(&mut self, arrival: u64, by: Incarnation) -> Option<Open> {
        let open = &mut self.servers.get_mut(by.server)?.open;
        let is_it = |open: &Open| open.arrival == arrival && open.number == by.number;
        let place = open.iter().position(is_it)?;
        Some(open.swap_remove(place))
    }

    /// The server acknowledged what this handler was given.
    pub(crate) fn add(&mut self, server: usize, open: &Open, at: Duration) {
        let Some(append) = Append::of_call(&open.call) else { return };
        let Some(server) = self.servers.get_mut(server) else { return };
        server.term = server.term.max(append.term);
        if open.believed < append.previous_index {
            return;
        }
        if let Some(different) = server.held.first_difference(&append) {
            server.cut(different.saturating_sub(1));
        }
        let to = open.call.sender().map_or(0, |leader| leader.server);
        let told = Acknowledgement { term: append.term, to, at };
        server.held.add(&append, open.believed, told);
    }

    /// The server crashed, or another incarnation starts: these handlers never return.
    pub(crate) fn drain(&mut self, server: usize) -> Vec<Open> {
        let server = self.servers.get_mut(server);
        server.map(|server| std::mem::take(&mut server.open)).unwrap_or_default()
    }
}

impl Server {
    /// What is behind this index may be gone.
    fn cut(&mut self, keep: u64) {
        if keep < self.held.last() {
            self.held.cut(keep);
            for open in &mut self.open {
                open.claim = open.claim.filter(|claim| claim.index <= keep);
            }
        }
    }

    /// A request has arrived, and may be handled before or after each of those that are open.
    /// Returns up to which index its own acknowledgement will be believed.
    fn doubt(&mut self, fact: &Fact) -> u64 {
        let append = Append::of(fact);
        let mut believed = append.map_or(0, |append| append.last());
        for open in &mut self.open {
            let Some(earlier) = open.call.fact.as_ref() else { continue };
            if earlier.term() < fact.term()
                && let Some(earlier) = Append::of(earlier)
            {
                open.believed = open.believed.min(earlier.surviving(fact));
            } else if earlier.term() > fact.term()
                && let Some(append) = append
            {
                believed = believed.min(append.surviving(earlier));
            }
        }
        believed
    }
}
