//! Gives commands to the cluster, and checks what it agrees on.

use crate::cluster::Cluster;
use crate::value::Value;
use harness::checks::{Suspect, stop_if_failed};
use labrt::thread;
use labrt::time::{Duration, Instant};
use log::info;
use raft::{Index, ServerId, Term};
use trace::What;

/// How long [`Cluster::agree_on`] tries altogether: several elections fit in.
const AGREEMENT_LIMIT: Duration = Duration::from_secs(10);

/// How long it waits for a command that a leader has taken.
const COMMIT_LIMIT: Duration = Duration::from_secs(2);

/// How often it looks whether enough servers have applied the command.
const COMMIT_POLL: Duration = Duration::from_millis(20);

/// The pause after no server took the command.
const LEADER_POLL: Duration = Duration::from_millis(50);

/// How often [`Cluster::wait_for`] looks. The pauses double, so that is about 30 seconds.
const WAIT_ROUNDS: usize = 30;

/// Whether a command that a leader has taken, but that does not come through, is given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Only the first leader is asked.
    No,
    /// Leaders may come and go meanwhile, so the command may be appended more than once.
    Yes,
}

impl Cluster {
    /// Gives the command to the leader, and waits until that many servers have applied it at
    /// the index the leader named. Returns the index.
    #[track_caller]
    pub fn agree_on(&self, value: impl Into<Value>, servers: usize, retry: Retry) -> Index {
        let value = value.into();
        info!(target: "cluster", "agree on {value} among {servers} servers");
        let began = Instant::now();
        let mut next = ServerId(0);
        while began.elapsed() < AGREEMENT_LIMIT {
            stop_if_failed();
            let Some(index) = self.start_anywhere(&value, &mut next) else {
                thread::sleep(LEADER_POLL);
                continue;
            };
            if self.is_applied_in_time(index, &value, servers) {
                info!(target: "cluster", "agreed on {value} at index {index}");
                return index;
            }
            if retry == Retry::No {
                self.fail(self.no_agreement(&value, servers, COMMIT_LIMIT, Some(index)));
            }
        }
        self.fail(self.no_agreement(&value, servers, AGREEMENT_LIMIT, None))
    }

    /// Asks the connected servers in turn to take the command, until one does. Server 1 comes
    /// first, as in the course; `next` is where the last round stopped.
    #[track_caller]
    fn start_anywhere(&self, value: &Value, next: &mut ServerId) -> Option<Index> {
        for _ in self.servers() {
            *next = self.after(*next, 1);
            if self.is_connected(*next)
                && let Some((index, _)) = self.start_command(*next, value)
            {
                return Some(index);
            }
        }
        None
    }

    /// If another value was applied at the index, this still waits to the end, as in the course.
    fn is_applied_in_time(&self, index: Index, value: &Value, servers: usize) -> bool {
        let began = Instant::now();
        while began.elapsed() < COMMIT_LIMIT {
            let (count, applied) = self.applied_at(index);
            if count > 0 && count >= servers && applied.as_ref() == Some(value) {
                return true;
            }
            thread::sleep(COMMIT_POLL);
            stop_if_failed();
        }
        false
    }

    /// Gives the command to this server. Returns its index and term if the server says it leads.
    ///
    /// A server that takes a command leads the term it names, and puts no other command there. Only
    /// a leader of an old term puts a command where something has been applied before.
    #[track_caller]
    pub fn start_command(&self, server: ServerId, value: &Value) -> Option<(Index, Term)> {
        let (raft, incarnation, highest) = {
            let mut state = self.lock();
            let raft = state.registry.running(server.0)?;
            state.started.ask(value.clone());
            (raft, state.registry.present(server.0)?, state.applied.highest())
        };
        let start = || raft.start(labgob::encode(value));
        let (index, term) = thread::for_server(server.to_string(), start)?;
        info!(target: "cluster", "{server}, leader of term {term}, took {value} at index {index}");
        let result = {
            let mut state = self.lock();
            if !state.counts(incarnation) {
                // It has crashed at a reply or a save meanwhile, and may have saved the command.
                state.started.may_be_at(index.0, term.0, value.clone());
                return None;
            }
            let leads = state.registry.elections_mut().note_leader(server.0, term.0);
            leads.and(state.started.place(server.0, index.0, term.0, value.clone()))
        };
        self.shared.hold_to(result);
        let (at, in_term) = (index.0, term.0);
        self.shared.events.record(What::Took { server: incarnation, index: at, term: in_term });
        if index.0 <= highest {
            self.check_out_of_date(Suspect { server: server.0, term: term.0, index: index.0 });
        }
        Some((index, term))
    }

    /// Checks that some server is in a later term by now: the one that committed what had been
    /// applied is, and reports it now, or reported it when it crashed.
    #[track_caller]
    fn check_out_of_date(&self, suspect: Suspect) {
        self.shared.observe_all();
        let result = {
            let state = self.lock();
            state.applied.check_appended(suspect, state.registry.elections().latest_term())
        };
        self.shared.hold_to(result);
        stop_if_failed();
    }

    /// How many servers, up or down, have applied the index in their present incarnations, and
    /// what.
    pub fn applied_at(&self, index: Index) -> (usize, Option<Value>) {
        let state = self.lock();
        match state.applied.count(index.0) {
            0 => (0, None),
            count => (count, state.applied.value(index.0).cloned()),
        }
    }

    /// Checks that no server has applied anything at the index.
    #[track_caller]
    pub fn check_nothing_applied_at(&self, index: Index, why: &str) {
        info!(target: "cluster", "check that nothing is applied at index {index}: {why}");
        let (count, value) = self.applied_at(index);
        if let Some(value) = value {
            self.fail(format!(
                "expected nothing at index {index} ({why}), but {count} servers applied {value}"
            ));
        }
    }

    /// Waits until that many servers have applied the index, and returns what. If `term` is given
    /// and a server has moved on to a later one meanwhile, returns None: the scenario has to start
    /// over.
    #[track_caller]
    pub fn wait_for(&self, index: Index, servers: usize, term: Option<Term>) -> Option<Value> {
        info!(target: "cluster", "wait until {servers} servers have applied index {index}");
        let mut pause = Duration::from_millis(10);
        for _ in 0..WAIT_ROUNDS {
            if self.applied_at(index).0 >= servers {
                break;
            }
            thread::sleep(pause);
            stop_if_failed();
            if pause < Duration::from_secs(1) {
                pause *= 2;
            }
            if term.is_some_and(|term| self.has_moved_on(term)) {
                return None;
            }
        }
        match self.applied_at(index) {
            (count, Some(value)) if count >= servers => Some(value),
            (count, _) => self.fail(format!(
                "expected {servers} servers to apply index {index}, but only {count} did"
            )),
        }
    }

    fn has_moved_on(&self, term: Term) -> bool {
        self.servers().any(|server| self.term_of(server).is_some_and(|now| now > term))
    }

    fn no_agreement(
        &self,
        value: &Value,
        servers: usize,
        limit: Duration,
        index: Option<Index>,
    ) -> String {
        let limit = limit.as_secs();
        let wanted = format!("no agreement on {value} within {limit} s among {servers} servers");
        let Some(index) = index else { return wanted };
        match self.applied_at(index) {
            (_, Some(other)) if other != *value => {
                format!("{wanted}: at index {index}, which it was given, {other} was applied")
            }
            (count, _) => {
                format!("{wanted}: applied by {count} of {} at index {index}", self.size())
            }
        }
    }
}
