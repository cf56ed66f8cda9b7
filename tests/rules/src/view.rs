//! What all rules want to know of the servers: which incarnation is up, and when each crashed last.

use std::time::Duration;
use trace::{Event, Incarnation, What};

/// The servers of the cluster.
#[derive(Debug)]
pub(crate) struct View {
    servers: Vec<Server>,
}

#[derive(Debug, Default, Clone)]
struct Server {
    /// The incarnation that is up.
    up: Option<u64>,
    /// When it crashed last.
    crashed_at: Option<Duration>,
}

impl View {
    pub(crate) fn new(servers: usize) -> View {
        View { servers: vec![Server::default(); servers] }
    }

    pub(crate) fn see(&mut self, event: &Event) {
        match event.what {
            What::Started { server } => {
                if let Some(slot) = self.servers.get_mut(server.server) {
                    slot.up = Some(server.number);
                }
            }
            What::Crashed { server } => {
                if let Some(slot) = self.servers.get_mut(server.server)
                    && slot.up == Some(server.number)
                {
                    *slot = Server { up: None, crashed_at: Some(event.at) };
                }
            }
            _ => {}
        }
    }

    /// Whether this incarnation is up: what it says counts.
    pub(crate) fn is_up(&self, incarnation: Incarnation) -> bool {
        let server = self.servers.get(incarnation.server);
        server.is_some_and(|server| server.up == Some(incarnation.number))
    }

    /// "; it crashed in between, at 1.310 s", if the server crashed after `earlier`.
    pub(crate) fn crash_since(&self, server: usize, earlier: Duration) -> Option<Duration> {
        self.servers.get(server)?.crashed_at.filter(|at| *at >= earlier)
    }
}
