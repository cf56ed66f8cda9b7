//! Events that no network and no Raft would make: nothing panics, whatever they say.

use crate::Options;
use crate::logs::Logs;
use crate::view::View;
use std::sync::Arc;
use std::time::Duration;
use trace::{Call, EntryTerms, Event, Fact, Incarnation, Party, What};

/// Numbers that look arbitrary: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// Mostly small; sometimes near the end of all numbers.
    fn number(&mut self) -> u64 {
        let small = self.below(8);
        if self.below(20) == 0 { u64::MAX - small } else { small }
    }

    fn server(&mut self) -> usize {
        let server = self.below(40);
        if server == 39 { usize::MAX } else { (server % 4) as usize }
    }

    fn incarnation(&mut self) -> Incarnation {
        Incarnation { server: self.server(), number: self.below(2) }
    }

    fn entry_terms(&mut self) -> EntryTerms {
        let mut terms = EntryTerms::new();
        for _ in 0..self.below(4) {
            terms.push(self.number(), self.number());
        }
        terms
    }

    fn fact(&mut self) -> Fact {
        let (term, index, of) = (self.number(), self.number(), self.number());
        let (server, says_yes) = (self.below(4), self.below(2) == 0);
        match self.below(8) {
            0 => Fact::RequestVote { term, candidate: server, last_index: index, last_term: of },
            1 => Fact::Vote { term, granted: says_yes },
            2 => Fact::InstallSnapshot { term, leader: server, last_index: index, last_term: of },
            3 => Fact::Installed { term },
            4 => Fact::Appended { term, matched: says_yes },
            _ => Fact::AppendEntries {
                term,
                leader: server,
                previous_index: index,
                previous_term: of,
                entry_terms: self.entry_terms(),
                commit: self.number(),
            },
        }
    }

    fn call(&mut self) -> Arc<Call> {
        let from = Some(Party::Server(self.incarnation())).filter(|_| self.below(9) > 0);
        let to = Some(self.server()).filter(|_| self.below(9) > 0);
        let fact = Some(self.fact()).filter(|_| self.below(9) > 0);
        Arc::new(Call { number: self.number(), from, to, rpc: "Raft.Any".into(), fact })
    }

    fn what(&mut self, calls: &mut Vec<Arc<Call>>) -> What {
        if calls.is_empty() || self.below(4) == 0 {
            calls.push(self.call());
        }
        let call = calls[self.below(calls.len() as u64) as usize].clone();
        let (server, index, arrival) = (self.incarnation(), self.number(), self.below(60));
        let fact = Some(self.fact()).filter(|_| self.below(9) > 0);
        match self.below(24) {
            0 => What::Started { server },
            1 => What::Crashed { server },
            2 => What::TookSnapshot { server, index },
            3 => What::AppliedSnapshot { server, index },
            4 | 5 => What::Applied { server, index },
            6..10 => What::Sent { call },
            10..15 => What::Arrived { call, arrival, at_server: server },
            15..20 => What::Answered { call, arrival, by: server, fact },
            _ => What::Delivered { call, fact },
        }
    }
}

#[test]
fn nothing_panics_whatever_is_said() {
    let mut broken = 0;
    for seed in 1..=300 {
        let mut dice = Dice(seed);
        let servers = dice.below(5) as usize;
        let mut view = View::new(servers);
        let mut logs = Logs::new(Options { servers, persistence: seed % 8 > 0 });
        let mut calls = Vec::new();
        for number in 0..1_000 {
            let what = dice.what(&mut calls);
            let at = Duration::from_millis(number);
            let event = Event { number, at, thread: None, what };
            view.see(&event);
            broken += usize::from(logs.see(&event, &view).is_some());
        }
    }
    assert!(broken > 1_000, "only {broken} broken rules: the events are too tame");
}
