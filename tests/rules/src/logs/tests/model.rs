//! A small Raft that runs at random, to see whether the rules accuse it: every thread may be late,
//! so between what is recorded and what is decided anything may happen. Then with a mistake in it.

mod raft;

use crate::story::Story;
use crate::{Rule, Violation};
use raft::{Mistake, Server, Up, Variation};
use std::sync::Arc;
use trace::{Call, Fact, Incarnation, Party, What};

/// Numbers that look arbitrary: xorshift.
pub(crate) struct Dice(pub u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 8) % limit as u64) as usize
    }

    /// Whether one of so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn take<T>(&mut self, from: &mut Vec<T>) -> Option<T> {
        if from.is_empty() {
            return None;
        }
        // Mostly the oldest.
        let at = if self.one_in(3) { self.below(from.len()) } else { 0 };
        Some(from.remove(at))
    }
}

/// A handler, and its reply once it has decided.
struct Handler {
    call: Arc<Call>,
    arrival: u64,
    at: Incarnation,
    reply: Option<Fact>,
}

struct World {
    dice: Dice,
    story: Story,
    servers: Vec<Server>,
    /// Decided, and not yet recorded.
    outbox: Vec<Arc<Call>>,
    network: Vec<Arc<Call>>,
    handlers: Vec<Handler>,
    replies: Vec<(Arc<Call>, Fact)>,
    /// Recorded, and not yet seen by the caller.
    delivered: Vec<(Arc<Call>, Fact)>,
    numbers: u64,
}

/// How long a run is.
const STEPS: usize = 6_000;

/// Runs a cluster of such servers, until a rule is broken.
fn run(seed: u64, server: impl Fn(usize) -> Server) -> Option<Violation> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let servers = 3 + 2 * dice.below(2);
    let mut world = World {
        dice,
        story: Story::of(servers),
        servers: (0..servers).map(|_| server(servers)).collect(),
        outbox: Vec::new(),
        network: Vec::new(),
        handlers: Vec::new(),
        replies: Vec::new(),
        delivered: Vec::new(),
        numbers: 0,
    };
    for _ in 0..STEPS {
        world.step();
        if let Some(violation) = world.story.violation() {
            return Some(violation.clone());
        }
    }
    None
}

impl World {
    fn step(&mut self) {
        let server = self.dice.below(self.servers.len());
        match self.dice.below(100) {
            0 if self.dice.one_in(4) => self.crash(server),
            1 if self.dice.one_in(2) => {
                let asks = self.servers[server].stand(server);
                self.post(server, asks);
            }
            2..10 => {
                self.servers[server].command();
                self.save(server, false);
            }
            10..22 => {
                let leader = self.servers.iter().position(Server::leads);
                let server = leader.filter(|_| self.dice.one_in(2)).unwrap_or(server);
                let peer = self.dice.below(self.servers.len());
                if let Some(fact) = self.servers[server].message_for(server, peer, &mut self.dice) {
                    self.post(server, vec![(peer, fact)]);
                }
            }
            22..34 => self.send(),
            34..50 => self.arrive(),
            50..66 => self.decide(),
            66..78 => self.answer(),
            78..84 => self.deliver(),
            84..90 => {
                if let Some((call, fact)) = self.dice.take(&mut self.delivered)
                    && let Some(at) = call.sender().filter(|at| self.is_current(*at))
                {
                    self.servers[at.server].learn(&call, &fact);
                }
            }
            90..98 => self.apply(server),
            _ => self.snapshot(server),
        }
    }

    fn save(&mut self, server: usize, it_sends: bool) {
        if self.servers[server].saves(it_sends) {
            let server = Incarnation { server, number: self.servers[server].number };
            self.story.see(What::Saved { server, state_bytes: 1, snapshot_bytes: 0 });
        }
    }

    fn post(&mut self, from: usize, messages: Vec<(usize, Fact)>) {
        self.save(from, true);
        let number = self.servers[from].number;
        for (to, fact) in messages.into_iter().filter(|(to, _)| *to != from) {
            self.numbers += 1;
            self.outbox.push(Arc::new(Call {
                number: self.numbers,
                from: Some(Party::Server(Incarnation { server: from, number })),
                to: Some(to),
                rpc: "Raft.Any".into(),
                fact: Some(fact),
            }));
        }
    }

    fn is_current(&self, at: Incarnation) -> bool {
        self.servers[at.server].number == at.number
    }

    fn send(&mut self) {
        if let Some(call) = self.dice.take(&mut self.outbox) {
            self.story.see(What::Sent { call: call.clone() });
            self.network.push(call);
        }
    }

    fn arrive(&mut self) {
        let Some(call) = self.dice.take(&mut self.network) else { return };
        if self.dice.one_in(8) {
            self.network.push(call.clone());
        } else if self.dice.one_in(8) {
            return;
        }
        self.numbers += 1;
        let (arrival, server) = (self.numbers, call.to.unwrap_or(0));
        let at = Incarnation { server, number: self.servers[server].number };
        self.story.see(What::Arrived { call: call.clone(), arrival, at_server: at });
        self.handlers.push(Handler { call, arrival, at, reply: None });
    }

    fn decide(&mut self) {
        if self.handlers.is_empty() {
            return;
        }
        let place = self.dice.below(self.handlers.len());
        let handler = &mut self.handlers[place];
        let server = &mut self.servers[handler.at.server];
        if handler.reply.is_none()
            && server.number == handler.at.number
            && let Some(fact) = &handler.call.fact
        {
            handler.reply = Some(server.handle(fact, &mut self.dice));
        }
    }

    fn answer(&mut self) {
        let decided = |handler: &Handler| handler.reply.is_some();
        let Some(place) = self.handlers.iter().position(decided) else { return };
        let Handler { call, arrival, at: by, reply } = self.handlers.remove(place);
        let fact = reply.clone();
        self.story.see(What::Answered { call: call.clone(), arrival, by, fact });
        self.replies.extend(reply.map(|reply| (call, reply)));
    }

    fn deliver(&mut self) {
        if let Some((call, fact)) = self.dice.take(&mut self.replies)
            && !self.dice.one_in(8)
        {
            self.story.see(What::Delivered { call: call.clone(), fact: Some(fact.clone()) });
            self.delivered.push((call, fact));
        }
    }

    /// Between the crash and the copy of the disk handlers still run.
    fn crash(&mut self, server: usize) {
        let at = Incarnation { server, number: self.servers[server].number };
        self.story.see(What::Crashed { server: at });
        for _ in 0..self.dice.below(8) {
            self.arrive();
            self.decide();
            self.answer();
        }
        self.servers[server].restart();
        self.handlers.retain(|handler| handler.at != at || handler.reply.is_some());
        let at = Incarnation { server, number: at.number + 1 };
        self.story.see(What::Started { server: at });
    }

    /// The service receives what was handed up first.
    fn apply(&mut self, server: usize) {
        let slot = &mut self.servers[server];
        let at = Incarnation { server, number: slot.number };
        match slot.channel.pop_front() {
            Some(Up::Command(index)) => {
                slot.received = index;
                if slot.service_is_seen() {
                    self.story.see(What::Applied { server: at, index });
                }
            }
            Some(Up::Snapshot(index)) => {
                slot.received = index;
                if slot.service_is_seen() {
                    self.story.see(What::AppliedSnapshot { server: at, index });
                }
            }
            None => slot.install_late(),
        }
    }

    fn snapshot(&mut self, server: usize) {
        let slot = &mut self.servers[server];
        let index = slot.received;
        if index > slot.base {
            let server = Incarnation { server, number: slot.number };
            if slot.service_is_seen() {
                self.story.see(What::TookSnapshot { server, index });
            }
            slot.compact(index);
        }
    }
}

#[test]
fn a_correct_raft_is_never_accused() {
    for variation in [
        Variation::Plain,
        Variation::KeepsCommit,
        Variation::InstallsLate,
        Variation::UnseenService,
        Variation::RefusesWithTermZero,
        Variation::SavesToSend,
    ] {
        for seed in 1..=200 {
            let violation = run(seed, Server::correct(variation)).map(|it| it.to_string());
            assert_eq!(violation, None, "{variation:?}, seed {seed}");
        }
    }
}

#[test]
fn a_mistake_is_named() {
    let mistakes = [
        (Mistake::CutsAlways, Rule::Keeps, 40),
        (Mistake::KeepsConflicts, Rule::Keeps, 400),
        (Mistake::LosesLog, Rule::Keeps, 40),
        (Mistake::VotesForAll, Rule::UpToDate, 40),
        (Mistake::MatchesAll, Rule::Has, 40),
        (Mistake::CommitsOld, Rule::CommitsOwnTerm, 40),
        (Mistake::CommitsAlone, Rule::CommitsMajority, 40),
        (Mistake::CommitsAll, Rule::CommitsMatched, 2_000),
        (Mistake::OldSnapshot, Rule::Snapshots, 40),
        (Mistake::ChangesLog, Rule::AppendOnly, 40),
        (Mistake::OldTerms, Rule::LogMatching, 40),
        (Mistake::SavesNothing, Rule::SavedFirst, 40),
    ];
    for (mistake, rule, seeds) in mistakes {
        let broken = (1..=seeds).filter_map(|seed| run(seed, Server::wrong(mistake)));
        let rules: Vec<Rule> = broken.map(|violation| violation.rule).collect();
        let named = rules.iter().filter(|broken| **broken == rule).count();
        assert!(named >= 5, "{mistake:?}: {rule:?} {named} times of {seeds}, in all {rules:?}");
    }
}
