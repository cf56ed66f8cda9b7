//! Streams made by hand, for the tests of the rules. Each event takes a millisecond.

use crate::{Options, Rules, Situations, Violation};
use course::{Reached, Situation};
use std::sync::Arc;
use std::time::Duration;
use trace::{Call, EntryTerms, Event, Fact, Incarnation, Party, What};

/// A stream that is watched.
pub(crate) struct Stream {
    rules: Rules,
    situations: Situations,
    number: u64,
    calls: u64,
    arrivals: u64,
    lives: Vec<u64>,
    violation: Option<Violation>,
}

/// Servers that have just started.
pub(crate) fn stream(servers: usize) -> Stream {
    stream_with(Options { servers, persistence: true })
}

/// The same, by options.
pub(crate) fn stream_with(options: Options) -> Stream {
    let mut stream = not_started(options);
    (0..options.servers).for_each(|server| stream.start(server));
    stream
}

/// The same before any server has started.
pub(crate) fn not_started(options: Options) -> Stream {
    Stream {
        rules: Rules::new(options),
        situations: Situations::new(options.servers),
        number: 0,
        calls: 0,
        arrivals: 0,
        lives: vec![0; options.servers],
        violation: None,
    }
}

impl Stream {
    pub(crate) fn record(&mut self, what: What) {
        self.number += 1;
        let at = Duration::from_millis(self.number);
        let event = Event { number: self.number, at, thread: None, what };
        self.situations.see(&event);
        let violation = self.rules.see(&event);
        assert!(violation.is_none() || self.violation.is_none(), "silent after the first");
        self.violation = self.violation.take().or(violation);
    }

    /// The incarnation that is up, or was last.
    pub(crate) fn life(&self, server: usize) -> Incarnation {
        Incarnation { server, number: self.lives[server] }
    }

    pub(crate) fn start(&mut self, server: usize) {
        self.lives[server] += 1;
        self.record(What::Started { server: self.life(server) });
    }

    pub(crate) fn crash(&mut self, server: usize) {
        self.record(What::Crashed { server: self.life(server) });
    }

    pub(crate) fn restart(&mut self, server: usize) {
        self.crash(server);
        self.start(server);
    }

    pub(crate) fn save(&mut self, server: usize) {
        let server = self.life(server);
        self.record(What::Saved { server, state_bytes: 1, snapshot_bytes: 0 });
    }

    pub(crate) fn said(&mut self, server: usize, term: u64, leads: bool) {
        self.record(What::Said { server: self.life(server), term, leads });
    }

    pub(crate) fn took(&mut self, server: usize, term: u64) {
        self.record(What::Took { server: self.life(server), index: 1, term });
    }

    /// A call that is not recorded yet.
    pub(crate) fn call(&mut self, from: usize, to: usize, fact: Option<Fact>) -> Arc<Call> {
        self.calls += 1;
        let rpc = match &fact {
            Some(fact) => format!("Raft.{:?}", fact.kind()).into(),
            None => "Raft.Other".into(),
        };
        let from = Some(Party::Server(self.life(from)));
        Arc::new(Call { number: self.calls, from, to: Some(to), rpc, fact })
    }

    pub(crate) fn send(&mut self, from: usize, to: usize, fact: Fact) -> Arc<Call> {
        let call = self.call(from, to, Some(fact));
        self.record(What::Sent { call: Arc::clone(&call) });
        call
    }

    /// Returns the arrival's number.
    pub(crate) fn arrive(&mut self, call: &Arc<Call>) -> u64 {
        self.arrivals += 1;
        let (arrival, at_server) = (self.arrivals, self.life(call.to.unwrap()));
        self.record(What::Arrived { call: Arc::clone(call), arrival, at_server });
        arrival
    }

    pub(crate) fn answer(&mut self, call: &Arc<Call>, arrival: u64, reply: Fact) {
        let by = self.life(call.to.unwrap());
        self.answer_by(call, arrival, by, Some(reply));
    }

    pub(crate) fn answer_by(
        &mut self,
        call: &Arc<Call>,
        arrival: u64,
        by: Incarnation,
        fact: Option<Fact>,
    ) {
        self.record(What::Answered { call: Arc::clone(call), arrival, by, fact });
    }

    pub(crate) fn deliver(&mut self, call: &Arc<Call>, reply: Option<Fact>) {
        self.record(What::Delivered { call: Arc::clone(call), fact: reply });
    }

    /// A request arrives; the receiver saves and answers; the reply is delivered.
    pub(crate) fn exchange(&mut self, from: usize, to: usize, fact: Fact, reply: Fact) {
        let call = self.send(from, to, fact);
        let arrival = self.arrive(&call);
        self.save(to);
        self.answer(&call, arrival, reply.clone());
        self.deliver(&call, Some(reply));
    }

    /// The candidate gets the votes of all voters.
    pub(crate) fn elect(&mut self, candidate: usize, term: u64, voters: &[usize]) {
        self.save(candidate);
        for voter in voters {
            self.exchange(candidate, *voter, request_vote(candidate, term), vote(term, true));
        }
    }

    /// The first violation, in words.
    pub(crate) fn violation(&self) -> String {
        self.violation.as_ref().expect("no rule is broken").to_string()
    }

    pub(crate) fn assert_legal(&self) {
        assert_eq!(self.violation, None);
    }

    /// The situations reached so far, and no rule is broken.
    #[track_caller]
    pub(crate) fn reached(&self) -> Reached {
        self.assert_legal();
        self.situations.reached()
    }

    #[track_caller]
    pub(crate) fn reaches(&self, situation: Situation) {
        let reached: Vec<_> = self.reached().iter().collect();
        assert!(reached.contains(&situation), "{situation} is not among {reached:?}");
    }

    #[track_caller]
    pub(crate) fn misses(&self, situation: Situation) {
        assert!(!self.reached().has(situation), "{situation} was reached");
    }

    pub(crate) fn untold(&self) -> Vec<String> {
        self.rules.untold()
    }
}

pub(crate) fn request_vote(candidate: usize, term: u64) -> Fact {
    Fact::RequestVote { term, candidate: candidate as u64, last_index: 0, last_term: 0 }
}

pub(crate) fn vote(term: u64, granted: bool) -> Fact {
    Fact::Vote { term, granted }
}

pub(crate) fn heartbeat(leader: usize, term: u64) -> Fact {
    entries(leader, term, 0, &[])
}

pub(crate) fn entries(leader: usize, term: u64, previous_index: u64, terms: &[u64]) -> Fact {
    let entry_terms: EntryTerms = terms.iter().copied().collect();
    let leader = leader as u64;
    let previous_term = u64::from(previous_index > 0);
    Fact::AppendEntries { term, leader, previous_index, previous_term, entry_terms, commit: 0 }
}

pub(crate) fn appended(term: u64, matched: bool) -> Fact {
    Fact::Appended { term, matched }
}

pub(crate) fn snapshot(leader: usize, term: u64, last_index: u64) -> Fact {
    Fact::InstallSnapshot { term, leader: leader as u64, last_index, last_term: 1 }
}
