//! Votes and leaders (5.2).
//!
//! *One vote a term*: a server votes for one candidate in a term, in all its lives. The candidates
//! are those whom it granted its vote, and itself if it sent RequestVote in that term or led it.
//! Needs no order: a correct Raft votes for one, whenever its messages pass.
//!
//! *Leaders are elected*: at the first sign that a server leads a term (AppendEntries or
//! InstallSnapshot sent, `state()` or `start()` answered), its own vote and the votes delivered to
//! this life for requests of that term are a majority. Relies on: a vote is recorded before the
//! server's code can count it, and the sign after the server decided to lead. Votes that tell no
//! fact count as granted, and nothing is concluded before a RequestVote has told its fact.

use crate::rule::{Rule, Violation};
use crate::view::View;
use crate::words::{Time, crash_since};
use crate::{Options, quorum};
use std::collections::BTreeMap;
use std::time::Duration;
use trace::{Call, Event, Fact, Incarnation, What};

/// The votes of a cluster.
#[derive(Debug)]
pub(crate) struct Votes {
    options: Options,
    servers: Vec<Server>,
    /// Whether a RequestVote told its fact.
    asked: bool,
}

#[derive(Debug, Default, Clone)]
struct Server {
    /// Term by term, for whom it voted first, and when that was seen.
    voted: BTreeMap<u64, (usize, Duration)>,
    /// Term by term, from whom this life got votes.
    received: BTreeMap<u64, Voters>,
    /// The term in which this life was last seen to lead.
    leads: Option<u64>,
}

/// A set of servers, a bit each. All, if a voter is unknown: then nothing can be concluded.
#[derive(Debug, Default, Clone, Copy)]
struct Voters(u128);

impl Voters {
    fn add(&mut self, server: Option<usize>) {
        let shift = server.and_then(|server| u32::try_from(server).ok());
        self.0 |= shift.and_then(|shift| 1_u128.checked_shl(shift)).unwrap_or(u128::MAX);
    }

    fn iter(self) -> impl Iterator<Item = usize> {
        (0..128).filter(move |bit| self.0 & (1 << bit) != 0)
    }
}

impl Votes {
    pub(crate) fn new(options: Options) -> Votes {
        Votes { options, servers: vec![Server::default(); options.servers], asked: false }
    }

    pub(crate) fn see(&mut self, event: &Event, view: &View) -> Option<Violation> {
        match &event.what {
            What::Started { server } => {
                let keeps = self.options.persistence;
                let slot = self.servers.get_mut(server.server)?;
                let voted = if keeps { std::mem::take(&mut slot.voted) } else { BTreeMap::new() };
                *slot = Server { voted, ..Server::default() };
                None
            }
            What::Sent { call } => self.sent(event.at, call, view),
            What::Answered { call, by, fact: Some(Fact::Vote { granted: true, .. }), .. } => {
                let Some(Fact::RequestVote { term, .. }) = call.fact else { return None };
                self.vote(event.at, *by, term, call.sender()?.server, view)
            }
            What::Delivered { call, fact } => {
                self.delivered(call, fact.as_ref(), view);
                None
            }
            What::Said { server, term, leads: true } => {
                self.leads(event.at, *server, *term, "said so", view)
            }
            What::Took { server, term, .. } => {
                self.leads(event.at, *server, *term, "took a command", view)
            }
            _ => None,
        }
    }

    fn sent(&mut self, at: Duration, call: &Call, view: &View) -> Option<Violation> {
        let sender = call.sender()?;
        match *call.fact.as_ref()? {
            Fact::RequestVote { term, .. } => {
                self.asked = true;
                self.vote(at, sender, term, sender.server, view)
            }
            Fact::AppendEntries { term, .. } => {
                self.leads(at, sender, term, "sent AppendEntries", view)
            }
            Fact::InstallSnapshot { term, .. } => {
                self.leads(at, sender, term, "sent InstallSnapshot", view)
            }
            Fact::Vote { .. } | Fact::Appended { .. } | Fact::Installed { .. } | Fact::Other => {
                None
            }
        }
    }

    fn delivered(&mut self, call: &Call, reply: Option<&Fact>, view: &View) {
        let (Some(candidate), Some(Fact::RequestVote { term, .. })) = (call.sender(), &call.fact)
        else {
            return;
        };
        if !view.is_up(candidate) || matches!(reply, Some(Fact::Vote { granted: false, .. })) {
            return;
        }
        if let Some(server) = self.servers.get_mut(candidate.server) {
            server.received.entry(*term).or_default().add(call.to);
        }
    }

    /// `voter` says that it voted for `candidate`.
    fn vote(
        &mut self,
        at: Duration,
        voter: Incarnation,
        term: u64,
        candidate: usize,
        view: &View,
    ) -> Option<Violation> {
        if !view.is_up(voter) {
            return None;
        }
        let server = self.servers.get_mut(voter.server)?;
        let (earlier, since) = *server.voted.entry(term).or_insert((candidate, at));
        if earlier == candidate {
            return None;
        }
        let name = |candidate: usize| match candidate {
            itself if itself == voter.server => "itself".to_owned(),
            other => format!("S{other}"),
        };
        let what = format!(
            "{voter} voted for {} in term {term} at {} and for {} at {}{}",
            name(earlier),
            Time(since),
            name(candidate),
            Time(at),
            crash_since(view, voter.server, since, "vote")
        );
        Some(Violation { rule: Rule::OneVote, what })
    }

    /// There is a sign that `leader` leads.
    fn leads(
        &mut self,
        at: Duration,
        leader: Incarnation,
        term: u64,
        sign: &str,
        view: &View,
    ) -> Option<Violation> {
        if !view.is_up(leader) || self.servers.get(leader.server)?.leads == Some(term) {
            return None;
        }
        if let Some(violation) = self.vote(at, leader, term, leader.server, view) {
            return Some(violation);
        }
        let server = self.servers.get_mut(leader.server)?;
        server.leads = Some(term);
        let mut voters = server.received.get(&term).copied().unwrap_or_default();
        voters.add(Some(leader.server));
        let quorum = quorum(self.options.servers);
        let votes = voters.0.count_ones() as usize;
        if votes >= quorum || !self.asked {
            return None;
        }
        let others: Vec<String> = (voters.iter())
            .filter(|voter| *voter != leader.server)
            .map(|voter| format!(", S{voter}'s"))
            .collect();
        let what = format!(
            "{leader} {sign} as the leader of term {term} at {}, but of the {quorum} votes that a \
             majority needs it had {votes}: its own{}",
            Time(at),
            others.concat()
        );
        Some(Violation { rule: Rule::Elected, what })
    }
}

#[cfg(test)]
mod tests;
