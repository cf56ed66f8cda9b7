//! The handlers that have not returned yet, each with what a rule wants to remember of its start.

use std::collections::BTreeMap;
use trace::Incarnation;

/// Keyed by arrival, not by call: a request may arrive twice.
#[derive(Debug)]
pub(crate) struct Open<T> {
    handlers: BTreeMap<u64, (Incarnation, T)>,
}

impl<T> Open<T> {
    pub(crate) fn new() -> Open<T> {
        Open { handlers: BTreeMap::new() }
    }

    /// A handler is about to start.
    pub(crate) fn begin(&mut self, arrival: u64, at: Incarnation, start: T) {
        self.handlers.insert(arrival, (at, start));
    }

    /// It has returned: what was remembered of its start.
    pub(crate) fn end(&mut self, arrival: u64) -> Option<T> {
        self.handlers.remove(&arrival).map(|(_, start)| start)
    }

    /// What a server's earlier incarnations still answer is not judged.
    pub(crate) fn forget(&mut self, server: usize) {
        self.handlers.retain(|_, (at, _)| at.server != server);
    }
}
