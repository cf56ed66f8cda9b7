//! How a failure reads: one line that says what, then how every server stood.

use crate::cluster::{Cluster, Shared, State};
use harness::checks::{Violation, stop};
use labrt::world;
use std::fmt::Write;

impl Cluster {
    /// Ends the test, and the calling thread with it: `what` was expected and did not happen.
    #[track_caller]
    pub fn fail(&self, what: impl Into<String>) -> ! {
        self.shared.fail(what)
    }

    /// Ends the test unless `held`.
    #[track_caller]
    pub fn require(&self, held: bool, otherwise: impl FnOnce() -> String) {
        if !held {
            self.fail(otherwise());
        }
    }
}

impl Shared {
    /// Ends the test, and the calling thread with it.
    ///
    /// A mend: in the course a client that fails ends alone, and its test mostly waits for it until
    /// the time is over.
    #[track_caller]
    pub(crate) fn fail(&self, what: impl Into<String>) -> ! {
        let summary = self.lock().summary();
        stop(format!("{}\n{summary}", what.into()))
    }

    /// Fails the test if a property does not hold.
    #[track_caller]
    pub(crate) fn hold_to(&self, result: Result<(), Violation>) {
        let Err(violation) = result else { return };
        let summary = self.lock().summary();
        world::fail(format!("{violation}\n{summary}"));
    }
}

impl State {
    /// How every server stands. What they say of themselves is at most a watcher's round old:
    /// asking now might hang where the failure is a lock that is never released.
    fn summary(&self) -> String {
        let mut text = String::new();
        for (number, server) in self.servers.iter().enumerate() {
            let (standing, disk) = (self.roster.standing(number), &server.persister);
            let (log, snapshot) = (disk.state_size(), disk.snapshot_size());
            writeln!(
                text,
                "  S{number}       {standing}, {log} bytes of Raft state, {snapshot} of snapshot"
            )
            .expect("a String takes everything");
        }
        text.trim_end().to_string()
    }
}
