//! A leader counts its own entries when it has saved them (figure 2, log[]: persistent state). From
//! part 2C on.
//!
//! It may send entries before they are saved, and commit what a majority of the others has. But if
//! it counts itself for an entry that is not on its disk, a crash leaves that on fewer servers than
//! a majority, and it was committed.
//!
//! Broken by a leader of a term that sends or applies a commit index with no save since the last
//! vote that it needed for this term was delivered. It was above all that a leader or a snapshot
//! told it and all that it may have committed before that vote: so it counted it in this term, and
//! what it counted is of this term (5.4.2). It was above what a majority acknowledged without its
//! own log: so it counted itself. An entry of its term it can have created only as the leader:
//! after that vote, whose delivery is recorded before the server can see it. A save is recorded
//! before it returns: so that entry was not saved. In another incarnation it did not lead this
//! term. A vote that tells no fact counts as granted: that puts the moment too early, and a save
//! after it acquits.

use super::known::Known;
use crate::words::Time;
use crate::{Options, Rule, Violation, quorum};
use std::collections::BTreeSet;
use std::time::Duration;
use trace::{Call, Fact, Incarnation};

/// The votes of an incarnation for its latest term.
#[derive(Debug, Default, Clone)]
struct Election {
    number: u64,
    term: u64,
    /// Those whose votes were delivered. The own one is not among them.
    voters: BTreeSet<usize>,
    /// When they and itself were a majority first.
    won: Option<Moment>,
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    at: Duration,
    saves: u64,
    /// What it may have committed by then.
    committed: u64,
}

#[derive(Debug, Default, Clone)]
struct Server {
    saves: u64,
    election: Election,
}

#[derive(Debug)]
pub(crate) struct OwnEntries {
    options: Options,
    servers: Vec<Server>,
}

/// What a leader shows to have committed.
pub(crate) struct Committed<'a> {
    pub leader: Incarnation,
    /// The term that it leads.
    pub term: u64,
    pub index: u64,
    /// What a majority has acknowledged to it in this term without its own log.
    pub by_others: u64,
    /// "sent commit index 7"
    pub did: &'a str,
}

impl OwnEntries {
    pub(crate) fn new(options: Options) -> OwnEntries {
        OwnEntries { options, servers: vec![Server::default(); options.servers] }
    }

    /// The server has saved.
    pub(crate) fn saved(&mut self, server: usize) {
        if let Some(server) = self.servers.get_mut(server) {
            server.saves += 1;
        }
    }

    /// A candidate is about to see a vote, or what may be one.
    pub(crate) fn delivered(
        &mut self,
        call: &Call,
        reply: Option<&Fact>,
        at: Duration,
        known: &Known,
    ) {
        let (Some(candidate), Some(Fact::RequestVote { term, .. })) = (call.sender(), &call.fact)
        else {
            return;
        };
        let Some(server) = self.servers.get_mut(candidate.server) else { return };
        let election = &mut server.election;
        if (candidate.number, *term) > (election.number, election.term) {
            let (number, term) = (candidate.number, *term);
            *election = Election { number, term, ..Election::default() };
        }
        if (candidate.number, *term) != (election.number, election.term)
            || matches!(reply, Some(Fact::Vote { granted: false, .. }))
        {
            return;
        }
        // Of a voter that nobody knows: a place that no server has.
        election.voters.insert(call.to.unwrap_or(usize::MAX));
        if election.won.is_none() && election.voters.len() + 1 >= quorum(self.options.servers) {
            let (saves, committed) = (server.saves, known.committed(candidate.server));
            election.won = Some(Moment { at, saves, committed });
        }
    }

    /// A leader shows that it has committed.
    pub(crate) fn committed(
        &self,
        committed: &Committed,
        at: Duration,
        known: &Known,
    ) -> Option<Violation> {
        let Committed { leader, term, index, by_others, did } = *committed;
        let server = self.servers.get(leader.server).filter(|_| self.options.persistence)?;
        let election = &server.election;
        let won =
            election.won.filter(|_| (election.number, election.term) == (leader.number, term))?;
        let otherwise = known.told(leader.server).max(won.committed).max(by_others);
        if index <= otherwise || server.saves > won.saves {
            return None;
        }
        let what = format!(
            "{leader}, leader of term {term}, {did} at {}, without a save since it got the last \
             vote that it needed, at {}; without its own log a majority has the entries up to \
             {by_others} only: were its own entries saved?",
            Time(at),
            Time(won.at),
        );
        Some(Violation { rule: Rule::SavedFirst, what })
    }
}
