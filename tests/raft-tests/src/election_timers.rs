//! How long a server waits before it stands for election, as its messages show: from the last thing
//! that must reset its election timer (5.2), a heartbeat or a vote that it granted, to its next
//! candidacy.

#![expect(
    clippy::disallowed_types,
    reason = "held while an event is recorded, where no simulated thread may be switched"
)]

use crate::cluster::Cluster;
use labrt::time::Duration;
use labrt::world;
use raft::ServerId;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trace::{Call, Event, Fact, Reaction, Watcher, What};

/// What a server waits since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// A message of the leader of its term, which it did not refuse as stale.
    Heartbeat,
    /// A vote that it granted.
    Vote,
}

/// One wait of one server.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The server.
    pub server: ServerId,
    /// What it waited since.
    pub since: Since,
    /// How long.
    pub length: Duration,
    /// Whether it stood for election then. If not, it is still waiting.
    pub ended: bool,
    /// How many requests for its vote it refused meanwhile.
    pub refused_votes: usize,
    /// How many messages of leaders of earlier terms it refused meanwhile.
    pub stale_heartbeats: usize,
}

/// Watches the election timers of a cluster's servers. Nothing is known of servers whose messages
/// tell no facts.
#[derive(Clone)]
pub struct ElectionTimers(Arc<Mutex<Timers>>);

struct Timers {
    servers: Vec<Server>,
    /// The waits that have ended.
    gaps: Vec<Gap>,
}

#[derive(Default)]
struct Server {
    /// The latest term that it has shown or was told of.
    term: u64,
    waits: Option<Wait>,
}

struct Wait {
    since: Since,
    /// The term of that message.
    term: u64,
    began: Duration,
    refused_votes: usize,
    stale_heartbeats: usize,
}

struct TimersWatcher(ElectionTimers);

impl Cluster {
    /// Watches the election timers from now on.
    pub fn watch_election_timers(&self) -> ElectionTimers {
        let timers = ElectionTimers::new(self.size());
        self.shared.events.stream().watch(TimersWatcher(timers.clone()));
        timers
    }
}

impl ElectionTimers {
    fn new(servers: usize) -> ElectionTimers {
        let servers = (0..servers).map(|_| Server::default()).collect();
        ElectionTimers(Arc::new(Mutex::new(Timers { servers, gaps: Vec::new() })))
    }

    /// Forgets all waits that have ended.
    pub fn forget_ended(&self) {
        self.lock().gaps.clear();
    }

    /// The waits that have ended since, and those that go on, of each server in order.
    pub fn gaps(&self) -> Vec<Gap> {
        self.gaps_at(world::elapsed())
    }

    fn gaps_at(&self, now: Duration) -> Vec<Gap> {
        let timers = self.lock();
        let open =
            timers.servers.iter().enumerate().filter_map(|(server, Server { waits, .. })| {
                waits.as_ref().map(|wait| wait.gap(server, now, false))
            });
        timers.gaps.iter().cloned().chain(open).collect()
    }

    /// Of a server that waits since a heartbeat: the term of that.
    pub fn follows_in(&self, server: ServerId) -> Option<u64> {
        let timers = self.lock();
        let wait = timers.servers[server.0].waits.as_ref();
        wait.filter(|wait| wait.since == Since::Heartbeat).map(|wait| wait.term)
    }

    /// Whether the server waits since a vote that it granted.
    pub fn has_voted(&self, server: ServerId) -> bool {
        let timers = self.lock();
        timers.servers[server.0].waits.as_ref().is_some_and(|wait| wait.since == Since::Vote)
    }

    fn lock(&self) -> MutexGuard<'_, Timers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for TimersWatcher {
    fn see(&mut self, event: &Event) -> Option<Reaction> {
        self.0.lock().see(event);
        None
    }
}

impl Timers {
    fn see(&mut self, event: &Event) {
        match &event.what {
            What::Sent { call } => {
                if let Some(sender) = call.sender() {
                    self.sent(sender.server, call, event.at);
                }
            }
            What::Answered { call, by, fact: reply, .. } => {
                let server = &mut self.servers[by.server];
                match call.fact.as_ref().zip(reply.as_ref()) {
                    Some((request, reply)) => server.answered(request, reply, event.at),
                    // It may be a reason to wait, or none.
                    None => server.waits = None,
                }
            }
            What::Crashed { server } => self.servers[server.server].waits = None,
            _ => {}
        }
    }

    /// A candidacy ends the wait. Of what a server sends, that is a RequestVote of a later term (an
    /// earlier one was sent late), or a request that tells no fact: it asks beforehand whether it
    /// would be elected (PreVote).
    fn sent(&mut self, server: usize, call: &Call, at: Duration) {
        let Server { term, waits } = &mut self.servers[server];
        let stands = match &call.fact {
            Some(Fact::RequestVote { term: asked, .. }) => {
                *term = (*term).max(*asked);
                waits.as_ref().is_some_and(|wait| *asked > wait.term)
            }
            Some(_) => false,
            None => true,
        };
        if stands && let Some(wait) = mem::take(waits) {
            self.gaps.push(wait.gap(server, at, true));
        }
    }
}

impl Server {
    fn answered(&mut self, request: &Fact, reply: &Fact, at: Duration) {
        let (asked, told) = (request.term(), reply.term());
        let stale = asked < self.term || asked < told;
        self.term = self.term.max(asked).max(told);
        match (request, reply) {
            (Fact::RequestVote { .. }, Fact::Vote { granted: true, .. }) => {
                self.waits = Some(Wait::new(Since::Vote, asked, at));
            }
            (Fact::RequestVote { .. }, _) => {
                self.waits.iter_mut().for_each(|wait| wait.refused_votes += 1);
            }
            _ if stale => self.waits.iter_mut().for_each(|wait| wait.stale_heartbeats += 1),
            _ => self.waits = Some(Wait::new(Since::Heartbeat, asked, at)),
        }
    }
}

impl Wait {
    fn new(since: Since, term: u64, began: Duration) -> Wait {
        Wait { since, term, began, refused_votes: 0, stale_heartbeats: 0 }
    }

    fn gap(&self, server: usize, until: Duration, ended: bool) -> Gap {
        Gap {
            server: ServerId(server),
            since: self.since,
            length: until.saturating_sub(self.began),
            ended,
            refused_votes: self.refused_votes,
            stale_heartbeats: self.stale_heartbeats,
        }
    }
}

#[cfg(test)]
mod tests;
