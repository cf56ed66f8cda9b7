//! Streams made by hand, for the tests of the rules on logs: three servers or more that say what
//! they are made to say. Each event happens a millisecond after the one before it.

use crate::logs::Logs;
use crate::view::View;
use crate::{Options, Rule, Violation};
use std::sync::Arc;
use std::time::Duration;
use trace::{Call, Event, Fact, Incarnation, Party, What};

/// A cluster, and the first rule that its events broke.
pub(crate) struct Story {
    view: View,
    logs: Logs,
    events: u64,
    now: Duration,
    /// The incarnation of each server.
    numbers: Vec<u64>,
    calls: u64,
    arrivals: u64,
    broken: Option<Violation>,
}

/// A handler that runs.
#[derive(Clone)]
pub(crate) struct Handler {
    pub call: Arc<Call>,
    pub arrival: u64,
    pub at: Incarnation,
}

/// The index of an entry, and its term.
pub(crate) type Entry = (u64, u64);

impl Story {
    pub(crate) fn of(servers: usize) -> Story {
        Story::with(Options { servers, persistence: true })
    }

    pub(crate) fn with(options: Options) -> Story {
        let mut story = Story {
            view: View::new(options.servers),
            logs: Logs::new(options),
            events: 0,
            now: Duration::ZERO,
            numbers: vec![0; options.servers],
            calls: 0,
            arrivals: 0,
            broken: None,
        };
        (0..options.servers).for_each(|server| story.start(server));
        story
    }

    /// The next event happens at this time.
    pub(crate) fn at(&mut self, milliseconds: u64) {
        self.now = Duration::from_millis(milliseconds - 1);
    }

    pub(crate) fn see(&mut self, what: What) {
        self.events += 1;
        self.now += Duration::from_millis(1);
        let event = Event { number: self.events, at: self.now, thread: None, what };
        self.view.see(&event);
        let violation = self.logs.see(&event, &self.view);
        self.broken = self.broken.take().or(violation);
    }

    pub(crate) fn send(&mut self, from: usize, to: usize, fact: Fact) -> Arc<Call> {
        self.calls += 1;
        let call = Arc::new(Call {
            number: self.calls,
            from: Some(Party::Server(self.up(from))),
            to: Some(to),
            rpc: "Raft.Any".into(),
            fact: Some(fact),
        });
        self.see(What::Sent { call: call.clone() });
        call
    }

    pub(crate) fn arrive(&mut self, call: &Arc<Call>) -> Handler {
        self.arrivals += 1;
        let at = self.up(call.to.expect("every call of a story has a receiver"));
        let handler = Handler { call: call.clone(), arrival: self.arrivals, at };
        let (call, arrival) = (call.clone(), self.arrivals);
        self.see(What::Arrived { call, arrival, at_server: at });
        handler
    }

    pub(crate) fn answer(&mut self, handler: &Handler, fact: Fact) {
        let Handler { call, arrival, at: by } = handler.clone();
        self.see(What::Answered { call, arrival, by, fact: Some(fact) });
    }

    pub(crate) fn deliver(&mut self, call: &Arc<Call>, fact: Fact) {
        self.see(What::Delivered { call: call.clone(), fact: Some(fact) });
    }

    /// A request that is sent and arrives.
    pub(crate) fn bring(&mut self, from: usize, to: usize, fact: Fact) -> Handler {
        let call = self.send(from, to, fact);
        self.arrive(&call)
    }

    /// A request and its reply, at once.
    pub(crate) fn exchange(&mut self, from: usize, to: usize, request: Fact, reply: Fact) {
        let handler = self.bring(from, to, request);
        self.answer(&handler, reply.clone());
        self.deliver(&handler.call, reply);
    }

    /// A request AppendEntries that is accepted.
    pub(crate) fn replicate(&mut self, from: usize, to: usize, request: Fact) {
        let reply = matched(request.term());
        self.exchange(from, to, request, reply);
    }

    /// The server crashes and starts again.
    pub(crate) fn restart(&mut self, server: usize) {
        self.crash(server);
        self.start(server);
    }

    pub(crate) fn crash(&mut self, server: usize) {
        let server = self.up(server);
        self.see(What::Crashed { server });
    }

    pub(crate) fn start(&mut self, server: usize) {
        self.numbers[server] += 1;
        let server = self.up(server);
        self.see(What::Started { server });
    }

    pub(crate) fn save(&mut self, server: usize) {
        let server = self.up(server);
        self.see(What::Saved { server, state_bytes: 1, snapshot_bytes: 0 });
    }

    /// It applies these commands.
    pub(crate) fn apply(&mut self, server: usize, indexes: std::ops::RangeInclusive<u64>) {
        let server = self.up(server);
        indexes.for_each(|index| self.see(What::Applied { server, index }));
    }

    pub(crate) fn take_snapshot(&mut self, server: usize, index: u64) {
        let server = self.up(server);
        self.see(What::TookSnapshot { server, index });
    }

    pub(crate) fn apply_snapshot(&mut self, server: usize, index: u64) {
        let server = self.up(server);
        self.see(What::AppliedSnapshot { server, index });
    }

    #[track_caller]
    pub(crate) fn is_legal(&self) {
        assert_eq!(self.broken, None);
    }

    #[track_caller]
    pub(crate) fn breaks(&self, message: &str) {
        let broken = self.broken.as_ref().map(ToString::to_string);
        assert_eq!(broken.as_deref(), Some(message));
    }

    #[track_caller]
    pub(crate) fn breaks_rule(&self, rule: Rule) {
        assert_eq!(self.broken.as_ref().map(|violation| violation.rule), Some(rule));
    }

    pub(crate) fn violation(&self) -> Option<&Violation> {
        self.broken.as_ref()
    }

    fn up(&self, server: usize) -> Incarnation {
        Incarnation { server, number: self.numbers[server] }
    }
}

/// AppendEntries of a leader in a term: entries of these terms behind `previous`.
pub(crate) fn append(
    (leader, term): (u64, u64),
    (previous_index, previous_term): Entry,
    terms: &[u64],
    commit: u64,
) -> Fact {
    let entry_terms = terms.iter().copied().collect();
    Fact::AppendEntries { term, leader, previous_index, previous_term, entry_terms, commit }
}

pub(crate) fn matched(term: u64) -> Fact {
    Fact::Appended { term, matched: true }
}

pub(crate) fn refused(term: u64) -> Fact {
    Fact::Appended { term, matched: false }
}

/// RequestVote of a candidate in a term, with its last entry.
pub(crate) fn ask((candidate, term): (u64, u64), (last_index, last_term): Entry) -> Fact {
    Fact::RequestVote { term, candidate, last_index, last_term }
}

pub(crate) fn granted(term: u64) -> Fact {
    Fact::Vote { term, granted: true }
}

/// InstallSnapshot of a leader in a term, with its last entry.
pub(crate) fn install((leader, term): (u64, u64), (last_index, last_term): Entry) -> Fact {
    Fact::InstallSnapshot { term, leader, last_index, last_term }
}

pub(crate) fn installed(term: u64) -> Fact {
    Fact::Installed { term }
}
