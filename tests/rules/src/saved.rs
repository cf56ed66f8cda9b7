//! What a reply promises is saved first (figure 2: updated on stable storage before responding to
//! RPCs). From part 2C on.
//!
//! By the number of saves of a server's disk. An answer breaks the rule if it was recorded with no
//! save since a moment at which the server cannot have had what it now promises:
//!
//! - *term*: the answer is in the request's term, and an earlier request, which was granted or
//!   acknowledged in a lower term, arrived in this life: the server was in that term after that.
//!   (A refusal is no such sign: some repeat the request's term.)
//! - *entries*: the answer acknowledges entries of the request's own term, and no message had
//!   brought the last of them before this one arrived. Only its leader could make them, and a
//!   snapshot that covers them counts as having brought them.
//! - *vote*: the answer grants a vote, and the candidate's first message of that term arrived in
//!   this life: until then no one could have voted for it.
//!
//! Relies on: an arrival is recorded before its handler starts, a save before it returns, and an
//! answer after its handler has returned. So what was saved after the moment and before the answer
//! was recorded in between. A life is judged by itself, for the last save of the life before may be
//! recorded late.

use crate::Options;
use crate::open::Open;
use crate::rule::{Rule, Violation};
use crate::view::View;
use crate::words::Time;
use std::time::Duration;
use trace::{Call, Event, Fact, Incarnation, What};

/// The saves of the servers.
#[derive(Debug)]
pub(crate) struct Saved {
    persistence: bool,
    servers: Vec<Server>,
    open: Open<Start>,
}

#[derive(Debug, Default, Clone)]
struct Server {
    /// How often it has saved, in all its lives.
    saves: u64,
    /// The latest term in which this life granted or acknowledged, and the last arrival of such.
    current: Option<InTerm>,
    /// The latest term of an AppendEntries that has arrived.
    term: u64,
    /// The last index of an entry of that term which a message of that term has brought.
    brought: u64,
    /// The last index of any snapshot that has arrived.
    snapshot: u64,
    /// Server by server: its first message of its latest term.
    first: Vec<First>,
}

/// A moment, and how often the server had saved then.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    saves: u64,
    at: Duration,
}

/// A term, and a moment after which the server was in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct InTerm {
    term: u64,
    moment: Moment,
}

/// The first message of a server's latest term.
#[derive(Debug, Default, Clone, Copy)]
struct First {
    term: u64,
    /// The life of the receiver that it reached.
    life: u64,
    moment: Moment,
}

/// What is remembered of a handler's start.
#[derive(Debug, Clone, Copy)]
struct Start {
    moment: Moment,
    /// Whether the request brought an entry of its own term that no message had brought before.
    is_new: bool,
}

/// An answer in the request's term.
struct Answer<'a> {
    at: Duration,
    by: Incarnation,
    call: &'a Call,
    start: Start,
    request: &'a Fact,
    reply: &'a Fact,
}

impl Saved {
    pub(crate) fn new(options: Options) -> Saved {
        let server = Server { first: vec![First::default(); options.servers], ..Server::default() };
        let servers = vec![server; options.servers];
        Saved { persistence: options.persistence, servers, open: Open::new() }
    }

    pub(crate) fn see(&mut self, event: &Event, view: &View) -> Option<Violation> {
        if !self.persistence {
            return None;
        }
        match &event.what {
            What::Started { server } => {
                self.open.forget(server.server);
                let slot = self.servers.get_mut(server.server)?;
                slot.current = None;
                None
            }
            // A thread of an earlier life may still be saving, to its own disk.
            What::Saved { server, .. } if view.is_up(*server) => {
                self.servers.get_mut(server.server)?.saves += 1;
                None
            }
            What::Arrived { call, arrival, at_server } => {
                let request = call.fact.as_ref()?;
                let server = self.servers.get_mut(at_server.server)?;
                let start = server.arrived(event.at, call, request, at_server.number);
                self.open.begin(*arrival, *at_server, start);
                None
            }
            What::Answered { call, arrival, by, fact } => {
                let start = self.open.end(*arrival)?;
                let (request, reply) = (call.fact.as_ref()?, fact.as_ref()?);
                if request.term() != reply.term() || !view.is_up(*by) {
                    return None;
                }
                let answer = Answer { at: event.at, by: *by, call, start, request, reply };
                let what = self.servers.get_mut(by.server)?.answered(&answer)?;
                Some(Violation { rule: Rule::SavedFirst, what })
            }
            _ => None,
        }
    }
}

impl Server {
    fn arrived(&mut self, at: Duration, call: &Call, request: &Fact, life: u64) -> Start {
        let moment = Moment { saves: self.saves, at };
        if let Some(sender) = call.sender()
            && let Some(first) = self.first.get_mut(sender.server)
            && request.term() > first.term
        {
            *first = First { term: request.term(), life, moment };
        }
        Start { moment, is_new: self.brings(request) }
    }

    /// Takes note of what a request brings; returns whether that has a new entry of its own term.
    fn brings(&mut self, request: &Fact) -> bool {
        match request {
            Fact::AppendEntries { term, previous_index, entry_terms, .. } => {
                if *term > self.term {
                    (self.term, self.brought) = (*term, 0);
                }
                let is_own = entry_terms.runs().next_back().is_some_and(|(last, _)| last == *term);
                let last = previous_index.saturating_add(entry_terms.len());
                if *term < self.term || !is_own || last <= self.brought {
                    return false;
                }
                self.brought = last;
                last > self.snapshot
            }
            Fact::InstallSnapshot { last_index, .. } => {
                self.snapshot = self.snapshot.max(*last_index);
                false
            }
            _ => false,
        }
    }

    fn answered(&mut self, answer: &Answer) -> Option<String> {
        let problem = self.term_unsaved(answer).or_else(|| self.promise_unsaved(answer));
        if let Fact::Vote { granted: true, term } | Fact::Appended { matched: true, term } =
            *answer.reply
        {
            self.was_in(InTerm { term, moment: answer.start.moment });
        }
        problem
    }

    fn was_in(&mut self, seen: InTerm) {
        if self.current.is_none_or(|current| current < seen) {
            self.current = Some(seen);
        }
    }

    fn term_unsaved(&self, answer: &Answer) -> Option<String> {
        let Answer { at, by, call, request, .. } = answer;
        let term = request.term();
        let lower = self.current.filter(|current| current.term < term)?;
        if lower.moment.saves != self.saves {
            return None;
        }
        let (kind, sender) = (request.kind(), sender(call));
        Some(format!(
            "{by} answered {sender} {kind:?} in term {term} at {} without a save since {}, when \
             its term was at most {}: was the term saved?",
            Time(*at),
            Time(lower.moment.at),
            lower.term
        ))
    }

    fn promise_unsaved(&self, answer: &Answer) -> Option<String> {
        let Answer { at, by, call, start, request, reply } = answer;
        let term = request.term();
        let (did, since, came, saved) = match reply {
            Fact::Vote { granted: true, .. } => {
                let first = self.first.get(call.sender()?.server)?;
                let is_known = first.term == term && first.life == by.number;
                let since = is_known.then_some(first.moment)?;
                ("granted", since, "the candidate's first message of that term", "was the vote")
            }
            Fact::Appended { matched: true, .. } if start.is_new => {
                ("acknowledged the entries of", start.moment, "they", "were they")
            }
            _ => return None,
        };
        if since.saves != self.saves {
            return None;
        }
        let (kind, sender) = (request.kind(), sender(call));
        Some(format!(
            "{by} {did} {sender} {kind:?} of term {term} at {} without a save since {came} \
             arrived, at {}: {saved} saved?",
            Time(*at),
            Time(since.at)
        ))
    }
}

fn sender(call: &Call) -> String {
    call.sender().map_or_else(|| "a".to_owned(), |sender| format!("{sender}'s"))
}

#[cfg(test)]
mod tests;
