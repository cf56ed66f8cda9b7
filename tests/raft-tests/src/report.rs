//! The text of a failure: one line that says what failed, then a line for the state of each server.

use crate::cluster::{Cluster, Server, Shared, State};
use harness::checks::stop;
use labrt::world;
use std::fmt::{Display, Write};
use trace::What;

impl Cluster {
    /// Ends the test, and the calling thread with it: `what` was expected and did not happen.
    #[track_caller]
    pub fn fail(&self, what: impl Into<String>) -> ! {
        let (text, summary) = (what.into(), self.lock().summary());
        self.shared.events.record_for_readers(|| What::Violated { text: text.clone() });
        stop(format!("{text}\n{summary}"))
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
    /// Fails the test if a property or a rule does not hold. The calling thread goes on: it may be
    /// one that others wait for. Returns whether it holds.
    #[track_caller]
    pub(crate) fn hold_to(&self, result: Result<(), impl Display>) -> bool {
        let Err(violation) = result else { return true };
        let (text, summary) = (violation.to_string(), self.lock().summary());
        self.events.record_for_readers(|| What::Violated { text: text.clone() });
        world::fail(format!("{text}\n{summary}"));
        false
    }
}

impl State {
    /// The state of every server, as last reported, at most 10 ms ago: asking now might hang, if
    /// the failure is a lock that is never released.
    fn summary(&self) -> String {
        let mut text = String::new();
        for (number, server) in self.servers.iter().enumerate() {
            let line = self.line(number, server);
            writeln!(text, "  S{number}       {line}").expect("a String takes everything");
        }
        text.trim_end().to_string()
    }

    fn line(&self, number: usize, server: &Server) -> String {
        let role = self.registry.role_and_term(number);
        let connected = if server.connected { "connected" } else { "disconnected" };
        let reached = self.applied.reached(number);
        format!("{role}, {connected}, applied up to index {reached}")
    }
}
