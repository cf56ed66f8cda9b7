//! Connects, disconnects, crashes and starts servers. The steps and their order are the course's.
//!
//! Network and student methods are called without the cluster's lock: dropping the last handle on
//! a Raft runs the student's code.

use crate::applier;
use crate::cluster::{Cluster, Service, State};
use harness::{ServerLife, random_text};
use labrpc::{ClientEnd, Server};
use labrt::channel;
use labrt::thread::for_server;
use log::info;
use raft::{Raft, ServerId};
use std::sync::Arc;
use trace::{Incarnation, What};

/// What becomes of the ends over which the others reach a server that is cut off.
#[derive(Clone, Copy)]
enum Others {
    /// They are disabled, and calls over them fail.
    Disabled,
    /// They stay as they are.
    Kept,
}

impl Cluster {
    /// Lets the server reach every other that is connected, and be reached by it.
    pub fn connect(&self, server: ServerId) {
        info!(target: "cluster", "connect {server}");
        self.shared.events.record(What::Connected { server: server.0 });
        let ends = {
            let mut state = self.lock();
            state.servers[server.0].connected = true;
            let connected = state.servers.iter().enumerate().filter(|(_, other)| other.connected);
            connected.flat_map(|(other, _)| self.ends_between(&state, server, other)).collect()
        };
        self.enable(ends, true);
    }

    /// Cuts the server off from all others. It keeps running.
    pub fn disconnect(&self, server: ServerId) {
        info!(target: "cluster", "disconnect {server}");
        self.cut_off(server, Others::Disabled);
    }

    fn cut_off(&self, server: ServerId, others: Others) {
        self.shared.events.record(What::Disconnected { server: server.0 });
        let ends = {
            let mut state = self.lock();
            state.servers[server.0].connected = false;
            match others {
                Others::Disabled => (0..state.servers.len())
                    .flat_map(|other| self.ends_between(&state, server, other))
                    .collect(),
                Others::Kept => state.servers[server.0].ends.clone(),
            }
        };
        self.enable(ends, false);
    }

    /// Crashes the server: ends its present incarnation. What it saved so far stays on its disk;
    /// what it may still save while it ends does not.
    pub fn crash(&self, server: ServerId) {
        info!(target: "cluster", "crash {server}");
        self.end_incarnation(server, Others::Disabled);
    }

    fn end_incarnation(&self, server: ServerId, others: Others) {
        // Notes its term once more: what was committed by now was committed in no later one.
        self.shared.observe(server);
        // Before anything is cut off or copied: from now on nothing it says counts.
        let life = self.lock().servers[server.0].life.clone();
        if let Some(life) = life {
            life.end();
        }
        self.cut_off(server, others);
        self.network.delete_server(server.to_string());
        let ended = {
            let mut state = self.lock();
            // Under one lock: a term noted for this incarnation is on the disk of the next.
            let ended = state.registry.end_incarnation(server.0);
            let slot = &mut state.servers[server.0];
            slot.persister = Arc::new(slot.persister.copy());
            ended
        };
        // The course then makes a second copy, which here would only be equal: the first
        // has no other owner.
        if let Some(raft) = ended {
            for_server(server.to_string(), || raft.kill());
        }
    }

    /// Starts a new incarnation of the server from its disk, crashing the present one first.
    /// It is not connected yet.
    pub fn start(&self, server: ServerId) {
        info!(target: "cluster", "start {server}");
        self.end_incarnation(server, Others::Disabled);
        self.begin_incarnation(server);
    }

    fn begin_incarnation(&self, server: ServerId) {
        let promised = self.shared.events.promised_term(server.0);
        let (persister, life, saved) = {
            let mut state = self.lock();
            // A fix: the course keeps what the last incarnation applied, so that a new one which
            // skips some of it is not caught. Values are compared with those of all incarnations
            // anyway.
            state.applied.restart(server.0);
            let incarnation = state.registry.incarnation(server.0);
            let slot = &mut state.servers[server.0];
            let copy = slot.persister.copy().slow(slot.disk.one_in, slot.disk.longest);
            let begins = Incarnation { server: server.0, number: incarnation };
            let stream = self.shared.events.stream();
            let persister = Arc::new(copy.recorded(stream.clone(), begins));
            // Weak, for the disk knows the life, too.
            let disk = Arc::downgrade(&persister);
            let cut_off_disk = move || disk.upgrade().iter().for_each(|disk| disk.cut_off());
            let life = ServerLife::begin(begins, stream, cut_off_disk);
            let lives = life.clone();
            persister.after_each_save(move |before, after| lives.saved(before, after));
            (slot.persister, slot.life) = (persister.clone(), Some(life.clone()));
            let saved = state.registry.check_disk(server.0, promised, persister.state_size());
            (persister, life, saved)
        };
        self.shared.hold_to(saved);
        let incarnation = life.on_network().incarnation();
        self.shared.events.record(What::Started { server: incarnation });
        let snapshot = persister.snapshot();
        if self.shared.service == Service::Snapshotting && !snapshot.is_empty() {
            self.shared.restore(incarnation, &snapshot);
        }
        let ends = self.make_ends(server, &life);
        let (sender, messages) = channel::bounded(0);
        let new = || Raft::new(ends, server, persister, sender);
        let raft = for_server(server.to_string(), new);
        self.lock().registry.begin_incarnation(server.0, raft.clone(), promised);
        // No server reaches it yet: the term it reports now is the one it found on its disk.
        self.shared.observe(server);
        applier::spawn(self.shared.clone(), incarnation, raft.clone(), messages);
        let mut rpc_server = Server::new();
        rpc_server.set_life(life.on_network().clone());
        raft.serve(&mut rpc_server);
        self.network.add_server(server.to_string(), rpc_server);
    }

    /// Starts the server and connects it. Where requests outlive their receivers, the others' calls
    /// to it go on: what is still on its way is answered by the new incarnation.
    pub fn restart(&self, server: ServerId) {
        info!(target: "cluster", "restart {server}");
        let others = match self.network.requests_outlive() {
            true => Others::Kept,
            false => Others::Disabled,
        };
        self.end_incarnation(server, others);
        self.begin_incarnation(server);
        self.connect(server);
    }

    /// New ends for the server with names never used before, so that those of its last
    /// incarnation stay disabled for ever. Their links are no better than they were.
    fn make_ends(&self, server: ServerId, life: &ServerLife) -> Vec<ClientEnd> {
        let names: Vec<String> = self.servers().map(|_| random_text(20)).collect();
        let make = |(name, peer): (&String, ServerId)| {
            self.network.make_end_of(name.as_str(), life.on_network(), peer.0)
        };
        let ends = names.iter().zip(self.servers()).map(make).collect();
        for (name, peer) in names.iter().zip(self.servers()) {
            self.network.connect(name, &peer.to_string());
            if let Some(faults) = self.lock().links.get(&(server, peer)).cloned() {
                self.network.set_link(name, faults);
            }
        }
        self.lock().servers[server.0].ends = names;
        ends
    }

    /// The names of the ends that make the link between the two: one each way.
    fn ends_between(&self, state: &State, server: ServerId, other: usize) -> Vec<String> {
        let there = state.servers[server.0].ends.get(other);
        let back = state.servers[other].ends.get(server.0);
        there.into_iter().chain(back).cloned().collect()
    }

    fn enable(&self, ends: Vec<String>, enabled: bool) {
        for end in ends {
            self.network.enable(&end, enabled);
        }
    }
}

#[cfg(test)]
mod tests;
