//! Ends a scenario: the last checks, the figures, then all servers.

use crate::cluster::Cluster;
use harness::checks::stop_if_failed;
use harness::{Figures, Work, note_threads_left};
use std::panic::{AssertUnwindSafe, catch_unwind};

impl Cluster {
    /// Checks what must hold at the end and ends the cluster. Returns the figures of the passed
    /// line.
    #[track_caller]
    pub fn finish(self) -> Figures {
        self.shared.observe_all();
        self.check_applied();
        let watched = self.shared.events.end();
        self.shared.hold_to(watched);
        let figures = self.figures();
        self.clean_up();
        stop_if_failed();
        note_threads_left();
        figures
    }

    fn check_applied(&self) {
        let result = {
            let state = self.lock();
            let live = (0..state.registry.size()).filter(|server| state.registry.is_up(*server));
            let present = state.applied.check_all_present(live);
            present.and_then(|()| state.started.check_all_placed(&state.applied))
        };
        self.shared.hold_to(result);
    }

    fn figures(&self) -> Figures {
        let servers = self.size();
        Figures {
            duration: self.begin.at.elapsed(),
            servers,
            rpcs: self.network.total_count() - self.begin.rpcs,
            work: Work::Agreement {
                bytes: self.network.total_bytes() - self.begin.bytes,
                agreements: self.lock().applied.highest(),
            },
        }
    }

    /// Ends every server and the watcher, and closes the network, without waiting for any of them.
    fn clean_up(&self) {
        if self.shared.set_finished() {
            return;
        }
        // Before the servers are ended. A scenario that failed half-way says no more.
        let _ = self.shared.events.end();
        for server in self.servers() {
            let life = self.lock().servers[server.0].life.clone();
            if let Some(life) = life {
                // What it does from now on counts for nothing.
                life.end();
            }
            let raft = self.lock().registry.running(server.0);
            // A panic in here has failed the test by now. The other servers are to end as well,
            // and if this test is unwinding already, a second panic would abort the process.
            let _ = catch_unwind(AssertUnwindSafe(|| raft.map(|raft| raft.kill())));
        }
        self.network.cleanup();
    }
}

/// Ends the servers of a scenario that failed half-way.
impl Drop for Cluster {
    fn drop(&mut self) {
        self.clean_up();
    }
}
