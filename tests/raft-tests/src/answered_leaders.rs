//! Leaders that stand for election though a majority answers them: figure 4 has no way from leader
//! to candidate but by a later term.

#![expect(
    clippy::disallowed_types,
    reason = "held while an event is recorded, where no simulated thread may be switched"
)]

use crate::cluster::Cluster;
use labrt::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trace::{Call, Event, Fact, Party, Reaction, Watcher, What};

/// A leader is answered if a majority's replies, its own counted, are no older than this.
const RECENT: Duration = Duration::from_millis(200);

/// Watches a cluster's leaders. One that gets a message which tells no fact is not watched until it
/// sends its next AppendEntries.
#[derive(Clone)]
pub struct AnsweredLeaders(Arc<Mutex<Leaders>>);

struct Leaders {
    servers: Vec<Server>,
    candidacies: usize,
}

#[derive(Default, Clone)]
struct Server {
    /// The latest term that it has shown or was told of.
    term: u64,
    /// If it leads that term: when each of the others has last replied in it.
    replies: Option<Vec<Option<Duration>>>,
}

struct LeadersWatcher(AnsweredLeaders);

impl Cluster {
    /// Watches the leaders from now on.
    pub fn watch_leaders(&self) -> AnsweredLeaders {
        let leaders = AnsweredLeaders::new(self.size());
        self.shared.events.stream().watch(LeadersWatcher(leaders.clone()));
        leaders
    }
}

impl AnsweredLeaders {
    fn new(servers: usize) -> AnsweredLeaders {
        let servers = vec![Server::default(); servers];
        AnsweredLeaders(Arc::new(Mutex::new(Leaders { servers, candidacies: 0 })))
    }

    /// How many times a leader stood for election that had just been answered by a majority, and
    /// had heard of no later term.
    pub fn candidacies(&self) -> usize {
        self.lock().candidacies
    }

    fn lock(&self) -> MutexGuard<'_, Leaders> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watcher for LeadersWatcher {
    fn see(&mut self, event: &Event) -> Option<Reaction> {
        self.0.lock().see(event);
        None
    }
}

impl Leaders {
    fn see(&mut self, event: &Event) {
        match &event.what {
            What::Sent { call } => {
                if let (Some(sender), Some(fact)) = (call.sender(), &call.fact) {
                    self.sent(sender.server, fact, event.at);
                }
            }
            What::Arrived { call, at_server, .. } => {
                self.servers[at_server.server].hears(call.fact.as_ref());
            }
            What::Delivered { call, fact } => self.delivered(call, fact.as_ref(), event.at),
            What::Crashed { server } => self.servers[server.server].replies = None,
            _ => {}
        }
    }

    fn sent(&mut self, server: usize, fact: &Fact, at: Duration) {
        let size = self.servers.len();
        let sender = &mut self.servers[server];
        let term = fact.term();
        match fact {
            Fact::AppendEntries { .. } if term > sender.term || sender.replies.is_none() => {
                sender.replies = (term >= sender.term).then(|| vec![None; size]);
            }
            Fact::RequestVote { .. } if term > sender.term => {
                let is_recent = |reply: &&Option<Duration>| {
                    reply.is_some_and(|reply| at.saturating_sub(reply) <= RECENT)
                };
                let replies = sender.replies.take();
                let answered = replies
                    .is_some_and(|replies| replies.iter().filter(is_recent).count() >= size / 2);
                self.candidacies += usize::from(answered);
            }
            _ => {}
        }
        sender.term = sender.term.max(term);
    }

    fn delivered(&mut self, call: &Call, reply: Option<&Fact>, at: Duration) {
        let (Some(Party::Server(sender)), Some(to)) = (call.from, call.to) else { return };
        let server = &mut self.servers[sender.server];
        server.hears(reply);
        let in_its_term = reply.is_some_and(|reply| reply.term() == server.term);
        let is_append = matches!(call.fact, Some(Fact::AppendEntries { .. }));
        if let Some(replies) = server.replies.as_mut().filter(|_| in_its_term && is_append) {
            replies[to] = Some(at);
        }
    }
}

impl Server {
    /// A message reaches it. Of one that tells nothing, it may learn anything.
    fn hears(&mut self, fact: Option<&Fact>) {
        let term = fact.map(Fact::term);
        if term.is_none_or(|term| term > self.term) {
            self.replies = None;
        }
        self.term = self.term.max(term.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
