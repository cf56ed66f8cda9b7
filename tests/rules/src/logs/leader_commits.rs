//! A leader commits by counting only entries of its own term (5.4.2, figure 8), and only what a
//! majority has (5.3; figure 2, the last rule for leaders).
//!
//! A commit index that a leader sends, or applies, is one that it heard from a leader, that one of
//! its snapshots covers, or that it counted itself. Q is the highest index that enough peers, with
//! itself a majority, acknowledged to it in its term: a reply is recorded before the leader can see
//! it, so a correct leader has counted no further. (A reply may tell all that the peer has
//! acknowledged in this term, also in replies that were lost or are not recorded yet: all that its
//! handlers were given counts as told.) Entries up to Q have no later terms than that of Q: if that
//! is not its own term, it may not commit by counting. What it counted in other terms, in other
//! incarnations too, still counts. A cluster of one server counts nobody: not watched there.

use super::acknowledged::Open;
use super::entries::{Append, Entries};
use super::known::Known;
use crate::words::Time;
use crate::{Rule, Violation};
use std::fmt::Write;
use std::time::Duration;
use trace::{Call, Incarnation};

#[derive(Debug, Clone, Default)]
struct Leadership {
    number: u64,
    term: u64,
    /// Of each server: the last entry that it acknowledged in this term, and its term.
    matches: Vec<(u64, u64)>,
    /// Q.
    counted: u64,
}

#[derive(Debug)]
pub(crate) struct LeaderCommits {
    servers: Vec<Leadership>,
    /// Of each server: the last entry that it acknowledged in the latest term in which it did.
    acknowledged: Vec<Acknowledged>,
}

#[derive(Debug, Clone, Default)]
struct Acknowledged {
    in_term: u64,
    /// Its index and term.
    entry: (u64, u64),
}

impl LeaderCommits {
    pub(crate) fn new(servers: usize) -> LeaderCommits {
        let none = Leadership { matches: vec![(0, 0); servers], ..Leadership::default() };
        let acknowledged = vec![Acknowledged::default(); servers];
        LeaderCommits { servers: vec![none; servers], acknowledged }
    }

    /// The term in which this incarnation leads, or led last.
    pub(crate) fn term(&self, leader: Incarnation) -> Option<u64> {
        let leadership = self.servers.get(leader.server)?;
        (leadership.term > 0 && leadership.number == leader.number).then_some(leadership.term)
    }

    /// A server leads a term. One that sends late, of a term before, leads nothing new.
    pub(crate) fn leads(&mut self, leader: Incarnation, term: u64) {
        let Some(leadership) = self.servers.get_mut(leader.server) else { return };
        if (leader.number, term) > (leadership.number, leadership.term) {
            leadership.number = leader.number;
            leadership.term = term;
            leadership.matches.fill((0, 0));
            leadership.counted = 0;
        }
    }

    /// The highest index that a majority acknowledged to this leader without itself.
    pub(crate) fn by_others(&self, leader: Incarnation) -> u64 {
        let Some(leadership) = self.servers.get(leader.server) else { return 0 };
        let mut matches: Vec<u64> = leadership.matches.iter().map(|(index, _)| *index).collect();
        matches.sort_unstable();
        let below = matches.len().saturating_sub(crate::quorum(matches.len()));
        matches.get(below).copied().unwrap_or(0)
    }

    /// A server has acknowledged what this call brought.
    pub(crate) fn acknowledged(&mut self, server: usize, call: &Call) {
        let (Some(append), Some(slot)) = (Append::of_call(call), self.acknowledged.get_mut(server))
        else {
            return;
        };
        if append.term > slot.in_term {
            *slot = Acknowledged { in_term: append.term, entry: (0, 0) };
        }
        if append.term == slot.in_term {
            slot.entry = slot.entry.max((append.last(), append.last_term()));
        }
    }

    /// A leader is about to see that a peer has acknowledged.
    pub(crate) fn delivered(&mut self, call: &Call, open: &[Open], known: &mut Known) {
        let (Some(leader), Some(append)) = (call.sender(), Append::of_call(call)) else { return };
        let enough = crate::quorum(self.servers.len()).saturating_sub(1);
        let Some(leadership) = self.servers.get_mut(leader.server) else { return };
        if (leadership.number, leadership.term) != (leader.number, append.term) {
            return;
        }
        let found = (append.last(), append.last_term());
        let Some(peer) = call.to.filter(|peer| *peer < leadership.matches.len()) else {
            // Nobody knows who it was: then it may have been the one that was needed.
            known.counted(leader.server, found.0);
            return;
        };
        let told = self.acknowledged.get(peer).filter(|told| told.in_term == append.term);
        let found = told.map_or(found, |told| told.entry.max(found));
        let open = open.iter().filter_map(|open| Append::of_call(&open.call));
        let open = open.filter(|it| it.term == append.term);
        let found = open.map(|it| (it.last(), it.last_term())).fold(found, Ord::max);
        if peer == leader.server || found.0 <= leadership.matches[peer].0 {
            return;
        }
        leadership.matches[peer] = found;
        for &(index, term) in &leadership.matches {
            let have = leadership.matches.iter().filter(|(other, _)| *other >= index).count();
            if have >= enough {
                leadership.counted = leadership.counted.max(index);
                if term == append.term {
                    known.counted(leader.server, index);
                }
            }
        }
    }

    /// A leader sends a commit index.
    pub(crate) fn sent(
        &self,
        call: &Call,
        leader: Incarnation,
        at: Duration,
        known: &Known,
    ) -> Option<Violation> {
        let append = Append::of_call(call)?;
        if self.servers.len() < 2 || append.commit <= known.committed(leader.server) {
            return None;
        }
        let did = format!("sent commit index {} at {}", append.commit, Time(at));
        self.broken(leader, append.commit, &did)
    }

    /// A leader commits what it may not, as its deeds show.
    pub(crate) fn broken(&self, leader: Incarnation, commit: u64, did: &str) -> Option<Violation> {
        let term = self.term(leader)?;
        let Leadership { matches, counted, .. } = self.servers.get(leader.server)?;
        let mut what = format!("{leader}, leader of term {term}, {did}, and ");
        let rule = if *counted >= commit {
            what += "nothing of its own term is on a majority: ";
            Rule::CommitsOwnTerm
        } else {
            let _ = write!(what, "a majority has the entries up to {counted} only: ");
            Rule::CommitsMajority
        };
        what += "the replies delivered to it in this term acknowledged";
        let others = matches.iter().enumerate().filter(|(peer, _)| *peer != leader.server);
        for (at, (peer, (index, term))) in others.enumerate() {
            what += if at == 0 { " " } else { ", " };
            let _ = match index {
                0 => write!(what, "by S{peer} nothing"),
                _ => write!(what, "by S{peer} entry {index} of term {term}"),
            };
        }
        Some(Violation { rule, what })
    }
}
