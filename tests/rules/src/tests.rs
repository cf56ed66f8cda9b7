//! Any events whatever: no rule panics, nor what notes the situations. The generator draws small
//! numbers, so that events meet, and absurd ones.

use crate::{Options, Rules, Situations};
use course::{Reached, Situation};
use std::sync::Arc;
use std::time::Duration;
use trace::{Call, EntryTerms, Event, Fact, Failure, Incarnation, Party, What};

/// Numbers from a seed (xorshift).
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    /// A term, an index, a server: often small.
    fn number(&mut self) -> u64 {
        match self.below(40) {
            0 => u64::MAX,
            1 => u64::MAX - self.below(3),
            2 => u64::MAX / 2 + self.below(2),
            3 => 120 + self.below(20),
            _ => self.below(5),
        }
    }

    fn server(&mut self) -> usize {
        usize::try_from(self.number()).unwrap_or(usize::MAX)
    }

    fn incarnation(&mut self) -> Incarnation {
        Incarnation { server: self.server(), number: self.below(2) }
    }

    fn fact(&mut self) -> Option<Fact> {
        let (term, leader, index) = (self.number(), self.number(), self.number());
        let yes = self.below(2) == 0;
        let (last_index, last_term, candidate) = (index, self.number(), leader);
        Some(match self.below(8) {
            0 => Fact::RequestVote { term, candidate, last_index, last_term },
            1 => Fact::Vote { term, granted: yes },
            2 | 3 => {
                let mut entry_terms = EntryTerms::new();
                (0..self.below(4)).for_each(|_| entry_terms.push(self.number(), self.number()));
                let (previous_index, previous_term, commit) = (index, last_term, self.number());
                Fact::AppendEntries {
                    term,
                    leader,
                    previous_index,
                    previous_term,
                    entry_terms,
                    commit,
                }
            }
            4 => Fact::Appended { term, matched: yes },
            5 => Fact::InstallSnapshot { term, leader, last_index, last_term },
            6 => Fact::Installed { term },
            _ => return None,
        })
    }

    fn call(&mut self) -> Arc<Call> {
        let from = match self.below(6) {
            0 => None,
            1 => Some(Party::Client(self.server())),
            _ => Some(Party::Server(self.incarnation())),
        };
        let to = (self.below(6) > 0).then(|| self.server());
        Arc::new(Call {
            number: self.number(),
            from,
            to,
            rpc: "Raft.Any".into(),
            fact: self.fact(),
        })
    }

    fn what(&mut self) -> What {
        let (server, call, arrival) = (self.incarnation(), self.call(), self.number());
        let (index, term, leads) = (self.number(), self.number(), self.below(2) == 0);
        match self.below(16) {
            0 | 1 => What::Sent { call },
            2 | 3 => What::Arrived { call, arrival, at_server: server },
            4 | 5 => What::Answered { call, arrival, by: server, fact: self.fact() },
            6 | 7 => What::Delivered { call, fact: self.fact() },
            8 => What::Failed { call, why: Failure::RequestLost },
            9 => What::Started { server },
            10 => What::Crashed { server },
            11 => What::Saved { server, state_bytes: 0, snapshot_bytes: 0 },
            12 => What::Took { server, index, term },
            13 => What::Said { server, term, leads },
            14 => What::Applied { server, index },
            _ if leads => What::TookSnapshot { server, index },
            _ => What::AppliedSnapshot { server, index },
        }
    }
}

#[test]
fn no_events_make_a_rule_panic() {
    let (mut broken, mut all) = (0, Reached::default());
    for seed in 1..=60 {
        let mut draw = Draw(seed);
        let servers = usize::try_from(draw.below(6)).unwrap();
        let mut situations = Situations::new(servers);
        let mut rules = Rules::new(Options { servers, persistence: draw.below(4) > 0 });
        for number in 1..=2_000 {
            let at = Duration::from_millis(draw.number());
            let event = Event { number, at, thread: None, what: draw.what() };
            situations.see(&event);
            let violation = rules.see(&event);
            // On with it, whatever was broken.
            rules.is_broken = false;
            broken += usize::from(violation.is_some_and(|broken| !broken.to_string().is_empty()));
            assert!(rules.untold().len() <= 3);
        }
        all = all.and(situations.reached());
    }
    assert!(broken > 1_000, "only {broken} events broke a rule: they do not meet");
    let missed = Situation::ALL.into_iter().filter(|it| !all.has(*it)).collect::<Vec<_>>();
    assert!(missed.len() < 15, "these situations were not reached: {missed:?}");
}
