//! Votes and candidates (5.2, 5.4.1).

use super::known::Known;
use course::{Reached, Situation};
use trace::{Call, Incarnation};

#[derive(Debug, Default)]
pub(super) struct Elections {
    /// The latest term in which a server stood, and who did in it.
    term: u64,
    candidates: Vec<Candidate>,
    /// Whether a vote was refused in it that another candidate had.
    contested: bool,
    /// Of each server: its latest vote.
    votes: Vec<Vote>,
}

/// A candidate, and how many others voted for it.
#[derive(Debug)]
struct Candidate {
    server: usize,
    votes: usize,
}

#[derive(Debug, Default, Clone, Copy)]
struct Vote {
    term: u64,
    candidate: usize,
    /// The incarnation that voted.
    number: u64,
}

impl Elections {
    pub(super) fn new(servers: usize) -> Elections {
        Elections { votes: vec![Vote::default(); servers], ..Elections::default() }
    }

    /// A server asks for votes in a term, and so has its own.
    pub(super) fn stands(&mut self, by: Incarnation, term: u64, known: &Known, out: &mut Reached) {
        if term > self.term {
            let quorum = known.quorum();
            let nobody = self.candidates.iter().all(|candidate| candidate.votes + 1 < quorum);
            if self.contested && nobody {
                out.add(Situation::SplitVotes);
            }
            self.candidates.clear();
            (self.term, self.contested) = (term, false);
        }
        let is_new = self.candidates.iter().all(|candidate| candidate.server != by.server);
        if term == self.term && is_new {
            self.candidates.push(Candidate { server: by.server, votes: 0 });
        }
        self.votes_for(by, by.server, term);
    }

    /// A server has granted its vote.
    pub(super) fn granted(&mut self, by: Incarnation, candidate: usize, term: u64) {
        let has_voted = self.votes.get(by.server).is_some_and(|vote| vote.term == term);
        if term == self.term && !has_voted {
            let mut candidates = self.candidates.iter_mut();
            if let Some(it) = candidates.find(|it| it.server == candidate) {
                it.votes += 1;
            }
        }
        self.votes_for(by, candidate, term);
    }

    fn votes_for(&mut self, by: Incarnation, candidate: usize, term: u64) {
        if let Some(vote) = self.votes.get_mut(by.server)
            && term > vote.term
        {
            *vote = Vote { term, candidate, number: by.number };
        }
    }

    /// A server has refused its vote in the candidate's own term. `last` is the candidate's last
    /// entry, term first.
    pub(super) fn refused(
        &mut self,
        by: Incarnation,
        term: u64,
        last: (u64, u64),
        known: &Known,
        out: &mut Reached,
    ) {
        let has_voted = self.votes.get(by.server).is_some_and(|vote| vote.term == term);
        self.contested |= has_voted && term == self.term;
        if !has_voted && last < known.last(by.server) {
            out.add(Situation::VotesRefusedForLog);
        }
    }

    /// A request for a vote has arrived.
    pub(super) fn asked(&self, call: &Call, at: Incarnation, term: u64, out: &mut Reached) {
        let (Some(vote), Some(candidate)) = (self.votes.get(at.server), call.sender()) else {
            return;
        };
        if vote.term == term && vote.number < at.number && vote.candidate != candidate.server {
            out.add(Situation::VotersAskedAgain);
        }
    }

    pub(super) fn started(&self, server: Incarnation, known: &Known, out: &mut Reached) {
        let Some(vote) = self.votes.get(server.server) else { return };
        let has_voted = vote.term > 0 && vote.term == known.term(server.server);
        if known.has_run(server.server) && has_voted {
            out.add(Situation::VotersRestarted);
        }
    }
}
