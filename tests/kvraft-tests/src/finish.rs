//! The end of a scenario: the last checks, the figures, and an end to all servers.

use crate::cluster::Cluster;
use crate::history::Finding;
use harness::checks::stop_if_failed;
use harness::{Figures, Held};
use std::panic::{AssertUnwindSafe, catch_unwind};

impl Cluster {
    /// Checks what must hold at the end and ends the cluster. Returns the figures of the passed
    /// line.
    #[track_caller]
    pub fn finish(self) -> Held {
        let figures = self.figures();
        self.finish_with(vec![figures])
    }

    /// The same for a scenario of several passed lines, each with figures of its own.
    #[track_caller]
    pub fn finish_with(self, figures: Vec<Figures>) -> Held {
        self.shared.observe_all();
        // Before the history is checked, which takes its time.
        self.clean_up();
        stop_if_failed();
        match self.shared.history.check() {
            Finding::Linearizable => Held::from(figures),
            Finding::Unknown(doubt) => Held::from(figures).unless(Some(doubt)),
            Finding::NotLinearizable(report) => self.fail(report),
        }
    }

    /// Tells every server and the watcher to end, and closes the network. Waits for nobody.
    fn clean_up(&self) {
        if self.shared.set_finished() {
            return;
        }
        for server in self.servers() {
            let running = self.lock().roster.running(server.0);
            // A panic in here has failed the test by now. The other servers are to end as well,
            // and if this test is unwinding already, a second panic would abort the process.
            let _ = catch_unwind(AssertUnwindSafe(|| running.map(|running| running.kill())));
        }
        self.network.cleanup();
    }
}

/// Where a scenario fails half-way, nothing runs on.
impl Drop for Cluster {
    fn drop(&mut self) {
        self.clean_up();
    }
}
