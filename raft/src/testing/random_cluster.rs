//! For the unit tests: whole clusters under a random scheduler, without threads or time.
//!
//! Messages are lost, repeated, delayed and delivered in any order; servers crash and restart; any
//! server may start an election at any moment. After every step the properties of figure 3 must
//! hold. Then the network becomes reliable, and all servers must agree. Everything follows from a
//! seed.

use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;
use labdisk::Persister;
use labrt::time::Instant;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::message::ApplyMsg;
use crate::message::RequestVote;
use crate::raft::Decision;
use crate::replication::{Outbound, PeerRequest};
use crate::state::State;
use crate::testing::fixture::{Server, command, run_rule, start};
use crate::timing::HEARTBEAT_INTERVAL;
use crate::types::{Index, ServerId, Term};

/// A message in flight: a function that delivers it, or reports that it is lost.
type InFlight = Rc<dyn Fn(&mut Cluster, Fate)>;

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Arrives,
    IsLost,
}

struct Cluster {
    servers: Vec<Server>,
    in_flight: Vec<InFlight>,
    dice: ChaCha8Rng,
    /// Advances a little with every event; only heartbeats depend on it.
    now: Instant,
    commands: usize,
    /// The leader of each term.
    leaders: BTreeMap<Term, ServerId>,
    /// The term and command of each entry that any server applied.
    applied: BTreeMap<Index, (Term, Bytes)>,
}

impl Cluster {
    fn new(servers: usize, seed: u64) -> Cluster {
        let server = |me| Server::start(ServerId(me), servers, Persister::new());
        Cluster {
            servers: (0..servers).map(server).collect(),
            in_flight: Vec::new(),
            dice: ChaCha8Rng::seed_from_u64(seed),
            now: start(),
            commands: 0,
            leaders: BTreeMap::new(),
            applied: BTreeMap::new(),
        }
    }

    /// One random event on a random server.
    fn random_event(&mut self) {
        self.now += HEARTBEAT_INTERVAL / 4;
        let server = ServerId(self.dice.random_range(0..self.servers.len()));
        match self.dice.random_range(0..100) {
            0..60 => self.deliver_one(),
            60..62 => self.start_election(server),
            62..64 => self.crash(server),
            64..65 => self.run(server, |state, now| state.become_follower(now)),
            65..75 => self.propose(server),
            75..85 => self.send(server),
            85..97 => self.apply(server),
            _ => self.take_snapshot(server),
        }
    }

    /// Any message in flight arrives, is lost, or arrives and stays in flight to arrive again.
    fn deliver_one(&mut self) {
        if self.in_flight.is_empty() {
            return;
        }
        let chosen = self.dice.random_range(0..self.in_flight.len());
        let fate = if self.dice.random_bool(0.2) { Fate::IsLost } else { Fate::Arrives };
        let stays = fate == Fate::Arrives && self.dice.random_bool(0.1);
        let message =
            if stays { self.in_flight[chosen].clone() } else { self.in_flight.swap_remove(chosen) };
        message(self, fate);
    }

    fn launch(&mut self, message: impl Fn(&mut Cluster, Fate) + 'static) {
        self.in_flight.push(Rc::new(message));
    }

    /// Runs a rule on one server, and checks what must hold everywhere.
    fn run<T>(&mut self, server: ServerId, rule: impl FnOnce(&mut State, Instant) -> T) -> T {
        let now = self.now;
        let state = &mut self.servers[server.0];
        let led = state.is_leader();
        let result = run_rule(state, |state| rule(state, now));
        if self.servers[server.0].is_leader() && !led {
            self.check_new_leader(server);
        }
        result
    }

    fn start_election(&mut self, server: ServerId) {
        if self.servers[server.0].is_leader() {
            return;
        }
        let request = self.run(server, |state, now| state.start_election(now));
        for voter in server.others(self.servers.len()) {
            let request = request.clone();
            self.launch(move |cluster, fate| {
                if fate == Fate::Arrives {
                    cluster.vote(voter, &request);
                }
            });
        }
    }

    fn vote(&mut self, voter: ServerId, request: &RequestVote) {
        let reply = self.run(voter, |state, now| state.on_request_vote(request, now));
        let (candidate, asked_in) = (request.candidate, request.term);
        self.launch(move |cluster, fate| {
            if fate == Fate::Arrives {
                cluster.run(candidate, |state, now| {
                    state.on_vote_reply(voter, asked_in, &reply, now);
                });
            }
        });
    }

    /// The server loses its volatile state. Replies to it that are still in flight arrive at a
    /// server that does not lead their term.
    fn crash(&mut self, server: ServerId) {
        self.servers[server.0] = self.servers[server.0].restarted();
    }

    fn propose(&mut self, server: ServerId) {
        self.commands += 1;
        let command = command(self.commands);
        self.run(server, |state, _| state.propose(command));
    }

    /// Sends what is due to one of its peers, if anything.
    fn send(&mut self, server: ServerId) {
        let mut peers = server.others(self.servers.len());
        let chosen = self.dice.random_range(0..self.servers.len() - 1);
        let peer = peers.nth(chosen).expect("a peer is chosen");
        let look = |state: &mut State, now| state.next_message(peer, now);
        if let Decision::Act(outbound) = self.run(server, look) {
            self.launch(move |cluster, fate| cluster.receive(server, peer, &outbound, fate));
        }
    }

    fn receive(&mut self, leader: ServerId, peer: ServerId, outbound: &Outbound, fate: Fate) {
        let sent = outbound.sent;
        let arrived = fate == Fate::Arrives;
        match &outbound.request {
            PeerRequest::Entries(request) => {
                let request = arrived.then(|| request.clone());
                let reply = request.map(|request| {
                    self.run(peer, |state, now| state.on_append_entries(request, now))
                });
                self.launch(move |cluster, fate| {
                    let reply = reply.clone().filter(|_| fate == Fate::Arrives);
                    cluster.run(leader, |state, now| {
                        state.on_append_reply(peer, &sent, reply, now);
                    });
                });
            }
            PeerRequest::Snapshot(request) => {
                let request = arrived.then(|| request.clone());
                let reply = request.map(|request| {
                    self.run(peer, |state, now| state.on_install_snapshot(request, now))
                });
                self.launch(move |cluster, fate| {
                    let reply = reply.clone().filter(|_| fate == Fate::Arrives);
                    cluster.run(leader, |state, now| {
                        state.on_snapshot_reply(peer, &sent, reply, now);
                    });
                });
            }
        }
    }

    /// The service takes the next message, if there is one.
    fn apply(&mut self, server: ServerId) {
        match self.run(server, |state, _| state.next_to_apply()) {
            Decision::Act(ApplyMsg::Command { index, command }) => {
                let term = self.servers[server.0].log.entry(index).term;
                let entry = self.applied.entry(index).or_insert((term, command.clone()));
                assert_eq!(
                    entry,
                    &(term, command),
                    "State Machine Safety: {server} applies another command at {index}"
                );
            }
            Decision::Act(ApplyMsg::Snapshot { index, term, snapshot }) => {
                assert_eq!(
                    snapshot,
                    format!("up to {index}"),
                    "{server} installs a snapshot up to {index}"
                );
                assert_eq!(
                    self.applied[&index].0, term,
                    "{server} installs a snapshot up to {index}"
                );
            }
            Decision::WaitUntil(_) | Decision::Wait => {}
        }
    }

    /// The service makes a snapshot of some of what it has applied.
    fn take_snapshot(&mut self, server: ServerId) {
        let applied = self.servers[server.0].last_applied;
        let index = Index(self.dice.random_range(0..=applied.0));
        let snapshot = format!("up to {index}").into();
        self.run(server, |state, _| state.take_snapshot(index, snapshot));
    }

    fn check_new_leader(&mut self, server: ServerId) {
        let leader = &self.servers[server.0];
        let first = *self.leaders.entry(leader.term).or_insert(server);
        assert_eq!(first, server, "Election Safety: two leaders in term {}", leader.term);
        for (&index, &(term, _)) in self.applied.range(leader.log.snapshot_index().next()..) {
            assert!(
                leader.log.has(index, term),
                "Leader Completeness: {server} leads term {} without {index}",
                leader.term
            );
        }
    }

    fn check_log_matching(&self) {
        for one in &self.servers {
            for other in &self.servers {
                check_matching(one, other);
            }
        }
    }

    /// No more losses: all messages arrive, in order, until all servers have applied everything.
    fn agree(&mut self) {
        let wanted = self.commands + 1;
        for round in 0.. {
            assert!(round < 100, "no agreement after 100 rounds");
            if self.leader().is_none() {
                self.start_election(ServerId(round % self.servers.len()));
            }
            self.deliver_all();
            self.now += HEARTBEAT_INTERVAL;
            if let Some(leader) = self.leader() {
                if self.commands < wanted {
                    self.propose(leader);
                }
                (1..self.servers.len()).for_each(|_| self.send(leader));
            }
            self.deliver_all();
            self.apply_all();
            if self.commands == wanted && self.all_have_applied_all() {
                return;
            }
        }
    }

    /// The leader of the latest term.
    fn leader(&self) -> Option<ServerId> {
        let latest = self.servers.iter().map(|server| server.term).max()?;
        let leads = |server: &&Server| server.is_leader() && server.term == latest;
        self.servers.iter().find(leads).map(|server| server.me)
    }

    fn deliver_all(&mut self) {
        while !self.in_flight.is_empty() {
            let message = self.in_flight.remove(0);
            message(self, Fate::Arrives);
        }
    }

    fn apply_all(&mut self) {
        for server in 0..self.servers.len() {
            while self.servers[server].has_more_to_apply() {
                self.apply(ServerId(server));
            }
        }
    }

    fn all_have_applied_all(&self) -> bool {
        let last = self.servers.iter().map(|server| server.log.last()).max();
        self.servers.iter().all(|server| Some(server.last_applied) == last)
    }
}

/// Log Matching: if two logs have the same entry, they are equal up to it.
fn check_matching(one: &Server, other: &Server) {
    let first = one.log.snapshot_index().max(other.log.snapshot_index()).next();
    let last = one.log.last().min(other.log.last());
    let indexes: Vec<Index> = (first.0..=last.0).map(Index).collect();
    let same = |index: &&Index| one.log.term_at(**index) == other.log.term_at(**index);
    let Some(shared) = indexes.iter().rfind(same) else { return };
    for &index in indexes.iter().filter(|&index| index <= shared) {
        assert_eq!(
            one.log.entry(index),
            other.log.entry(index),
            "Log Matching: {} and {} share {shared} but not {index}",
            one.me,
            other.me
        );
    }
}

#[test]
fn the_properties_of_figure_3_hold_and_all_agree_once_the_network_is_reliable() {
    for seed in 0..150 {
        let mut cluster = Cluster::new(3 + seed as usize % 3, seed);
        for moment in 0..1500 {
            cluster.random_event();
            if moment % 50 == 0 {
                cluster.check_log_matching();
            }
        }
        cluster.agree();
        cluster.check_log_matching();
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let mut cluster = Cluster::new(5, seed);
        (0..1000).for_each(|_| cluster.random_event());
        (cluster.leaders, cluster.applied)
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}
