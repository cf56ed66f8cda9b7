//! Asks the servers for their term and role: at every check, and every 10 ms in between.

use crate::cluster::{Cluster, Shared};
use harness::checks::Sighting;
use raft::{ServerId, Term};
use trace::What;

impl Cluster {
    /// Starts the thread that watches terms and leaders from now to the end.
    pub(crate) fn watch(&self) {
        let shared = self.shared.clone();
        harness::watch(move || {
            let goes_on = !shared.is_finished();
            if goes_on {
                shared.observe_all();
            }
            goes_on
        });
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

    /// Asks one server for its term and role, if it is up, and fails the test if the answer
    /// breaks a property.
    pub(crate) fn observe(&self, server: ServerId) -> Option<(Term, bool)> {
        let poll = self.lock().registry.poll(server.0)?;
        let (term, leads) = poll.running.state();
        let seen = Sighting { term: term.0, leads };
        // In a statement of its own, which releases the lock before a failure is reported.
        let noted = {
            let mut state = self.lock();
            // After a crash at a reply it may say what it never saved.
            if !state.counts(poll.incarnation()) {
                return None;
            }
            state.registry.note(&poll, seen)
        };
        self.hold_to(noted?);
        // After that: two leaders are called so, and not a vote too many.
        if poll.is_news(seen) {
            self.events.record(What::Said { server: poll.incarnation(), term: term.0, leads });
        }
        Some((term, leads))
    }
}
