//! Asks the servers for their term and role, every 10 ms.

use crate::cluster::{Cluster, Shared};
use harness::checks::Sighting;
use kvraft::ServerId;
use labrt::time::Duration;
use labrt::world;
use trace::What;

/// How long a client may wait. No scenario keeps the servers from a majority, or a client from
/// them, for a third of this. Without it, a clerk that is not answered fails the test by the time
/// limit, which says less.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

impl Cluster {
    /// Starts the thread that watches terms and leaders from now to the end.
    pub(crate) fn watch(&self) {
        let shared = self.shared.clone();
        harness::watch(move || {
            let goes_on = !shared.is_finished();
            if goes_on {
                shared.observe_all();
                shared.check_answers();
            }
            goes_on
        });
    }

    /// The first server that says it leads, reachable or not.
    pub fn leader(&self) -> Option<ServerId> {
        self.servers().find(|server| self.leads(*server))
    }

    /// Whether the server, which may be down, says that it leads.
    pub fn leads(&self, server: ServerId) -> bool {
        self.shared.observe(server) == Some(true)
    }
}

impl Shared {
    /// Asks every server for its term and role.
    pub(crate) fn observe_all(&self) {
        let servers = self.lock().registry.size();
        for server in 0..servers {
            self.observe(ServerId(server));
        }
    }

    /// Fails the test if a client has waited too long.
    fn check_answers(&self) {
        let late = self.history.waiting(ANSWERED_WITHIN);
        let told = |late| {
            let threads = world::threads_report();
            Err(format!("every clerk is answered: {late}\n{}", threads.trim_end()))
        };
        self.hold_to(late.map_or(Ok(()), told));
    }

    /// Asks one server for its term and role, if it is up, and fails the test if the answer
    /// breaks a property. Returns whether it leads.
    pub(crate) fn observe(&self, server: ServerId) -> Option<bool> {
        let poll = self.lock().registry.poll(server.0)?;
        let (term, leads) = poll.running.raft().state();
        let seen = Sighting { term: term.0, leads };
        // In a statement of its own, which releases the lock before a failure is reported.
        let noted = self.lock().registry.note(&poll, seen);
        self.hold_to(noted?);
        // After that: two leaders are called so, and not a vote too many.
        if poll.is_news(seen) {
            self.events.record(What::Said { server: poll.incarnation(), term: term.0, leads });
        }
        Some(leads)
    }
}
