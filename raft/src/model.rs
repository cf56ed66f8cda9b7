//! For the unit tests: whole clusters under a hostile scheduler, without threads or time.
//!
//! Servers exchange messages that are lost, repeated, delayed and delivered in any order; they
//! crash and restart; anyone may stand for election at any moment. After every transition the
//! properties of figure 3 must hold. Then the network turns kind, and all must agree. Everything
//! follows from a seed.

use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;
use labdisk::Persister;
use labrt::time::Instant;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::applier::ApplyMsg;
use crate::limits::HEARTBEAT_INTERVAL;
use crate::message::RequestVote;
use crate::raft::Decision;
use crate::replication::{Message, Outgoing};
use crate::situation::{Server, command, start, step};
use crate::state::State;
use crate::vocabulary::{Index, ServerId, Term};

/// A message under way: what happens when it arrives, or, told so, when it is lost.
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
    /// Moves on a little with every event: only heartbeats take notice.
    now: Instant,
    commands: usize,
    /// Who led each term.
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

    /// Something happens somewhere.
    fn happen(&mut self) {
        self.now += HEARTBEAT_INTERVAL / 4;
        let server = ServerId(self.dice.random_range(0..self.servers.len()));
        match self.dice.random_range(0..100) {
            0..60 => self.deliver_one(),
            60..62 => self.stand(server),
            62..64 => self.crash(server),
            64..65 => self.run(server, |state, now| state.become_follower(now)),
            65..75 => self.take_command(server),
            75..85 => self.send(server),
            85..97 => self.apply(server),
            _ => self.take_snapshot(server),
        }
    }

    /// Any message in flight arrives, is lost, or arrives and stays to arrive again.
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
        let result = step(state, |state| rule(state, now));
        if self.servers[server.0].is_leader() && !led {
            self.check_new_leader(server);
        }
        result
    }

    fn stand(&mut self, server: ServerId) {
        if self.servers[server.0].is_leader() {
            return;
        }
        let request = self.run(server, |state, now| state.stand_for_election(now));
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

    /// The server's volatile state is gone, and with it the answers it waits for: those still in
    /// flight find a server that does not lead their term.
    fn crash(&mut self, server: ServerId) {
        self.servers[server.0] = self.servers[server.0].restarted();
    }

    fn take_command(&mut self, server: ServerId) {
        self.commands += 1;
        let command = command(self.commands);
        self.run(server, |state, _| state.take_command(command));
    }

    /// Sends what the server has for one of its peers, a heartbeat if need be.
    fn send(&mut self, server: ServerId) {
        let mut peers = server.others(self.servers.len());
        let chosen = self.dice.random_range(0..self.servers.len() - 1);
        let peer = peers.nth(chosen).expect("chosen among them");
        let look = |state: &mut State, now| state.next_message(peer, now);
        if let Decision::Do(outgoing) = self.run(server, look) {
            self.launch(move |cluster, fate| cluster.receive(server, peer, &outgoing, fate));
        }
    }

    fn receive(&mut self, leader: ServerId, peer: ServerId, outgoing: &Outgoing, fate: Fate) {
        let sent = outgoing.sent;
        let arrived = fate == Fate::Arrives;
        match &outgoing.message {
            Message::Entries(request) => {
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
            Message::Snapshot(request) => {
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
            Decision::Do(ApplyMsg::Command { index, command }) => {
                let term = self.servers[server.0].log.entry(index).term;
                let entry = self.applied.entry(index).or_insert((term, command.clone()));
                assert_eq!(
                    entry,
                    &(term, command),
                    "State Machine Safety: {server} applies another command at {index}"
                );
            }
            Decision::Do(ApplyMsg::Snapshot { index, term, snapshot }) => {
                assert_eq!(snapshot, format!("up to {index}"), "{server} starts from it");
                assert_eq!(self.applied[&index].0, term, "{server} starts from {index}");
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
        for (&index, &(term, _)) in self.applied.range(leader.log.base().next()..) {
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

    /// No more losses: all messages arrive, in order, until everyone has applied everything.
    fn agree(&mut self) {
        let wanted = self.commands + 1;
        for round in 0.. {
            assert!(round < 100, "the servers never agree");
            if self.leader().is_none() {
                self.stand(ServerId(round % self.servers.len()));
            }
            self.deliver_all();
            self.now += HEARTBEAT_INTERVAL;
            if let Some(leader) = self.leader() {
                if self.commands < wanted {
                    self.take_command(leader);
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
    let first = one.log.base().max(other.log.base()).next();
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
fn a_hostile_network_breaks_nothing_and_a_kind_one_lets_all_agree() {
    for seed in 0..150 {
        let mut cluster = Cluster::new(3 + seed as usize % 3, seed);
        for moment in 0..1500 {
            cluster.happen();
            if moment % 50 == 0 {
                cluster.check_log_matching();
            }
        }
        cluster.agree();
        cluster.check_log_matching();
    }
}

#[test]
fn what_happens_follows_from_the_seed() {
    let story = |seed| {
        let mut cluster = Cluster::new(5, seed);
        (0..1000).for_each(|_| cluster.happen());
        (cluster.leaders, cluster.applied)
    };
    assert_eq!(story(7), story(7));
    assert_ne!(story(7), story(8));
}
