//! Starts servers and shuts them down. The steps and their order are the course's.
//!
//! Network and student methods are called without the cluster's lock: dropping the last handle on
//! a server runs the student's code.

use crate::cluster::Cluster;
use kvraft::{KvServer, ServerId};
use labrpc::{ClientEnd, Server};
use labrt::thread::for_server;
use log::info;
use std::sync::Arc;
use trace::{Incarnation, Party, What};

impl Cluster {
    /// Starts a new incarnation of the server, which must be down, from its disk. It is not
    /// connected yet.
    pub fn start(&self, server: ServerId) {
        info!(target: "cluster", "start {server}");
        assert!(!self.lock().registry.is_up(server.0), "{server} must be shut down first");
        let begins = self.next_incarnation(server);
        let ends = self.make_ends(server);
        let promised = self.shared.events.promised_term(server.0);
        let (persister, saved) = {
            let mut state = self.lock();
            let slot = &mut state.servers[server.0];
            let copy = slot.persister.copy().recorded(self.shared.events.stream(), begins);
            slot.persister = Arc::new(copy);
            let persister = slot.persister.clone();
            let saved = state.registry.check_disk(server.0, promised, persister.state_size());
            (persister, saved)
        };
        self.shared.hold_to(saved);
        self.shared.events.record(What::Started { server: begins });
        let new = || KvServer::new(ends, server, persister, self.max_raft_state);
        let running = for_server(server.to_string(), new);
        self.lock().registry.begin_incarnation(server.0, running.clone());
        // No server reaches it yet: the term it reports now is the one it found on its disk.
        self.shared.observe(server);
        // One server for the service and its Raft, under one name.
        let mut rpc_server = Server::new();
        rpc_server.set_incarnation(begins);
        running.serve(&mut rpc_server);
        self.network.add_server(server.to_string(), rpc_server);
    }

    /// Ends the server's present incarnation. What it saved so far stays on its disk; what it may
    /// still save while it ends does not.
    pub fn shut_down(&self, server: ServerId) {
        info!(target: "cluster", "shut down {server}");
        // Notes its term once more: what was committed by now was committed in no later one.
        self.shared.observe(server);
        // Before anything is cut off or copied: from now on nothing it says counts.
        let ends = self.lock().registry.present(server.0);
        if let Some(ends) = ends {
            self.shared.events.record(What::Crashed { server: ends });
        }
        self.disconnect(server, self.servers());
        // Before the disk is copied: a server that cannot be reached promises no one anything that
        // the copy lacks.
        self.network.delete_server(server.to_string());
        let ended = {
            let mut state = self.lock();
            // Under one lock: a term noted for this incarnation is on the disk of the next.
            let ended = state.registry.end_incarnation(server.0);
            let slot = &mut state.servers[server.0];
            slot.persister = Arc::new(slot.persister.copy());
            ended
        };
        if let Some(running) = ended {
            for_server(server.to_string(), || running.kill());
        }
    }

    /// The incarnation of the server, which is down, that begins when it starts.
    fn next_incarnation(&self, server: ServerId) -> Incarnation {
        Incarnation { server: server.0, number: self.lock().registry.incarnation(server.0) }
    }

    /// New ends for the server with names never used before, so that those of its last
    /// incarnation stay disabled for ever.
    fn make_ends(&self, server: ServerId) -> Vec<ClientEnd> {
        let (names, ends) = self.make_ends_to_all(Party::Server(self.next_incarnation(server)));
        self.lock().servers[server.0].ends = names;
        ends
    }
}
