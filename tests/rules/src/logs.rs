//! The rules on logs: entries, acknowledgements, commit indexes, snapshots. Here each event goes to
//! the rules that it concerns.

mod acknowledged;
mod by_term;
mod entries;
mod follower_commits;
mod has;
mod held;
mod keeps;
mod known;
mod leader_commits;
mod leader_logs;
mod log_matching;
mod own_entries;
mod snapshots;
#[cfg(test)]
mod tests;
mod up_to_date;

use crate::view::View;
use crate::{Options, Violation};
use acknowledged::{Acknowledged, Claim, Open};
use entries::Run;
pub(crate) use entries::{Append, Entries};
use follower_commits::FollowerCommits;
use has::Has;
pub(crate) use held::Held;
use known::Known;
use leader_commits::LeaderCommits;
use leader_logs::LeaderLogs;
use log_matching::LogMatching;
use own_entries::{Committed, OwnEntries};
use snapshots::Snapshots;
use std::sync::Arc;
use std::time::Duration;
use trace::{Call, Event, Fact, Incarnation, What};

/// The rules on logs.
#[derive(Debug)]
pub(crate) struct Logs {
    options: Options,
    known: Known,
    acknowledged: Acknowledged,
    has: Has,
    leader_commits: LeaderCommits,
    follower_commits: FollowerCommits,
    leader_logs: LeaderLogs,
    log_matching: LogMatching,
    own_entries: OwnEntries,
    snapshots: Snapshots,
    /// A server forgot everything, as it may in the parts before persistence: it may live its terms
    /// again, so nothing more can be concluded.
    is_over: bool,
}

impl Logs {
    pub(crate) fn new(options: Options) -> Logs {
        let servers = options.servers;
        Logs {
            options,
            known: Known::new(servers),
            acknowledged: Acknowledged::new(servers),
            has: Has::new(servers),
            leader_commits: LeaderCommits::new(servers),
            follower_commits: FollowerCommits::new(servers),
            leader_logs: LeaderLogs::new(),
            log_matching: LogMatching::new(),
            own_entries: OwnEntries::new(options),
            snapshots: Snapshots::new(servers),
            is_over: false,
        }
    }

    pub(crate) fn see(&mut self, event: &Event, view: &View) -> Option<Violation> {
        if self.is_over {
            return None;
        }
        match event.what {
            What::Sent { ref call } => {
                let by = call.sender().filter(|by| view.is_up(*by))?;
                return self.sent(event.at, call, by, view);
            }
            What::Arrived { ref call, arrival, at_server } => {
                self.arrived(call, arrival, at_server, view.is_up(at_server));
            }
            What::Answered { arrival, by, ref fact, .. } if view.is_up(by) => {
                let open = self.acknowledged.close(arrival, by)?;
                return self.answered(event.at, &open, by, fact.as_ref(), view);
            }
            What::Delivered { ref call, ref fact }
                if matches!(call.fact, Some(Fact::RequestVote { .. })) =>
            {
                self.own_entries.delivered(call, fact.as_ref(), event.at, &self.known);
            }
            What::Delivered { ref call, fact: Some(Fact::Appended { matched: true, .. }) } => {
                let open = call.to.map_or(&[][..], |peer| self.acknowledged.open(peer));
                self.leader_commits.delivered(call, open, &mut self.known);
            }
            What::Saved { server, .. } if view.is_up(server) => {
                self.own_entries.saved(server.server);
            }
            What::Applied { server, index } if view.is_up(server) => {
                return self.applied(event.at, server, index);
            }
            What::TookSnapshot { server, index } => {
                self.known.snapshot_at(server.server, index);
                self.snapshots.got(server.server, index);
            }
            What::Restored { server, index } => {
                self.snapshots.got(server.server, index);
                self.snapshots.applied(server.server, index, event.at);
            }
            What::AppliedSnapshot { server, index } if view.is_up(server) => {
                return self.snapshots.handed_up(server, index, event.at);
            }
            What::Started { server } => {
                self.forget_handlers(server.server);
                self.snapshots.started(server.server);
                let is_first = view.crash_since(server.server, Duration::ZERO).is_none();
                self.is_over = !self.options.persistence && !is_first;
            }
            What::Crashed { server } => self.forget_handlers(server.server),
            _ => {}
        }
        None
    }

    fn sent(
        &mut self,
        at: Duration,
        call: &Call,
        by: Incarnation,
        view: &View,
    ) -> Option<Violation> {
        match *call.fact.as_ref()? {
            ref fact @ Fact::AppendEntries { term, .. } => {
                let append = Append::of(fact)?;
                self.has.leads(by.server, term);
                self.leader_commits.leads(by, term);
                self.leader_logs
                    .sent(by, term, append.runs(), at)
                    .or_else(|| self.log_matching.sent(by, &append, at))
                    .or_else(|| keeps::leads(by, &append, at, &self.acknowledged, view))
                    .or_else(|| self.leader_commits.sent(call, by, at, &self.known))
                    .or_else(|| self.committed(by, append.commit, "sent commit index", at))
            }
            Fact::InstallSnapshot { term, last_index: index, last_term, .. } => {
                self.has.leads(by.server, term);
                self.leader_commits.leads(by, term);
                let last = Run { term: last_term, first: index, last: index };
                self.leader_logs
                    .sent(by, term, std::iter::once(last), at)
                    .or_else(|| self.log_matching.sent_snapshot(by, index, last_term, at))
            }
            Fact::RequestVote { term, last_index, last_term, .. } => {
                keeps::stands(by, term, (last_term, last_index), at, &self.acknowledged, view)
            }
            _ => None,
        }
    }

    fn arrived(&mut self, call: &Arc<Call>, arrival: u64, at: Incarnation, is_up: bool) {
        let Some(fact) = &call.fact else { return };
        if let Some(append) = Append::of(fact) {
            self.known.heard(at.server, append.commit);
            self.has.arrived(call, at.server);
            self.follower_commits.arrived(&append, at.server);
        }
        if let Fact::InstallSnapshot { last_index, .. } = *fact {
            self.known.snapshot_at(at.server, last_index);
            self.snapshots.got(at.server, last_index);
        }
        let claim = |fact: &Fact, logs: &Acknowledged| claim(fact, at.server, logs);
        self.acknowledged.arrived(call, arrival, at, is_up, claim);
        if !is_up {
            self.follower_commits.accepted(call, at.server);
        }
    }

    fn answered(
        &mut self,
        at: Duration,
        open: &Open,
        by: Incarnation,
        reply: Option<&Fact>,
        view: &View,
    ) -> Option<Violation> {
        match (open.call.fact.as_ref()?, reply) {
            (Fact::RequestVote { .. }, Some(Fact::Vote { granted: true, .. })) => {
                up_to_date::granted(open, by, at, view)
            }
            (Fact::AppendEntries { .. }, Some(Fact::Appended { matched: true, .. })) => {
                self.follower_commits.accepted(&open.call, by.server);
                self.leader_commits.acknowledged(by.server, &open.call);
                self.acknowledged.add(by.server, open, at);
                self.has.acknowledged(open, by, at, &self.known)
            }
            (Fact::AppendEntries { term, .. }, Some(Fact::Appended { term: replied, .. }))
                if replied >= term =>
            {
                if replied > term {
                    // It may have accepted, and seen the later term for its reply.
                    self.follower_commits.accepted(&open.call, by.server);
                    return None;
                }
                keeps::refused(open, by, at, &self.known, view)
            }
            (Fact::AppendEntries { .. }, _) => {
                self.follower_commits.accepted(&open.call, by.server);
                None
            }
            _ => None,
        }
    }

    fn applied(&mut self, at: Duration, by: Incarnation, index: u64) -> Option<Violation> {
        self.snapshots.applied(by.server, index, at);
        let open = self.acknowledged.open(by.server);
        let leads = self.leader_commits.term(by);
        // The log of a leader has all that it heard was committed in earlier terms (5.4.3).
        let has_what_it_heard = leads > Some(self.follower_commits.term(by.server))
            && index <= self.known.committed(by.server);
        if self.options.servers < 2
            || has_what_it_heard
            || self.follower_commits.allows(by.server, index, open, &self.known)
        {
            return self.committed(by, index, "applied entry", at);
        }
        match leads {
            Some(term) if term >= self.follower_commits.term(by.server) => {
                let did = format!("applied entry {index} at {}", crate::words::Time(at));
                self.leader_commits.broken(by, index, &did)
            }
            _ => self.follower_commits.broken(by, index, at),
        }
    }

    /// A server that leads, or led last, shows that it has committed.
    fn committed(
        &self,
        leader: Incarnation,
        index: u64,
        did: &str,
        at: Duration,
    ) -> Option<Violation> {
        let term = self.leader_commits.term(leader)?;
        let by_others = self.leader_commits.by_others(leader);
        let did = format!("{did} {index}");
        let committed = Committed { leader, term, index, by_others, did: &did };
        self.own_entries.committed(&committed, at, &self.known)
    }

    /// A handler that runs at a crash may have accepted its request.
    fn forget_handlers(&mut self, server: usize) {
        for open in self.acknowledged.drain(server) {
            self.follower_commits.accepted(&open.call, server);
            self.leader_commits.acknowledged(server, &open.call);
        }
    }
}

/// What the answer of a request is to be judged by.
fn claim(fact: &Fact, server: usize, logs: &Acknowledged) -> Option<Claim> {
    match *fact {
        Fact::RequestVote { term, last_index, last_term, .. } => {
            up_to_date::claim(term, (last_term, last_index), server, logs)
        }
        _ => keeps::claim(&Append::of(fact)?, server, logs),
    }
}
