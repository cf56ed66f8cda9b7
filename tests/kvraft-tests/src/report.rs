//! The text of a failure: one line that says what failed, then a line for the state of each server.

use crate::cluster::{Cluster, Shared, State};
use harness::checks::stop;
use labrt::world;
use std::fmt::{Display, Write};
use trace::What;

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
    /// A fix: in the course a client that fails ends alone, and its test mostly waits for it until
    /// the time is over.
    #[track_caller]
    pub(crate) fn fail(&self, what: impl Into<String>) -> ! {
        let (text, summary) = (what.into(), self.lock().summary());
        self.events.record_for_readers(|| What::Violated { text: text.clone() });
        stop(format!("{text}\n{summary}"))
    }

    /// Fails the test if a property or a rule does not hold.
    #[track_caller]
    pub(crate) fn hold_to(&self, result: Result<(), impl Display>) {
        let Err(violation) = result else { return };
        let (text, summary) = (violation.to_string(), self.lock().summary());
        self.events.record_for_readers(|| What::Violated { text: text.clone() });
        world::fail(format!("{text}\n{summary}"));
    }
}

impl State {
    /// The state of every server, as last reported, at most 10 ms ago: asking now might hang, if
    /// the failure is a lock that is never released.
    fn summary(&self) -> String {
        let mut text = String::new();
        for (number, server) in self.servers.iter().enumerate() {
            let (role, disk) = (self.registry.role_and_term(number), &server.persister);
            let (log, snapshot) = (disk.state_size(), disk.snapshot_size());
            writeln!(
                text,
                "  S{number}       {role}, {log} bytes of Raft state, {snapshot} of snapshot"
            )
            .expect("a String takes everything");
        }
        text.trim_end().to_string()
    }
}
