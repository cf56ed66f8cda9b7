//! A server's term (5.1).
//!
//! *Stale requests are refused*: a server that was seen in a later term before a request arrived
//! neither grants nor acknowledges it. *Terms do not go back in messages*: a reply's term is not
//! below one that the server showed before the request arrived; a request's term is not below one
//! that an earlier life of its sender promised.
//!
//! Both rely on: what a server showed was decided before it was recorded, and the request arrived
//! later, so its handler started in that term or a later one. Hence:
//!
//! - Within one life a request proves nothing: a thread may send late.
//! - A reply that says yes in a term above the request's proves nothing by itself: the handler may
//!   have read the term for its reply after giving back the lock. If the server had shown a later
//!   term before the request arrived, its handler should have refused whatever it then read.
//! - A refusal in a term below the request's says nothing, whatever it carries.
//! - Another life starts from the disk, which must have what the earlier one promised: the terms
//!   of its requests, for a candidate has voted and a leader was one, and those of its answers to
//!   requests of the same term. What it merely showed otherwise need not have been saved.

use crate::Options;
use crate::open::Open;
use crate::rule::{Rule, Violation};
use crate::view::View;
use crate::words::{Time, crash_since};
use std::time::Duration;
use trace::{Call, Event, Fact, Incarnation, What};

/// The terms of the servers.
#[derive(Debug)]
pub(crate) struct Terms {
    persistence: bool,
    servers: Vec<Server>,
    /// What each server had shown when a request arrived.
    open: Open<Shown>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Server {
    /// The latest term of this life, or that an earlier one promised.
    shown: Shown,
    /// The latest term that any life promised.
    promised: Shown,
    /// The latest term that an earlier life promised.
    earlier: Shown,
}

/// A term, and when it was first seen.
#[derive(Debug, Default, Clone, Copy)]
struct Shown {
    term: u64,
    at: Duration,
}

impl Shown {
    fn raise(&mut self, term: u64, at: Duration) {
        if term > self.term {
            *self = Shown { term, at };
        }
    }
}

/// An answer to a request that tells its fact.
struct Answer<'a> {
    at: Duration,
    by: Incarnation,
    call: &'a Call,
    request: &'a Fact,
    reply: &'a Fact,
}

impl Terms {
    pub(crate) fn new(options: Options) -> Terms {
        let Options { servers, persistence } = options;
        Terms { persistence, servers: vec![Server::default(); servers], open: Open::new() }
    }

    /// The latest term that must have been saved.
    pub(crate) fn promised(&self, server: usize) -> u64 {
        let server = self.servers.get(server).filter(|_| self.persistence);
        server.map_or(0, |server| server.promised.term)
    }

    pub(crate) fn see(&mut self, event: &Event, view: &View) -> Option<Violation> {
        match &event.what {
            What::Started { server } => {
                self.open.forget(server.server);
                let slot = self.servers.get_mut(server.server)?;
                let kept = if self.persistence { slot.promised } else { Shown::default() };
                *slot = Server { shown: kept, promised: kept, earlier: kept };
                None
            }
            What::Sent { call } => self.sent(event.at, call, view),
            What::Arrived { call, arrival, at_server } => {
                call.fact.as_ref()?;
                let shown = self.servers.get(at_server.server)?.shown;
                self.open.begin(*arrival, *at_server, shown);
                None
            }
            What::Answered { call, arrival, by, fact } => {
                let shown = self.open.end(*arrival)?;
                let (request, reply) = (call.fact.as_ref()?, fact.as_ref()?);
                let answer = Answer { at: event.at, by: *by, call, request, reply };
                self.answered(&answer, shown, view)
            }
            What::Said { server, term, .. } | What::Took { server, term, .. } => {
                if view.is_up(*server) {
                    self.servers.get_mut(server.server)?.shown.raise(*term, event.at);
                }
                None
            }
            _ => None,
        }
    }

    fn sent(&mut self, at: Duration, call: &Call, view: &View) -> Option<Violation> {
        let (sender, fact) = (call.sender()?, call.fact.as_ref()?);
        if !view.is_up(sender) {
            return None;
        }
        let server = self.servers.get_mut(sender.server)?;
        let term = fact.term();
        server.shown.raise(term, at);
        server.promised.raise(term, at);
        let earlier = server.earlier;
        if term >= earlier.term {
            return None;
        }
        let what = format!(
            "{sender} sent {:?} in term {term} at {}, but had been in term {} at {}{}",
            fact.kind(),
            Time(at),
            earlier.term,
            Time(earlier.at),
            crash_since(view, sender.server, earlier.at, "term")
        );
        Some(Violation { rule: Rule::Terms, what })
    }

    fn answered(&mut self, answer: &Answer, before: Shown, view: &View) -> Option<Violation> {
        let Answer { at, by, call, request, reply } = *answer;
        let says_yes = says_yes(reply);
        if !view.is_up(by) || (reply.term() < request.term() && !says_yes) {
            return None;
        }
        let server = self.servers.get_mut(by.server)?;
        server.shown.raise(reply.term(), at);
        if reply.term() == request.term() {
            server.promised.raise(reply.term(), at);
        }
        let is_stale = says_yes && request.term() < before.term;
        if !is_stale && reply.term() >= before.term {
            return None;
        }
        let sender = call.sender().map_or_else(|| "a".to_owned(), |from| format!("{from}'s"));
        let (rule, did) = match (is_stale, reply) {
            (true, Fact::Vote { .. }) => (Rule::Stale, "granted".to_owned()),
            (true, _) => (Rule::Stale, "acknowledged".to_owned()),
            (false, _) => (Rule::Terms, format!("answered in term {}", reply.term())),
        };
        let what = format!(
            "{by} {did} {sender} {:?} of term {} at {}, but had been in term {} at {}, before that \
             request arrived{}",
            request.kind(),
            request.term(),
            Time(at),
            before.term,
            Time(before.at),
            crash_since(view, by.server, before.at, "term")
        );
        Some(Violation { rule, what })
    }
}

/// Whether a reply grants or acknowledges.
fn says_yes(reply: &Fact) -> bool {
    matches!(reply, Fact::Vote { granted: true, .. } | Fact::Appended { matched: true, .. })
}

#[cfg(test)]
mod tests;
