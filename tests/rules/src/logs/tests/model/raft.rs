//! The rules of figures 2 and 13 for one server, all state saved at once.

use super::Dice;
use std::collections::VecDeque;
use trace::{Call, EntryTerms, Fact};

/// What is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// Each AppendEntries cuts the log behind what it brings.
    CutsAlways,
    /// An entry that the log has at an index stays there.
    KeepsConflicts,
    /// A crash loses the last entry.
    LosesLog,
    /// A vote goes to any log.
    VotesForAll,
    /// The previous entry is not looked at.
    MatchesAll,
    /// A leader counts entries of older terms.
    CommitsOld,
    /// A leader commits what it has.
    CommitsAlone,
    /// A follower takes over the leader's commit index.
    CommitsAll,
    /// Any snapshot is handed up.
    OldSnapshot,
    /// A leader replaces entries of older terms by its own.
    ChangesLog,
    /// A leader takes in commands under the term before.
    OldTerms,
    /// A leader does not save its own entries.
    SavesNothing,
}

/// Correct, and unlike the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variation {
    Plain,
    /// The commit index survives a crash.
    KeepsCommit,
    /// A snapshot is installed long after it was answered.
    InstallsLate,
    /// No test sees what is applied and which snapshots are taken.
    UnseenService,
    /// A refusal says term 0.
    RefusesWithTermZero,
    /// A leader saves its own entries when it sends something.
    SavesToSend,
}

/// What a service receives.
pub(crate) enum Up {
    Command(u64),
    Snapshot(u64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Follower,
    Candidate,
    Leader,
}

pub(crate) struct Server {
    mistake: Option<Mistake>,
    variation: Variation,
    /// A snapshot that was answered and not installed.
    late: Option<(u64, u64)>,
    pub number: u64,
    term: u64,
    voted_for: Option<u64>,
    /// The last index of the snapshot.
    pub base: u64,
    /// The terms of the entries from `base` on.
    log: Vec<u64>,
    /// Whether it has entries of its own that are not saved.
    is_unsaved: bool,
    commit: u64,
    handed_up: u64,
    pub channel: VecDeque<Up>,
    /// The last index that the service received.
    pub received: u64,
    role: Role,
    votes: Vec<bool>,
    matches: Vec<u64>,
}

impl Server {
    /// In a cluster of so many.
    pub(crate) fn correct(variation: Variation) -> impl Fn(usize) -> Server {
        move |servers| Server { variation, ..Server::new(servers) }
    }

    /// In a cluster of so many.
    pub(crate) fn wrong(mistake: Mistake) -> impl Fn(usize) -> Server {
        move |servers| Server { mistake: Some(mistake), ..Server::new(servers) }
    }

    fn new(servers: usize) -> Server {
        Server {
            mistake: None,
            variation: Variation::Plain,
            late: None,
            number: 1,
            term: 0,
            voted_for: None,
            base: 0,
            log: vec![0],
            is_unsaved: false,
            commit: 0,
            handed_up: 0,
            channel: VecDeque::new(),
            received: 0,
            role: Role::Follower,
            votes: vec![false; servers],
            matches: vec![0; servers],
        }
    }

    pub(crate) fn restart(&mut self) {
        if self.has(Mistake::LosesLog) && self.log.len() > 1 {
            self.log.pop();
        }
        self.number += 1;
        self.role = Role::Follower;
        self.channel.clear();
        self.late = None;
        (self.handed_up, self.received) = (self.base, self.base);
        let kept = if self.variation == Variation::KeepsCommit { self.commit } else { 0 };
        self.commit = self.base;
        self.commit_to(kept);
    }

    pub(crate) fn leads(&self) -> bool {
        self.role == Role::Leader
    }

    pub(crate) fn stand(&mut self, own: usize) -> Vec<(usize, Fact)> {
        if self.role == Role::Leader {
            return Vec::new();
        }
        self.term += 1;
        self.role = Role::Candidate;
        self.voted_for = Some(own as u64);
        self.votes.fill(false);
        self.votes[own] = true;
        let (last_term, last_index) = self.last_entry();
        let (term, candidate) = (self.term, own as u64);
        let ask = Fact::RequestVote { term, candidate, last_index, last_term };
        (0..self.votes.len()).map(|peer| (peer, ask.clone())).collect()
    }

    pub(crate) fn command(&mut self) {
        if self.role != Role::Leader {
            return;
        }
        let last = self.last();
        let own = self.term;
        if self.has(Mistake::ChangesLog) && last > self.commit && self.term_of(last) < Some(own) {
            self.log.pop();
        }
        let is_old = self.has(Mistake::OldTerms) && self.term_of(last) < Some(own - 1);
        self.log.push(if is_old { own - 1 } else { own });
        self.is_unsaved = !self.has(Mistake::SavesNothing);
    }

    /// Whether it saves now.
    pub(crate) fn saves(&mut self, it_sends: bool) -> bool {
        let is_time = it_sends || self.variation != Variation::SavesToSend;
        is_time && std::mem::take(&mut self.is_unsaved)
    }

    pub(crate) fn message_for(&self, own: usize, peer: usize, dice: &mut Dice) -> Option<Fact> {
        if self.role != Role::Leader {
            return None;
        }
        let (term, leader) = (self.term, own as u64);
        let known = self.matches[peer].clamp(self.base, self.last());
        let is_behind = self.matches[peer] < self.base;
        if dice.one_in(if is_behind { 2 } else { 12 }) {
            let last_term = self.term_of(self.base)?;
            return Some(Fact::InstallSnapshot { term, leader, last_index: self.base, last_term });
        }
        // Anything from what is known to match to the end: it searches.
        let previous_index = known + dice.below((self.last() - known + 1) as usize) as u64;
        let rest = (self.last() - previous_index) as usize;
        let count = if dice.one_in(3) { dice.below(rest + 1) } else { rest };
        let from = (previous_index - self.base) as usize;
        let entry_terms: EntryTerms = self.log[from + 1..=from + count].iter().copied().collect();
        let previous_term = self.log[from];
        let commit = self.commit;
        Some(Fact::AppendEntries {
            term,
            leader,
            previous_index,
            previous_term,
            entry_terms,
            commit,
        })
    }

    pub(crate) fn handle(&mut self, request: &Fact, dice: &mut Dice) -> Fact {
        let is_stale = request.term() < self.term;
        self.adopt(request.term());
        let term = self.term;
        match request {
            Fact::RequestVote { candidate, last_index, last_term, .. } => {
                let is_free = self.voted_for.is_none_or(|other| other == *candidate);
                let is_good = (*last_term, *last_index) >= self.last_entry();
                let granted = !is_stale && is_free && (is_good || self.has(Mistake::VotesForAll));
                if granted {
                    self.voted_for = Some(*candidate);
                }
                Fact::Vote { term, granted }
            }
            Fact::AppendEntries { previous_index, previous_term, entry_terms, commit, .. } => {
                let previous = (*previous_index, *previous_term);
                let matched = !is_stale && self.append(previous, entry_terms, *commit, dice);
                let says_zero = self.variation == Variation::RefusesWithTermZero && !matched;
                Fact::Appended { term: if says_zero { 0 } else { term }, matched }
            }
            Fact::InstallSnapshot { last_index, last_term, .. } => {
                if !is_stale {
                    self.role = Role::Follower;
                    self.late = Some((*last_index, *last_term));
                    if self.variation != Variation::InstallsLate {
                        self.install_late();
                    }
                }
                Fact::Installed { term }
            }
            reply => reply.clone(),
        }
    }

    fn append(
        &mut self,
        previous: (u64, u64),
        terms: &EntryTerms,
        commit: u64,
        dice: &mut Dice,
    ) -> bool {
        self.role = Role::Follower;
        let (mut index, previous_term) = previous;
        let does_match = match self.term_of(index) {
            Some(term) => term == previous_term,
            // Compacted: what it brings beyond the snapshot is good, but it need not look.
            None => index < self.base && dice.one_in(2),
        };
        if !does_match && !self.has(Mistake::MatchesAll) {
            return false;
        }
        for term in terms.runs().flat_map(|(term, count)| (0..count).map(move |_| term)) {
            index += 1;
            let is_kept = self.has(Mistake::KeepsConflicts) && self.term_of(index).is_some();
            if index > self.base && self.term_of(index) != Some(term) && !is_kept {
                let keep = (index - self.base) as usize;
                self.log.truncate(keep);
                self.log.push(term);
            }
        }
        if self.has(Mistake::CutsAlways) && index > self.base {
            self.log.truncate((index - self.base + 1) as usize);
        }
        let matched = if self.has(Mistake::CommitsAll) { self.last() } else { index };
        self.commit_to(commit.min(matched));
        true
    }

    /// The service has time for the snapshot.
    pub(crate) fn install_late(&mut self) {
        if let Some((index, term)) = self.late.take() {
            self.install(index, term);
        }
    }

    pub(crate) fn service_is_seen(&self) -> bool {
        self.variation != Variation::UnseenService
    }

    fn install(&mut self, index: u64, term: u64) {
        if index <= self.commit {
            if self.has(Mistake::OldSnapshot) {
                self.channel.push_back(Up::Snapshot(index));
            }
            return;
        }
        if self.term_of(index) == Some(term) {
            self.compact(index);
        } else {
            (self.base, self.log) = (index, vec![term]);
        }
        (self.commit, self.handed_up) = (index, index);
        self.channel.push_back(Up::Snapshot(index));
    }

    pub(crate) fn compact(&mut self, index: u64) {
        if index > self.base {
            self.log.drain(..((index - self.base) as usize).min(self.log.len() - 1));
            self.base = index;
        }
    }

    /// A reply.
    pub(crate) fn learn(&mut self, call: &Call, reply: &Fact) {
        self.adopt(reply.term());
        let (Some(request), Some(peer)) = (&call.fact, call.to) else { return };
        if request.term() != self.term {
            return;
        }
        match (request, reply) {
            (Fact::RequestVote { .. }, Fact::Vote { granted: true, .. }) => {
                self.votes[peer] = true;
                let votes = self.votes.iter().filter(|vote| **vote).count();
                if self.role == Role::Candidate && votes > self.votes.len() / 2 {
                    self.role = Role::Leader;
                    self.matches.fill(0);
                }
            }
            (
                Fact::AppendEntries { previous_index, entry_terms, .. },
                Fact::Appended { matched: true, .. },
            ) => self.matched(peer, previous_index + entry_terms.len()),
            (Fact::InstallSnapshot { last_index, .. }, _) => self.matched(peer, *last_index),
            _ => {}
        }
    }

    fn matched(&mut self, peer: usize, index: u64) {
        if self.role != Role::Leader {
            return;
        }
        self.matches[peer] = self.matches[peer].max(index);
        let mut sorted = self.matches.clone();
        sorted.sort_unstable();
        // Its own place has 0, the lowest: a majority with it.
        let quorum = sorted[sorted.len() - sorted.len() / 2];
        let index = if self.has(Mistake::CommitsAlone) { self.last() } else { quorum };
        if self.term_of(index) == Some(self.term) || self.has(Mistake::CommitsOld) {
            self.commit_to(index);
        }
    }

    fn commit_to(&mut self, index: u64) {
        self.commit = index.min(self.last()).max(self.commit);
        for index in self.handed_up + 1..=self.commit {
            self.channel.push_back(Up::Command(index));
        }
        self.handed_up = self.handed_up.max(self.commit);
    }

    fn adopt(&mut self, term: u64) {
        if term > self.term {
            self.term = term;
            self.voted_for = None;
            self.role = Role::Follower;
        }
    }

    fn has(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    fn last(&self) -> u64 {
        self.base + self.log.len() as u64 - 1
    }

    fn last_entry(&self) -> (u64, u64) {
        (self.log.last().copied().unwrap_or(0), self.last())
    }

    fn term_of(&self, index: u64) -> Option<u64> {
        self.log.get(index.checked_sub(self.base)? as usize).copied()
    }
}
