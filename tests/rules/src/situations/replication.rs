//! Conflicts and commits (5.3, 5.4.2).

use super::known::Known;
use crate::logs::{Append, Entries};
use course::{Reached, Situation};
use trace::{Call, Incarnation};

#[derive(Debug)]
pub(super) struct Replication {
    /// Of each follower: the previous entry that it refused last.
    refused: Vec<Refused>,
    leaders: Vec<Leader>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Refused {
    /// The leader's term.
    by_term: u64,
    previous_term: u64,
}

/// A server, in the term in which it led last.
#[derive(Debug, Default, Clone)]
struct Leader {
    term: u64,
    /// Of each peer: up to which index it has told that it has entries.
    matches: Vec<u64>,
}

impl Replication {
    pub(super) fn new(servers: usize) -> Replication {
        let leader = Leader { term: 0, matches: vec![0; servers] };
        Replication { refused: vec![Refused::default(); servers], leaders: vec![leader; servers] }
    }

    /// A leader sends its commit index.
    pub(super) fn sent(
        &mut self,
        by: Incarnation,
        append: &Append,
        known: &mut Known,
        out: &mut Reached,
    ) {
        let next = known.committed().saturating_add(1);
        if append.commit >= next
            && known.term_at(by.server, next).is_some_and(|term| (1..append.term).contains(&term))
        {
            out.add(Situation::OldCommitted);
        }
        known.commits(by.server, append.commit);
    }

    /// A follower lacks the previous entry, and says so in the leader's term.
    pub(super) fn refused(&mut self, by: Incarnation, append: &Append, out: &mut Reached) {
        let Some(refused) = self.refused.get_mut(by.server) else { return };
        if append.previous_index == 0 {
            return;
        }
        out.add(Situation::Conflicts);
        let now = Refused { by_term: append.term, previous_term: append.previous_term };
        let before = std::mem::replace(refused, now);
        if before.by_term == now.by_term && before.previous_term != now.previous_term {
            out.add(Situation::ConflictsOverTerms);
        }
    }

    /// A leader is told that a follower has these entries.
    pub(super) fn delivered(
        &mut self,
        call: &Call,
        to: Incarnation,
        known: &Known,
        out: &mut Reached,
    ) {
        let (Some(append), Some(peer)) = (Append::of_call(call), call.to) else { return };
        let Some(leader) = self.leaders.get_mut(to.server) else { return };
        if append.term != known.leads_term(to.server) || out.has(Situation::OldOnMajority) {
            return;
        }
        if leader.term != append.term {
            leader.term = append.term;
            leader.matches.fill(0);
        }
        let Some(told) = leader.matches.get_mut(peer).filter(|told| **told < append.last()) else {
            return;
        };
        *told = append.last();
        let mut matches = leader.matches.clone();
        matches.sort_unstable_by(|left, right| right.cmp(left));
        let Some(counted) = known.quorum().checked_sub(2).and_then(|at| matches.get(at)) else {
            return;
        };
        let is_old = known.term_at(to.server, *counted).is_some_and(|term| term < append.term);
        if *counted > known.committed().max(known.known_committed(to.server)) && is_old {
            out.add(Situation::OldOnMajority);
        }
    }

    pub(super) fn crashed(&self, server: Incarnation, known: &Known, out: &mut Reached) {
        let (_, last) = known.last(server.server);
        if known.is_up(server) && last > known.committed() {
            out.add(Situation::CrashesUncommitted);
        }
    }
}
