//! Ends a scenario: the last checks, the figures, then all servers.

use crate::cluster::Cluster;
use crate::history::Finding;
use harness::checks::stop_if_failed;
use harness::{Figures, ScenarioResult, note_threads_left};
use std::panic::{AssertUnwindSafe, catch_unwind};
use trace::What;

impl Cluster {
    /// Checks what must hold at the end and ends the cluster. Returns the figures of the passed
    /// line.
    #[track_caller]
    pub fn finish(self) -> ScenarioResult {
        let figures = self.figures();
        self.finish_with(vec![figures])
    }

    /// The same for a scenario of several passed lines, each with figures of its own.
    #[track_caller]
    pub fn finish_with(self, figures: Vec<Figures>) -> ScenarioResult {
        self.shared.observe_all();
        let watched = self.shared.events.end();
        self.shared.hold_to(watched);
        // Before the history is checked, which takes its time.
        self.clean_up();
        stop_if_failed();
        note_threads_left();
        match self.shared.history.check() {
            Finding::Linearizable => ScenarioResult::from(figures),
            Finding::Unknown(doubt) => ScenarioResult::from(figures).unless(Some(doubt)),
            Finding::NotLinearizable(report) => self.fail(report),
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
            let present = self.lock().registry.present(server.0);
            if let Some(server) = present {
                // What it does from now on counts for nothing.
                self.shared.events.record(What::Crashed { server });
            }
            let running = self.lock().registry.running(server.0);
            // A panic in here has failed the test by now. The other servers are to end as well,
            // and if this test is unwinding already, a second panic would abort the process.
            let _ = catch_unwind(AssertUnwindSafe(|| running.map(|running| running.kill())));
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
