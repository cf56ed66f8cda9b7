//! Asking the servers for their term and role: at every check, and all the time in between.

use super::cluster::{Cluster, Shared};
use harness::checks::Sighting;
use labrt::thread;
use labrt::time::Duration;
use raft::{ServerId, Term};

/// How often every server is asked. A leader that should not be one rarely lasts less: it takes
/// a round of messages to unseat it.
const INTERVAL: Duration = Duration::from_millis(10);

impl Cluster {
    /// Starts the thread that watches terms and leaders from now to the end.
    pub(crate) fn watch(&self) {
        let shared = self.shared.clone();
        let watch = move || {
            while !shared.is_finished() {
                shared.observe_all();
                thread::sleep(INTERVAL);
            }
        };
        let thread = thread::Builder::new().name("watcher");
        thread.spawn(watch).expect("the OS gives a thread to the watcher");
    }
}

impl Shared {
    /// Asks every server for its term and role.
    pub(crate) fn observe_all(&self) {
        let servers = self.lock().servers.len();
        for server in 0..servers {
            self.observe(ServerId(server));
        }
    }

    /// Asks one server for its term and role, if it is up, and fails the test if the answer
    /// breaks a property.
    pub(crate) fn observe(&self, server: ServerId) -> Option<(Term, bool)> {
        let (raft, life, known) = {
            let state = self.lock();
            let slot = &state.servers[server.0];
            (slot.raft.clone()?, slot.life, state.elections.last(server.0).term)
        };
        let (term, leads) = raft.state();
        let mut state = self.lock();
        // The answer of a life that has ended meanwhile does not count: what it says may never
        // have reached the disk that the next life starts from.
        if state.servers[server.0].life != life {
            return None;
        }
        let result = state.elections.note(server.0, known, Sighting { term: term.0, leads });
        drop(state);
        self.hold_to(result);
        Some((term, leads))
    }
}
